import { DeleteCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import type { Clock } from '../foundation/clock.ts';
import { TABLE_KEYS, TTL_ATTRIBUTE } from '../foundation/table.ts';
import type { TableAccess } from '../foundation/table-client.ts';
import { TransactionRefusedError, writeTransaction } from '../foundation/transactions.ts';
import { readItems } from '../resources/resource-reads.ts';
import { isEnded, type Run, type TaskAction } from '../runs/run.ts';
import { runKey, runSchema } from '../runs/run-item.ts';
import { runCountChanges, toRunItem } from '../runs/run-list-keys.ts';
import type { HostedRun, Position } from './hosted-api.ts';

/** A run whose events are to be read, and which is to be read again itself while it has not ended. */
export interface Look {
  readonly runID: string;
  /** RFC 3339: not before. Looks are taken in this order. */
  readonly at: string;
  /** Where the reading of its events goes on, if that was broken off. */
  readonly position?: Position | undefined;
}

/** What a copied run belongs to. */
export interface RunOrigin {
  readonly appID: string;
  readonly linkID: string;
  /** The application at Algolia. */
  readonly applicationID: string;
  /** Ends after this instant are told on the bus; those before are history. */
  readonly linkedAt: string;
}

/** The copies of runs. What is stored twice is stored once, whoever stores it. */
export interface HostedRuns {
  /**
   * Stores those that are new or have changed, each with a look at it. Runs of that id that are not of this application
   * stay as they are. `startID` names the start of ours that the run answers.
   */
  save(
    origin: RunOrigin,
    runs: readonly HostedRun[],
    about: { readonly actionOf: (taskID: string) => TaskAction; readonly startID?: string },
  ): Promise<void>;
  find(origin: Pick<RunOrigin, 'appID' | 'applicationID'>, runIDs: readonly string[]): Promise<Run[]>;
  listLooks(origin: RunOrigin, limit: number): Promise<Look[]>;
  addLook(origin: RunOrigin, look: Look): Promise<void>;
  removeLook(origin: RunOrigin, look: Look): Promise<void>;
}

type Table = TableAccess & { readonly clock: Clock; readonly retentionDays: number };

const lookSchema = z.object({
  runID: z.string(),
  at: z.string(),
  position: z.object({ from: z.string(), page: z.int() }).optional(),
});

const LOOK_PREFIX = 'look#';
/** Looks that nobody takes, because their link is gone, go by themselves. */
const LOOK_DAYS = 30;

export function createHostedRuns(table: Table): HostedRuns {
  const { client, tableName, clock } = table;
  const find = async (
    { appID, applicationID }: Pick<RunOrigin, 'appID' | 'applicationID'>,
    runIDs: readonly string[],
  ) => {
    const items = await readItems(
      table,
      [...new Set(runIDs)].map((runID) => runKey(appID, runID)),
    );
    const runs = items.map((item): Run => runSchema.parse(item));
    return runs.filter((run) => run.hosted?.applicationID === applicationID);
  };
  return {
    find,
    save: (origin, runs, about) => save(table, origin, { runs, ...about }),
    async listLooks(origin, limit) {
      const { Items = [] } = await client.send(
        new QueryCommand({
          TableName: tableName,
          ConsistentRead: true,
          KeyConditionExpression: '#pk = :pk AND #sk BETWEEN :from AND :to',
          ExpressionAttributeNames: { '#pk': TABLE_KEYS.partition, '#sk': TABLE_KEYS.sort },
          ExpressionAttributeValues: {
            ':pk': looksPartition(origin),
            ':from': LOOK_PREFIX,
            ':to': `${LOOK_PREFIX}${clock.now().toISOString()}~`,
          },
          Limit: limit,
        }),
      );
      return Items.map((item) => lookSchema.parse(item));
    },
    async addLook(origin, look) {
      await client.send(new PutCommand({ TableName: tableName, Item: toLookItem(table, origin, look) }));
    },
    async removeLook(origin, look) {
      await client.send(new DeleteCommand({ TableName: tableName, Key: lookKey(origin, look) }));
    },
  };
}

async function save(
  table: Table,
  origin: RunOrigin,
  found: {
    readonly runs: readonly HostedRun[];
    readonly actionOf: (taskID: string) => TaskAction;
    readonly startID?: string;
  },
): Promise<void> {
  const { runs, actionOf, startID } = found;
  const items = await readItems(
    table,
    [...new Set(runs.map(({ runID }) => runID))].map((runID) => runKey(origin.appID, runID)),
  );
  const stored = new Map(items.map((item) => [String(item[TABLE_KEYS.sort]), runSchema.parse(item)]));
  for (const run of runs) {
    const before: Run | undefined = stored.get(run.runID);
    if (before !== undefined && before.hosted?.applicationID !== origin.applicationID) continue;
    if (isExpired(table, before ?? run)) continue;
    const after = toRun(origin, run, { before, action: actionOf(run.taskID), startID });
    if (before === undefined || !isSame(before, after)) await write(table, origin, { before, after });
  }
}

function toRun(
  origin: RunOrigin,
  run: HostedRun,
  about: {
    readonly before: Run | undefined;
    readonly action: TaskAction;
    readonly startID: string | undefined;
  },
): Run {
  const { before } = about;
  const { progress, ...fields } = run;
  const startID = about.startID ?? before?.hosted?.startID;
  return {
    ...fields,
    appID: origin.appID,
    action: before?.action ?? about.action,
    trigger: { kind: 'api', key: run.runID },
    counts: { received: progress.expected, applied: progress.received, unchanged: 0, rejected: 0 },
    fence: 0,
    attempts: 0,
    stalls: 0,
    restarts: 0,
    revision: (before?.revision ?? -1) + 1,
    hosted: { applicationID: origin.applicationID, ...(startID === undefined ? {} : { startID }) },
    ...(before?.notification === undefined ? {} : { notification: before.notification, dueAt: before.dueAt }),
    // Lists and counts hold it under the instant that it was first seen with.
    createdAt: before?.createdAt ?? run.createdAt,
    updatedAt: run.finishedAt ?? run.startedAt ?? run.createdAt,
  };
}

/** Compared as stored: without what is not there. Each copy has a revision of its own. */
function isSame(before: Run, after: Run): boolean {
  const stored = (run: Run): unknown => JSON.parse(JSON.stringify({ ...run, revision: 0 }));
  return isDeepStrictEqual(stored(before), stored(after));
}

/** One transaction; refused when somebody else has written the run since it was read, who then saw no less. */
async function write(
  table: Table,
  origin: RunOrigin,
  { before, after }: { readonly before: Run | undefined; readonly after: Run },
): Promise<void> {
  const now = table.clock.now().toISOString();
  const isNewEnd = isEnded(after) && (before === undefined || !isEnded(before));
  const isTold = isNewEnd && (after.finishedAt ?? after.createdAt) >= origin.linkedAt;
  const next: Run = isTold ? { ...after, notification: 'pending', dueAt: now } : after;
  const expiresAt = expiresAtOf(table, next);
  const row = {
    Put: {
      TableName: table.tableName,
      Item: toRunItem(next, expiresAt),
      ...(before === undefined
        ? { ConditionExpression: 'attribute_not_exists(pk)' }
        : {
            ConditionExpression: '#revision = :revision AND attribute_exists(#hosted)',
            ExpressionAttributeNames: { '#revision': 'revision', '#hosted': 'hosted' },
            ExpressionAttributeValues: { ':revision': before.revision },
          }),
    },
  };
  const look = {
    Put: { TableName: table.tableName, Item: toLookItem(table, origin, { runID: next.runID, at: now }) },
  };
  try {
    const counts = runCountChanges(table.tableName, before, next, expiresAt);
    await writeTransaction(table.client, [row, look, ...counts], table.clock);
  } catch (error) {
    if (!(error instanceof TransactionRefusedError)) throw error;
  }
}

function expiresAtOf({ retentionDays }: Table, { createdAt }: Pick<Run, 'createdAt'>): number {
  return Math.floor(Date.parse(createdAt) / 1000) + retentionDays * 86_400;
}

function isExpired(table: Table, run: Pick<Run, 'createdAt'>): boolean {
  return expiresAtOf(table, run) * 1000 <= table.clock.now().getTime();
}

function looksPartition({ appID, linkID }: RunOrigin): string {
  return `${appID}#link#${linkID}`;
}

function lookKey(origin: RunOrigin, { runID, at }: Look): Record<string, string> {
  return {
    [TABLE_KEYS.partition]: looksPartition(origin),
    [TABLE_KEYS.sort]: `${LOOK_PREFIX}${at}#${runID}`,
  };
}

function toLookItem({ clock }: Table, origin: RunOrigin, look: Look): Record<string, unknown> {
  const expiresAt = Math.floor(clock.now().getTime() / 1000) + LOOK_DAYS * 86_400;
  return { ...look, ...lookKey(origin, look), [TTL_ATTRIBUTE]: expiresAt };
}
