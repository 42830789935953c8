import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { GetCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { systemClock, type Clock } from '../foundation/clock.ts';
import { newID } from '../foundation/ids.ts';
import { TABLE_INDEXES, TABLE_KEYS, TTL_ATTRIBUTE } from '../foundation/table.ts';
import type { TableAccess } from '../foundation/table-client.ts';
import { TransactionRefusedError, writeTransaction } from '../foundation/transactions.ts';
import { runEventChanges } from '../run-events/run-event-item.ts';
import { claimInTurn } from './claim-in-turn.ts';
import { lastRunChange } from './last-runs.ts';
import type { Run } from './run.ts';
import { RunCommitRefusedError } from './run-commit-refused-error.ts';
import { commitItems, type ClaimedWith, type RunCommit } from './run-commit.ts';
import { DUE_PARTITION, runKey, runSchema } from './run-item.ts';
import { runCountChanges, toRunItem } from './run-list-keys.ts';
import { listRuns, type RunListQuery } from './run-list.ts';

/** What the sweep needs to know of a run; read from an index, so it may be out of date. */
export type DueRun = Pick<Run, 'appID' | 'runID'>;

const dueRunSchema = runSchema.pick({ appID: true, runID: true });

/** The runs as stored. Whatever is decided about a run is decided by a conditional write here. */
export interface RunStore {
  /**
   * Stores a fresh run unless its id is there: then that one is returned, with `isNew: false`. `more` is written with it.
   * One with an `overlap` policy may be stored as ended, or have earlier runs of its task end.
   */
  claim(run: Run, more?: ClaimedWith): Promise<{ run: Run; isNew: boolean }>;
  /** Read strongly. */
  get(appID: string, runID: string): Promise<Run | undefined>;
  /** One page, and how many runs the window and the filters leave. */
  list(appID: string, query: RunListQuery): Promise<{ runs: Run[]; nbItems: number }>;
  /**
   * Moves the run on, all or nothing. Refused with `RunCommitRefusedError` if another worker committed since `run` was
   * read, a higher fence was seen, the run has ended, or the lease is no longer held under this fence.
   */
  commit(commit: RunCommit): Promise<Run>;
  /** Moves `dueAt` if it still is as in `run`; `waits` counts the waiting for a lease. False if somebody else moved it. */
  postpone(run: Run, dueAt: Date, waits?: number): Promise<boolean>;
  /** Notes that the run is to end; false if it has ended. */
  requestCancel(run: Run, at: Date): Promise<boolean>;
  isCancelRequested(appID: string, runID: string): Promise<boolean>;
  /** Runs that are due by then, earliest first. */
  listDue(until: Date, limit: number): Promise<DueRun[]>;
  /** `RunFinished` is on the bus: nothing is due any more, but what its temporary index asks for. */
  clearNotification(run: Run): Promise<void>;
}

/** The runs in DynamoDB; `retentionDays` is how long a run and its events are kept. */
export function createRunStore(
  options: TableAccess & { readonly retentionDays?: number; readonly clock?: Clock },
): RunStore {
  const { client, tableName, retentionDays = 30, clock = systemClock } = options;
  const table = { client, tableName, clock };
  const expiresAt = (run: Run) => Math.floor(Date.parse(run.createdAt) / 1000) + retentionDays * 86_400;
  const isCurrent = (item: Readonly<Record<string, unknown>>) => !isExpired(item, clock.now());
  const get = async (appID: string, runID: string) => {
    const item = await readRun(table, appID, runID);
    return item === undefined || !isCurrent(item) ? undefined : runSchema.parse(item);
  };

  return {
    claim: (run, more = {}) => claimRun({ table, get, expiresAt: expiresAt(run) }, run, more),
    get,
    list: (appID, query) =>
      listRuns(table, appID, query, { now: clock.now(), oldest: oldestKept(clock.now(), retentionDays) }),
    async commit(commit) {
      const next: Run = {
        ...commit.run,
        ...commit.changes,
        revision: commit.run.revision + 1,
        updatedAt: clock.now().toISOString(),
      };
      const commitID = newID();
      const items = commitItems({ tableName, commit, next, expiresAt: expiresAt(next), commitID });
      try {
        await writeTransaction(client, items, clock);
        return next;
      } catch (error) {
        if (!(error instanceof TransactionRefusedError)) throw error;
        // An answer can be lost after the write was made; then the refusal is that of our own repetition.
        const stored = await readRun(table, next.appID, next.runID);
        if (stored?.['commitID'] === commitID) return next;
        throw new RunCommitRefusedError(next.runID, error);
      }
    },
    postpone: (run, dueAt, waits) => postponeRun(table, run, dueAt, waits),
    requestCancel: (run, at) =>
      updateIf(table, run, {
        UpdateExpression: 'SET cancelRequestedAt = if_not_exists(cancelRequestedAt, :at)',
        ConditionExpression: '#status IN (:created, :started)',
        ExpressionAttributeNames: { '#status': 'status' },
        ExpressionAttributeValues: { ':at': at.toISOString(), ':created': 'created', ':started': 'started' },
      }),
    isCancelRequested: (appID, runID) => isCancelRequested(table, appID, runID),
    listDue: (until, limit) => listDueRuns(table, until, limit),
    clearNotification: (run) => clearNotification(table, run),
  };
}

/** The earliest creation of a run that is still kept; `expiresAt` has whole seconds. */
function oldestKept(now: Date, retentionDays: number): Date {
  return new Date((Math.floor(now.getTime() / 1000) - retentionDays * 86_400 + 1) * 1000);
}

interface ClaimParts {
  readonly table: TableAccess & { readonly clock: Clock };
  readonly get: RunStore['get'];
  readonly expiresAt: number;
}

async function claimRun(
  { table, get, expiresAt }: ClaimParts,
  run: Run,
  { events = [], also = [] }: ClaimedWith,
): Promise<{ run: Run; isNew: boolean }> {
  const claim = (fresh: Run, more: ClaimedWith) =>
    storeFresh(table, fresh, expiresAt, {
      events: [...events, ...(more.events ?? [])],
      also: [...also, ...(more.also ?? [])],
    });
  return run.overlap === undefined
    ? claim(run, {})
    : claimInTurn({ table, expiresAt, claim, get: (runID) => get(run.appID, runID) }, run, run.overlap);
}

async function storeFresh(
  table: TableAccess & { readonly clock: Clock },
  run: Run,
  expiresAt: number,
  { events = [], also = [] }: ClaimedWith,
): Promise<{ run: Run; isNew: boolean }> {
  const { client, tableName, clock } = table;
  const row = {
    Put: {
      TableName: tableName,
      Item: toRunItem(run, expiresAt),
      ConditionExpression: 'attribute_not_exists(#pk)',
      ExpressionAttributeNames: { '#pk': TABLE_KEYS.partition },
    },
  };
  try {
    const items = [
      row,
      ...runCountChanges(tableName, undefined, run, expiresAt),
      ...runEventChanges(tableName, run, events, expiresAt),
      ...lastRunChange(tableName, run, expiresAt),
      ...also,
    ];
    await writeTransaction(client, items, clock);
    return { run, isNew: true };
  } catch (error) {
    if (!(error instanceof TransactionRefusedError)) throw error;
    const existing = await readRun(table, run.appID, run.runID);
    if (existing === undefined) throw error;
    return { run: runSchema.parse(existing), isNew: false };
  }
}

async function readRun(
  { client, tableName }: TableAccess,
  appID: string,
  runID: string,
): Promise<Record<string, unknown> | undefined> {
  const { Item } = await client.send(
    new GetCommand({ TableName: tableName, Key: runKey(appID, runID), ConsistentRead: true }),
  );
  return Item;
}

async function isCancelRequested(
  { client, tableName }: TableAccess,
  appID: string,
  runID: string,
): Promise<boolean> {
  const { Item } = await client.send(
    new GetCommand({
      TableName: tableName,
      Key: runKey(appID, runID),
      ConsistentRead: true,
      ProjectionExpression: 'cancelRequestedAt',
    }),
  );
  return Item?.['cancelRequestedAt'] !== undefined;
}

function isExpired(item: Readonly<Record<string, unknown>>, now: Date): boolean {
  const expiresAt = item[TTL_ATTRIBUTE];
  return typeof expiresAt === 'number' && expiresAt * 1000 <= now.getTime();
}

async function postponeRun(table: TableAccess, run: Run, dueAt: Date, waits?: number): Promise<boolean> {
  const waiting = waits === undefined ? 'REMOVE waits' : ', waits = :waits';
  return updateIf(table, run, {
    UpdateExpression: `SET #dueAt = :dueAt ${waiting}`,
    ConditionExpression: '#dueAt = :read AND revision = :revision',
    ExpressionAttributeNames: { '#dueAt': TABLE_INDEXES.due.sort },
    ExpressionAttributeValues: {
      ':dueAt': dueAt.toISOString(),
      ':read': run.dueAt,
      ':revision': run.revision,
      ...(waits === undefined ? {} : { ':waits': waits }),
    },
  });
}

async function clearNotification(table: TableAccess, run: Run): Promise<void> {
  const dueAt = run.held?.until ?? run.cleanUpAt;
  if (dueAt !== undefined) {
    // Only as read: a decision made meanwhile is due at once.
    await updateIf(table, run, {
      UpdateExpression: 'SET #dueAt = :dueAt REMOVE #notification',
      ConditionExpression: 'attribute_exists(#notification) AND revision = :revision',
      ExpressionAttributeNames: { '#notification': 'notification', '#dueAt': TABLE_INDEXES.due.sort },
      ExpressionAttributeValues: { ':dueAt': dueAt, ':revision': run.revision },
    });
    return;
  }
  await updateIf(table, run, {
    UpdateExpression: 'REMOVE #notification, #dueKey, #dueAt',
    ConditionExpression: 'attribute_exists(#notification)',
    ExpressionAttributeNames: {
      '#notification': 'notification',
      '#dueKey': TABLE_INDEXES.due.partition,
      '#dueAt': TABLE_INDEXES.due.sort,
    },
  });
}

interface ConditionalUpdate {
  readonly UpdateExpression: string;
  readonly ConditionExpression: string;
  readonly ExpressionAttributeNames: Record<string, string>;
  readonly ExpressionAttributeValues?: Record<string, unknown>;
}

/** False when the condition was not met. */
async function updateIf(
  { client, tableName }: TableAccess,
  run: Run,
  update: ConditionalUpdate,
): Promise<boolean> {
  try {
    await client.send(
      new UpdateCommand({ TableName: tableName, Key: runKey(run.appID, run.runID), ...update }),
    );
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}

async function listDueRuns(
  { client, tableName }: TableAccess,
  until: Date,
  limit: number,
): Promise<DueRun[]> {
  const { Items = [] } = await client.send(
    new QueryCommand({
      TableName: tableName,
      IndexName: TABLE_INDEXES.due.name,
      KeyConditionExpression: '#dueKey = :due AND #dueAt <= :until',
      ExpressionAttributeNames: {
        '#dueKey': TABLE_INDEXES.due.partition,
        '#dueAt': TABLE_INDEXES.due.sort,
      },
      ExpressionAttributeValues: { ':due': DUE_PARTITION, ':until': until.toISOString() },
      Limit: limit,
    }),
  );
  return Items.map((item) => dueRunSchema.parse(item));
}
