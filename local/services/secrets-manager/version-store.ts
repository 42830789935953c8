import type { DatabaseSync } from 'node:sqlite';
import * as z from 'zod';
import { AwsError } from '../protocol/aws-error.ts';
import type { KeyFile } from '../kms/key-file.ts';

const PURPOSE = 'secrets-manager';

const versionSchema = z.object({
  version_id: z.string(),
  sealed: z.instanceof(Uint8Array),
  created_at: z.number(),
});
const valueSchema = z.object({ SecretString: z.string().optional(), SecretBinary: z.string().optional() });
export type SecretValue = z.infer<typeof valueSchema>;
const stageSchema = z.object({ stage: z.string(), version_id: z.string() });

interface SecretVersion {
  readonly versionID: string;
  readonly createdAt: number;
  readonly value: SecretValue;
}

export interface NewVersion {
  readonly versionID: string;
  readonly value: SecretValue;
  readonly stages: readonly string[];
}

/** The versions of secrets, sealed by the key file, and the stages that name them. */
export interface VersionStore {
  /** Adds a version and moves the stages to it. The same version with the same value changes nothing. */
  put(arn: string, version: NewVersion): void;
  read(arn: string, by: { versionID?: string | undefined; stage?: string | undefined }): SecretVersion;
  /** Version id to its stages. */
  listStages(arn: string): Record<string, string[]>;
}

/** `put` must run in a transaction of the caller. */
export function createVersionStore(database: DatabaseSync, keyFile: KeyFile): VersionStore {
  const insert = database.prepare('INSERT INTO versions VALUES (?, ?, ?, ?)');
  const select = database.prepare('SELECT * FROM versions WHERE arn = ? AND version_id = ?');
  const setStage = database.prepare('INSERT OR REPLACE INTO stages VALUES (?, ?, ?)');
  const selectStages = database.prepare('SELECT stage, version_id FROM stages WHERE arn = ? ORDER BY stage');

  const readStages = (arn: string) => z.array(stageSchema).parse(selectStages.all(arn));
  const readVersion = (arn: string, versionID: string): SecretVersion | undefined => {
    const row = versionSchema.optional().parse(select.get(arn, versionID));
    if (!row) return undefined;
    const opened = keyFile.open(PURPOSE, bind(arn, versionID), Buffer.from(row.sealed));
    const value = valueSchema.parse(JSON.parse(opened.toString('utf8')));
    return { versionID, createdAt: row.created_at, value };
  };
  return {
    put: (arn, { versionID, value, stages }) => {
      const existing = readVersion(arn, versionID);
      if (existing) {
        refuseOtherValue(existing, value);
        return;
      }
      insert.run(arn, versionID, keyFile.seal(PURPOSE, bind(arn, versionID), serialize(value)), Date.now());
      const current = readStages(arn).find(({ stage }) => stage === 'AWSCURRENT');
      if (current && stages.includes('AWSCURRENT')) setStage.run(arn, 'AWSPREVIOUS', current.version_id);
      for (const stage of stages) setStage.run(arn, stage, versionID);
    },
    read: (arn, { versionID, stage = versionID === undefined ? 'AWSCURRENT' : undefined }) => {
      const staged = readStages(arn).find((row) => row.stage === stage)?.version_id;
      const wanted = versionID ?? staged;
      const agrees = stage === undefined || wanted === staged;
      const version = wanted !== undefined && agrees ? readVersion(arn, wanted) : undefined;
      if (version) return version;
      throw new AwsError(
        'ResourceNotFoundException',
        `Secrets Manager can't find the specified secret value for ${versionID ?? `staging label: ${stage}`}`,
      );
    },
    listStages: (arn) => {
      const grouped = Map.groupBy(readStages(arn), ({ version_id }) => version_id);
      return Object.fromEntries(
        [...grouped].map(([version, rows]) => [version, rows.map(({ stage }) => stage)]),
      );
    },
  };
}

/** A row moved to another secret or version does not open. */
function bind(arn: string, versionID: string): Buffer {
  return Buffer.from(JSON.stringify([arn, versionID]));
}

function serialize({ SecretString, SecretBinary }: SecretValue): Buffer {
  return Buffer.from(JSON.stringify({ SecretString, SecretBinary }));
}

function refuseOtherValue(existing: SecretVersion, value: SecretValue): void {
  if (serialize(existing.value).equals(serialize(value))) return;
  throw new AwsError('ResourceExistsException', `Version ${existing.versionID} exists with another value.`);
}
