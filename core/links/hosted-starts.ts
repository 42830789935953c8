import * as z from 'zod';
import type { Clock } from '../foundation/clock.ts';
import { deriveID } from '../foundation/ids.ts';
import { TABLE_INDEXES, TABLE_KEYS, TTL_ATTRIBUTE } from '../foundation/table.ts';
import type { TableAccess } from '../foundation/table-client.ts';
import {
  TransactionRefusedError,
  writeTransaction,
  type TransactionItem,
} from '../foundation/transactions.ts';
import { readKeys } from '../lists/key-range.ts';
import { idOfKey } from '../lists/read-page.ts';
import { readItem, readItems } from '../resources/resource-reads.ts';
import { LINKS_DUE } from './links-due.ts';

/** `unknown`: Algolia was asked, its answer was lost, and no run shows that would be the one. It is not asked again. */
export const START_STATUSES = ['asked', 'calling', 'started', 'refused', 'unknown'] as const;

/** A run that a trigger of ours asks of Algolia: claimed once for each trigger, and asked for at most once. */
const hostedStartSchema = z.object({
  startID: z.string(),
  appID: z.string(),
  linkID: z.string(),
  taskID: z.string(),
  trigger: z.object({ kind: z.enum(['api', 'schedule', 'webhook']), key: z.string() }),
  status: z.enum(START_STATUSES),
  /** The run at Algolia. */
  runID: z.string().optional(),
  /** Why there is none, or how it was found. */
  reason: z.string().optional(),
  createdAt: z.string(),
  /** When Algolia was asked. */
  calledAt: z.string().optional(),
  /** When there is something to do; absent once the status is one of the last three. */
  dueAt: z.string().optional(),
  /** Counts the changes; each names the one that it follows. */
  revision: z.int(),
});

export type HostedStart = z.output<typeof hostedStartSchema>;

export function newHostedStart(
  request: Pick<HostedStart, 'appID' | 'linkID' | 'taskID' | 'trigger'>,
  now: Date,
  dueAt: Date,
): HostedStart {
  const { taskID, trigger } = request;
  return {
    ...request,
    startID: deriveID(taskID, trigger.kind, trigger.key),
    status: 'asked',
    createdAt: now.toISOString(),
    dueAt: dueAt.toISOString(),
    revision: 0,
  };
}

export interface HostedStarts {
  /** Stores a fresh start unless its id is there: then that one is returned. `also` is written with it. */
  claim(start: HostedStart, also?: readonly TransactionItem[]): Promise<HostedStart>;
  find(appID: string, startID: string): Promise<HostedStart | undefined>;
  /** Changes it; nothing when somebody else has since it was read. A key given as `undefined` goes. */
  change(start: HostedStart, changes: Partial<HostedStart>): Promise<HostedStart | undefined>;
  /** The newest of a link, newest first. */
  listNewest(appID: string, linkID: string, limit: number): Promise<HostedStart[]>;
}

type Table = TableAccess & { readonly clock: Clock; readonly retentionDays: number };

export function createHostedStarts(table: Table): HostedStarts {
  return {
    async claim(start, also) {
      const isNew = await put(table, start, { ConditionExpression: 'attribute_not_exists(pk)' }, also);
      return isNew ? start : ((await find(table, start.appID, start.startID)) ?? start);
    },
    find: (appID, startID) => find(table, appID, startID),
    async change(start, changes) {
      const next = { ...start, ...changes, revision: start.revision + 1 };
      const isStored = await put(table, next, {
        ConditionExpression: '#revision = :revision',
        ExpressionAttributeNames: { '#revision': 'revision' },
        ExpressionAttributeValues: { ':revision': start.revision },
      });
      return isStored ? next : undefined;
    },
    listNewest: (appID, linkID, limit) => listNewest(table, { appID, linkID }, limit),
  };
}

async function find(table: Table, appID: string, startID: string): Promise<HostedStart | undefined> {
  const item = await readItem(table, startKey(appID, startID));
  return item === undefined ? undefined : hostedStartSchema.parse(item);
}

/** False when the condition was not met. */
async function put(
  { client, tableName, clock, retentionDays }: Table,
  start: HostedStart,
  condition: Condition,
  also: readonly TransactionItem[] = [],
): Promise<boolean> {
  const expiresAt = Math.floor(Date.parse(start.createdAt) / 1000) + retentionDays * 86_400;
  const row = { Put: { TableName: tableName, Item: toItem(start, expiresAt), ...condition } };
  try {
    await writeTransaction(client, [row, ...also], clock);
    return true;
  } catch (error) {
    if (error instanceof TransactionRefusedError && error.failed.includes(0)) return false;
    throw error;
  }
}

async function listNewest(
  table: Table,
  { appID, linkID }: { readonly appID: string; readonly linkID: string },
  limit: number,
): Promise<HostedStart[]> {
  const { name, partition, sort } = TABLE_INDEXES.byApplication;
  const range = {
    indexName: name,
    partitionName: partition,
    partition: startsPartition(appID, linkID),
    sortName: sort,
    prefix: '',
  };
  const { keys } = await readKeys(table, range, { descending: true, limit, start: undefined });
  const items = await readItems(
    table,
    keys.map((key) => startKey(appID, idOfKey(key))),
  );
  const starts = items.map((item) => hostedStartSchema.parse(item));
  return starts.toSorted((a, b) => (a.createdAt < b.createdAt ? 1 : -1));
}

interface Condition {
  readonly ConditionExpression: string;
  readonly ExpressionAttributeNames?: Record<string, string>;
  readonly ExpressionAttributeValues?: Record<string, unknown>;
}

function startKey(appID: string, startID: string): Record<string, string> {
  return { [TABLE_KEYS.partition]: `${appID}#hosted-start`, [TABLE_KEYS.sort]: startID };
}

function startsPartition(appID: string, linkID: string): string {
  return `${appID}#hosted-starts#${linkID}`;
}

function toItem(start: HostedStart, expiresAt: number): Record<string, unknown> {
  const { due, byApplication } = TABLE_INDEXES;
  return {
    ...start,
    ...startKey(start.appID, start.startID),
    [byApplication.partition]: startsPartition(start.appID, start.linkID),
    [byApplication.sort]: `${start.createdAt}#${start.startID}`,
    ...(start.dueAt === undefined ? {} : { [due.partition]: LINKS_DUE }),
    [TTL_ATTRIBUTE]: expiresAt,
  };
}
