import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { AwsError } from '../protocol/aws-error.ts';
import { openDatabase } from '../storage/open-database.ts';

interface StoredObject {
  readonly body: Uint8Array;
  readonly contentType: string;
  readonly etag: string;
  readonly modifiedAt: Date;
}

/** Buckets and their objects in one SQLite file: a write is on disk when it returns. */
export interface ObjectStore {
  createBucket(name: string): void;
  requireBucket(name: string): void;
  /** Writes the object and answers its ETag; with `onlyIfAbsent` a key that is there is a `PreconditionFailed`. */
  put(place: Place, content: { body: Uint8Array; contentType: string }, onlyIfAbsent: boolean): string;
  get(place: Place): StoredObject;
  /** Done too when there is no such object. */
  delete(place: Place): void;
  close(): void;
}

export interface Place {
  readonly bucket: string;
  readonly key: string;
}

export function openObjectStore(directory: string): ObjectStore {
  const database = openDatabase(join(directory, 's3.sqlite'), [new URL('schema.sql', import.meta.url)]);
  const hasBucket = database.prepare('SELECT 1 FROM buckets WHERE name = ?');
  const insertBucket = database.prepare('INSERT OR IGNORE INTO buckets VALUES (?, ?)');
  const write = database.prepare('INSERT OR REPLACE INTO objects VALUES (?, ?, ?, ?, ?, ?)');
  const read = database.prepare('SELECT * FROM objects WHERE bucket = ? AND key = ?');
  const hasObject = database.prepare('SELECT 1 FROM objects WHERE bucket = ? AND key = ?');
  const remove = database.prepare('DELETE FROM objects WHERE bucket = ? AND key = ?');
  const requireBucket = (name: string) => {
    if (hasBucket.get(name)) return;
    throw new AwsError('NoSuchBucket', `There is no bucket ${name}.`, 404);
  };
  return {
    createBucket: (name) => void insertBucket.run(name, new Date().toISOString()),
    requireBucket,
    put({ bucket, key }, { body, contentType }, onlyIfAbsent) {
      requireBucket(bucket);
      if (onlyIfAbsent && hasObject.get(bucket, key)) {
        throw new AwsError('PreconditionFailed', 'There is an object of that key.', 412);
      }
      const etag = `"${createHash('md5').update(body).digest('hex')}"`;
      write.run(bucket, key, body, contentType, etag, new Date().toISOString());
      return etag;
    },
    get({ bucket, key }) {
      requireBucket(bucket);
      const row = read.get(bucket, key);
      if (!row || !(row['body'] instanceof Uint8Array)) {
        throw new AwsError('NoSuchKey', 'The specified key does not exist.', 404);
      }
      return {
        body: row['body'],
        contentType: String(row['content_type']),
        etag: String(row['etag']),
        modifiedAt: new Date(String(row['modified_at'])),
      };
    },
    delete({ bucket, key }) {
      requireBucket(bucket);
      remove.run(bucket, key);
    },
    close: () => database.close(),
  };
}
