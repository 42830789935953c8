import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { GetCommand, UpdateCommand, type UpdateCommandInput } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { Clock } from '../foundation/clock.ts';
import type { TableAccess } from '../foundation/table-client.ts';
import { leaseItemKey, type Lease } from './lease.ts';

/** Who asks for the lease; of several that wait the one created first gets it. */
interface LeaseRequest {
  readonly appID: string;
  readonly key: string;
  readonly runID: string;
  /** When the run was created. */
  readonly createdAt: string;
  /** How long the run's place in the queue is kept if the lease is not to be had now. */
  readonly reserveSeconds: number;
}

export type LeaseAnswer =
  | {
      readonly lease: Lease;
      /** The run whose worker stopped without giving the lease back. */
      readonly abandonedBy?: string;
    }
  | { readonly heldBy: string; readonly heldUntil: Date };

/** One lease per destination index. The fence rises with every change of hands and is never reset. */
export interface LeaseStore {
  acquire(request: LeaseRequest): Promise<LeaseAnswer>;
  /** Holds it on for another term; undefined if it has gone to another. */
  renew(lease: Lease): Promise<Lease | undefined>;
  /**
   * Notes that this run writes the index, unless a run that was created later has done so: `superseded`. For a run that
   * adds to the index (`adds`) only later runs of its own task count, and those that replaced the whole; none for a run
   * without a `taskID`. `checkOnly` notes nothing. Undefined if the lease has gone to another.
   */
  takeTurn(lease: Lease, turn: Turn): Promise<'taken' | 'superseded' | undefined>;
  /** Gives it back; `reserve` keeps the first place for the same run, which goes on in another worker. */
  release(lease: Lease, reserve?: { createdAt: string; seconds: number }): Promise<void>;
}

/** A run's place among those that write the index. */
interface Turn {
  /** Absent for a run of single entities: it fetches what they are when it writes them, so it never comes too late. */
  readonly taskID?: string | undefined;
  /** When the run was created. */
  readonly createdAt: string;
  readonly adds: boolean;
  readonly checkOnly?: boolean;
}

const itemSchema = z.object({
  fence: z.int().optional(),
  holder: z.string().optional(),
  heldUntil: z.string().optional(),
  nextRunID: z.string().optional(),
});

/** Free: nobody holds it, and nobody who was there earlier waits for it. */
const FREE = '(attribute_not_exists(heldUntil) OR heldUntil <= :now)';
const FIRST_IN_LINE =
  '(attribute_not_exists(nextUntil) OR nextUntil <= :now OR nextRunID = :runID OR nextCreatedAt > :createdAt)';

type LeaseStoreOptions = TableAccess & { readonly leaseSeconds: number; readonly clock: Clock };

export function createLeaseStore(options: LeaseStoreOptions): LeaseStore {
  const { leaseSeconds, clock } = options;
  const inSeconds = (seconds: number) => secondsAfter(clock.now(), seconds);

  return {
    acquire: (request) => acquire(options, request),
    async renew(lease) {
      const heldUntil = inSeconds(leaseSeconds);
      const renewed = await update(options, lease, {
        UpdateExpression: 'SET heldUntil = :until',
        // A renewal that comes late, after the next one, must not shorten the term.
        ConditionExpression: 'fence = :fence AND heldUntil <= :until',
        ExpressionAttributeValues: { ':until': heldUntil.toISOString(), ':fence': lease.fence },
      });
      return renewed === undefined ? undefined : { ...lease, heldUntil };
    },
    takeTurn: (lease, turn) => takeTurn(options, lease, turn),
    async release(lease, reservation) {
      await update(options, lease, {
        ConditionExpression: 'fence = :fence',
        ...(reservation === undefined
          ? {
              UpdateExpression: 'REMOVE heldUntil, holder',
              ExpressionAttributeValues: { ':fence': lease.fence },
            }
          : {
              UpdateExpression:
                'SET nextRunID = :runID, nextCreatedAt = :createdAt, nextUntil = :until REMOVE heldUntil, holder',
              ExpressionAttributeValues: {
                ':fence': lease.fence,
                ':runID': lease.runID,
                ':createdAt': reservation.createdAt,
                ':until': inSeconds(reservation.seconds).toISOString(),
              },
            }),
      });
    },
  };
}

async function acquire(options: LeaseStoreOptions, request: LeaseRequest): Promise<LeaseAnswer> {
  const now = options.clock.now();
  const heldUntil = secondsAfter(now, options.leaseSeconds);
  const previous = await update(options, request, {
    UpdateExpression:
      'SET fence = if_not_exists(fence, :zero) + :one, holder = :runID, heldUntil = :until REMOVE nextRunID, nextCreatedAt, nextUntil',
    ConditionExpression: `${FREE} AND ${FIRST_IN_LINE}`,
    ExpressionAttributeValues: {
      ':zero': 0,
      ':one': 1,
      ':runID': request.runID,
      ':createdAt': request.createdAt,
      ':until': heldUntil.toISOString(),
      ':now': now.toISOString(),
    },
    ReturnValues: 'ALL_OLD',
  });
  if (previous === undefined) {
    await reserve(options, request, now, secondsAfter(now, request.reserveSeconds));
    return readHolder(options, request, now);
  }
  const { fence = 0, heldUntil: endedAt, holder } = itemSchema.parse(previous);
  const { appID, key, runID } = request;
  const lease: Lease = { appID, key, runID, fence: fence + 1, heldUntil };
  // One that was given back has no term any more.
  return endedAt !== undefined && holder !== undefined ? { lease, abandonedBy: holder } : { lease };
}

function secondsAfter(instant: Date, seconds: number): Date {
  return new Date(instant.getTime() + seconds * 1000);
}

/** Notes that this run waits, unless one that was created earlier already does. */
async function reserve(table: TableAccess, request: LeaseRequest, now: Date, until: Date): Promise<void> {
  await update(table, request, {
    UpdateExpression: 'SET nextRunID = :runID, nextCreatedAt = :createdAt, nextUntil = :until',
    ConditionExpression: FIRST_IN_LINE,
    ExpressionAttributeValues: {
      ':runID': request.runID,
      ':createdAt': request.createdAt,
      ':until': until.toISOString(),
      ':now': now.toISOString(),
    },
  });
}

async function readHolder(
  { client, tableName }: TableAccess,
  { appID, key }: LeaseRequest,
  now: Date,
): Promise<LeaseAnswer> {
  const { Item = {} } = await client.send(
    new GetCommand({ TableName: tableName, Key: leaseItemKey(appID, key), ConsistentRead: true }),
  );
  const { holder, heldUntil, nextRunID } = itemSchema.parse(Item);
  const until = heldUntil === undefined ? now : new Date(heldUntil);
  return { heldBy: (until > now ? holder : nextRunID) ?? '', heldUntil: until };
}

/** When the last run of each kind was created that wrote the index: only the holder of the lease writes these. */
const turnsSchema = z.object({
  fence: z.int(),
  lastWritten: z.string().default(''),
  lastReplaced: z.string().default(''),
});

async function takeTurn(
  table: TableAccess,
  lease: Lease,
  { taskID, createdAt, adds, checkOnly = false }: Turn,
): Promise<'taken' | 'superseded' | undefined> {
  const { Item = {} } = await table.client.send(
    new GetCommand({
      TableName: table.tableName,
      Key: leaseItemKey(lease.appID, lease.key),
      ConsistentRead: true,
    }),
  );
  const { fence, lastWritten } = turnsSchema.parse(Item);
  if (fence !== lease.fence) return undefined;
  if (comesAfter(Item, { taskID, createdAt, adds })) return 'superseded';
  if (checkOnly) return 'taken';
  const sets = [
    'lastWritten = :written',
    ...(taskID === undefined ? [] : ['#task = :createdAt']),
    ...(adds ? [] : ['lastReplaced = :createdAt']),
  ];
  const taken = await update(table, lease, {
    UpdateExpression: `SET ${sets.join(', ')}`,
    ConditionExpression: 'fence = :fence',
    ...(taskID === undefined ? {} : { ExpressionAttributeNames: { '#task': turnOf(taskID) } }),
    ExpressionAttributeValues: {
      ':written': later(lastWritten, createdAt),
      ...(taskID === undefined && adds ? {} : { ':createdAt': createdAt }),
      ':fence': lease.fence,
    },
  });
  return taken === undefined ? undefined : 'taken';
}

/** Whether a run that was created later has written the index, as it stands now: a worker asks again under the lease. */
export async function isSuperseded(
  { client, tableName }: TableAccess,
  { appID, key }: { readonly appID: string; readonly key: string },
  turn: Turn,
): Promise<boolean> {
  const Key = leaseItemKey(appID, key);
  const { Item } = await client.send(new GetCommand({ TableName: tableName, Key, ConsistentRead: true }));
  return Item !== undefined && comesAfter(Item, turn);
}

/** Whether what the item notes was created after the turn's run. */
function comesAfter(item: Readonly<Record<string, unknown>>, { taskID, createdAt, adds }: Turn): boolean {
  if (taskID === undefined) return false;
  const { lastWritten, lastReplaced } = turnsSchema.parse(item);
  const byTask = z.string().default('').parse(item[turnOf(taskID)]);
  return (adds ? later(byTask, lastReplaced) : lastWritten) > createdAt;
}

function turnOf(taskID: string): string {
  return `turn#${taskID}`;
}

function later(one: string, other: string): string {
  return one > other ? one : other;
}

/** The attributes that the input asks for, `{}` if none; undefined if the condition was not met. */
async function update(
  { client, tableName }: TableAccess,
  { appID, key }: { readonly appID: string; readonly key: string },
  input: Omit<UpdateCommandInput, 'TableName' | 'Key'>,
): Promise<Record<string, unknown> | undefined> {
  try {
    const command = new UpdateCommand({ TableName: tableName, Key: leaseItemKey(appID, key), ...input });
    return (await client.send(command)).Attributes ?? {};
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return undefined;
    throw error;
  }
}
