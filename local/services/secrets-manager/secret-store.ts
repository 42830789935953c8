import type { DatabaseSync } from 'node:sqlite';
import * as z from 'zod';
import { AwsError } from '../protocol/aws-error.ts';
import { inTransaction } from '../storage/open-database.ts';
import type { NewVersion, VersionStore } from './version-store.ts';

const secretSchema = z.object({
  arn: z.string(),
  name: z.string(),
  description: z.string().nullable(),
  kms_key_id: z.string().nullable(),
  tags: z.string(),
  created_at: z.number(),
  changed_at: z.number(),
});
export type StoredSecret = z.infer<typeof secretSchema>;

export interface SecretStore {
  /** With its first version, if it has one: both or none. */
  insert(secret: StoredSecret, first: NewVersion | undefined): void;
  /** By name, ARN, or ARN without its random end. */
  find(id: string): StoredSecret;
  exists(name: string): boolean;
  addVersion(arn: string, version: NewVersion): void;
}

/** `-` and six characters, which Secrets Manager puts behind the name in an ARN. */
const SUFFIX_LENGTH = 7;

export function createSecretStore(database: DatabaseSync, versions: VersionStore): SecretStore {
  const select = database.prepare(
    `SELECT * FROM secrets WHERE arn = ?1 OR name = ?1 OR substr(arn, 1, length(arn) - ${SUFFIX_LENGTH}) = ?1`,
  );
  const insert = database.prepare('INSERT INTO secrets VALUES (?, ?, ?, ?, ?, ?, ?)');
  const touch = database.prepare('UPDATE secrets SET changed_at = ? WHERE arn = ?');
  return {
    insert: (secret, first) => {
      const { arn, name, description, kms_key_id, tags, created_at, changed_at } = secret;
      inTransaction(database, () => {
        insert.run(arn, name, description, kms_key_id, tags, created_at, changed_at);
        if (first) versions.put(arn, first);
      });
    },
    exists: (name) => select.get(name) !== undefined,
    find: (id) => {
      const secret = secretSchema.safeParse(select.get(id));
      if (secret.success) return secret.data;
      throw new AwsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
    },
    addVersion: (arn, version) =>
      inTransaction(database, () => {
        versions.put(arn, version);
        touch.run(Date.now(), arn);
      }),
  };
}
