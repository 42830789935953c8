import { randomUUID } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import * as z from 'zod';
import { AwsError } from '../protocol/aws-error.ts';
import { LOCAL_ACCOUNT_ID } from '../protocol/call.ts';
import { inTransaction } from '../storage/open-database.ts';

const keySchema = z.object({
  key_id: z.string(),
  region: z.string(),
  description: z.string(),
  policy: z.string(),
  created_at: z.number(),
  rotation_days: z.number().nullable(),
});
export type StoredKey = z.infer<typeof keySchema>;

interface Tag {
  readonly TagKey: string;
  readonly TagValue: string;
}

/** Key metadata; the key material is derived from the key file and is nowhere else. */
export interface KeyStore {
  create(key: { region: string; description: string; policy: string; tags: readonly Tag[] }): StoredKey;
  /** By key id, key ARN, alias name or alias ARN. */
  find(id: string): StoredKey;
  tag(keyID: string, tags: readonly Tag[]): void;
  listTags(keyID: string): Tag[];
  setRotation(keyID: string, days: number | null): void;
  createAlias(name: string, keyID: string): void;
}

export function arnOfKey(key: StoredKey): string {
  return `arn:aws:kms:${key.region}:${LOCAL_ACCOUNT_ID}:key/${key.key_id}`;
}

export function createKeyStore(database: DatabaseSync): KeyStore {
  const selectKey = database.prepare('SELECT * FROM keys WHERE key_id = ?');
  const selectAlias = database.prepare('SELECT key_id FROM aliases WHERE name = ?');
  const insertKey = database.prepare('INSERT INTO keys VALUES (?, ?, ?, ?, ?, NULL)');
  const upsertTag = database.prepare('INSERT OR REPLACE INTO tags VALUES (?, ?, ?)');
  const selectTags = database.prepare(
    'SELECT name AS TagKey, value AS TagValue FROM tags WHERE key_id = ? ORDER BY name',
  );
  const setRotation = database.prepare('UPDATE keys SET rotation_days = ? WHERE key_id = ?');
  const insertAlias = database.prepare('INSERT INTO aliases VALUES (?, ?, ?)');

  const find = (id: string): StoredKey => {
    const name = id.startsWith('arn:') ? id.split(':').slice(5).join(':') : id;
    const row = name.startsWith('alias/') ? selectAlias.get(name) : undefined;
    const key = keySchema.safeParse(selectKey.get(String(row?.['key_id'] ?? name.replace(/^key\//, ''))));
    if (key.success) return key.data;
    throw new AwsError('NotFoundException', `Key '${id}' does not exist`);
  };
  const tag = (keyID: string, tags: readonly Tag[]) => {
    for (const { TagKey, TagValue } of tags) upsertTag.run(keyID, TagKey, TagValue);
  };
  return {
    find,
    create: ({ region, description, policy, tags }) => {
      const keyID = randomUUID();
      inTransaction(database, () => {
        insertKey.run(keyID, region, description, policy, Date.now());
        tag(keyID, tags);
      });
      return find(keyID);
    },
    tag: (keyID, tags) => inTransaction(database, () => tag(keyID, tags)),
    listTags: (keyID) =>
      z.array(z.object({ TagKey: z.string(), TagValue: z.string() })).parse(selectTags.all(keyID)),
    setRotation: (keyID, days) => {
      setRotation.run(days, keyID);
    },
    createAlias: (name, keyID) => {
      if (selectAlias.get(name))
        throw new AwsError('AlreadyExistsException', `An alias with the name ${name} already exists`);
      insertAlias.run(name, keyID, Date.now());
    },
  };
}
