import { GetCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { Clock } from '../foundation/clock.ts';
import { UnavailableError } from '../foundation/errors.ts';
import { newTimeOrderedID } from '../foundation/ids.ts';
import { TABLE_KEYS, TTL_ATTRIBUTE } from '../foundation/table.ts';
import type { TableAccess } from '../foundation/table-client.ts';
import {
  backoffMilliseconds,
  TransactionRefusedError,
  type TransactionItem,
} from '../foundation/transactions.ts';
import type { RunEvent } from '../run-events/run-event.ts';
import { decideOverlap, type OverlapDecision, type OverlapPolicy } from './overlap.ts';
import { isEnded, type Run } from './run.ts';
import { runKey } from './run-item.ts';
import type { ClaimedWith } from './run-commit.ts';

/** Each of them means that another trigger of the same task got through. */
const MAX_ATTEMPTS = 20;

const lineSchema = z.object({ revision: z.int(), runIDs: z.array(z.string()) });
/** The runs of a task that had not ended when the last one was claimed. */
type TaskLine = z.infer<typeof lineSchema>;

interface ClaimParts {
  readonly table: TableAccess & { readonly clock: Clock };
  readonly expiresAt: number;
  /** Stores the run if it is not there, with what else is given, all or nothing. */
  readonly claim: (run: Run, more: ClaimedWith) => Promise<{ run: Run; isNew: boolean }>;
  readonly get: (runID: string) => Promise<Run | undefined>;
}

/**
 * Claims a run as its task's overlap policy says: it runs, or is stored as ended because it made way. Of triggers at
 * the same time one comes after the other, because each claim changes the task's line as it read it.
 */
export async function claimInTurn(
  parts: ClaimParts,
  run: Run,
  policy: OverlapPolicy,
): Promise<{ run: Run; isNew: boolean }> {
  for (let attempt = 1; ; attempt += 1) {
    const line = await readLine(parts.table, run);
    const active = await readActive(parts, line, run.runID);
    // The run that it was divided from had its turn.
    const decision = run.dividedFrom === undefined ? decideOverlap(policy, active) : { cancels: [] };
    try {
      return 'givesWayTo' in decision
        ? await claimEnded(parts, run, decision)
        : await parts.claim(run, {
            also: [
              joinLine(parts, run, { line, active }),
              ...decision.cancels.map((old) => makeWay(parts.table, old, run)),
            ],
          });
    } catch (error) {
      if (!(error instanceof TransactionRefusedError)) throw error;
      if (attempt === MAX_ATTEMPTS) {
        throw new UnavailableError(
          'task.busy',
          'The task is started too often at once: try again in a moment.',
          {
            cause: error,
          },
        );
      }
      await parts.table.clock.sleep(backoffMilliseconds(attempt));
    }
  }
}

async function readLine({ client, tableName }: TableAccess, run: Run): Promise<TaskLine | undefined> {
  const { Item } = await client.send(
    new GetCommand({ TableName: tableName, Key: lineKey(run), ConsistentRead: true }),
  );
  return Item === undefined ? undefined : lineSchema.parse(Item);
}

/** What the runs themselves say counts: the line may name runs that have ended. */
async function readActive({ get }: ClaimParts, line: TaskLine | undefined, ownID: string): Promise<Run[]> {
  const others = (line?.runIDs ?? []).filter((runID) => runID !== ownID);
  const runs = await Promise.all(others.map(get));
  return runs
    .filter((run) => run !== undefined)
    .filter((run) => !isEnded(run) && run.cancelRequestedAt === undefined);
}

function joinLine(
  { table, expiresAt }: ClaimParts,
  run: Run,
  { line, active }: { line: TaskLine | undefined; active: readonly Run[] },
): TransactionItem {
  return {
    Put: {
      TableName: table.tableName,
      Item: {
        ...lineKey(run),
        revision: (line?.revision ?? 0) + 1,
        runIDs: [...active.map(({ runID }) => runID), run.runID],
        [TTL_ATTRIBUTE]: expiresAt,
      },
      ...(line === undefined
        ? {
            ConditionExpression: 'attribute_not_exists(#pk)',
            ExpressionAttributeNames: { '#pk': TABLE_KEYS.partition },
          }
        : {
            ConditionExpression: 'revision = :read',
            ExpressionAttributeValues: { ':read': line.revision },
          }),
    },
  };
}

/** The earlier run is asked to end, with the run that it ends for. */
function makeWay({ tableName }: TableAccess, old: Run, { runID, createdAt }: Run): TransactionItem {
  return {
    Update: {
      TableName: tableName,
      Key: runKey(old.appID, old.runID),
      UpdateExpression: 'SET cancelRequestedAt = if_not_exists(cancelRequestedAt, :at), gaveWayTo = :runID',
      ConditionExpression: '#status IN (:created, :started)',
      ExpressionAttributeNames: { '#status': 'status' },
      ExpressionAttributeValues: {
        ':at': createdAt,
        ':runID': runID,
        ':created': 'created',
        ':started': 'started',
      },
    },
  };
}

async function claimEnded(
  { table, claim }: ClaimParts,
  run: Run,
  { givesWayTo, because }: Extract<OverlapDecision, { givesWayTo: Run }>,
): Promise<{ run: Run; isNew: boolean }> {
  const at = table.clock.now();
  const skipped: Run = {
    ...run,
    status: 'skipped',
    outcome: 'failure',
    reasonCode: 'blocking',
    reason: `${because} Nothing was read or written.`,
    gaveWayTo: givesWayTo.runID,
    finishedAt: at.toISOString(),
    notification: 'pending',
  };
  const event: RunEvent = {
    eventID: newTimeOrderedID(at),
    runID: run.runID,
    type: 'log',
    status: null,
    batchSize: 0,
    data: { level: 'info', code: 'run.gave_way', message: because, runID: givesWayTo.runID },
    publishedAt: at.toISOString(),
  };
  return claim(skipped, { events: [event] });
}

function lineKey({ appID, taskID }: Run): Record<string, string> {
  return { [TABLE_KEYS.partition]: `${appID}#task-line`, [TABLE_KEYS.sort]: taskID };
}
