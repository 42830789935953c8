import { TABLE_INDEXES, TTL_ATTRIBUTE } from '../foundation/table.ts';
import type { TransactionItem } from '../foundation/transactions.ts';
import { leaseItemKey, type Lease } from '../leases/lease.ts';
import type { RunEvent } from '../run-events/run-event.ts';
import { runEventChanges } from '../run-events/run-event-item.ts';
import type { Run } from './run.ts';
import { DUE_PARTITION, runKey } from './run-item.ts';
import { runCountChanges, runIndexAttributes } from './run-list-keys.ts';

/** What a commit may change; a key given as `undefined` removes the attribute. */
export type RunChanges = Partial<
  Pick<
    Run,
    | 'status'
    | 'outcome'
    | 'reason'
    | 'reasonCode'
    | 'counts'
    | 'cursor'
    | 'sourceBytesRead'
    | 'rejectedKept'
    | 'fence'
    | 'attempts'
    | 'stalls'
    | 'restarts'
    | 'generation'
    | 'recordSet'
    | 'leaseKey'
    | 'settlement'
    | 'held'
    | 'cleanUpAt'
    | 'notification'
    | 'dueAt'
    | 'startedAt'
    | 'finishedAt'
    | 'sample'
  >
>;

/** One change of a run by the worker that holds it. */
export interface RunCommit {
  /** The run as this worker last read or committed it. */
  readonly run: Run;
  readonly changes: RunChanges;
  /** The lease under which the work was done; without one only runs that need none can end. */
  readonly lease?: Lease;
  /** Written in the same transaction, at most 90. */
  readonly events?: readonly RunEvent[];
  /** Other items of the table that change in the same transaction. */
  readonly also?: readonly TransactionItem[];
}

/** What is written in the transaction that claims a run. */
export type ClaimedWith = Pick<RunCommit, 'events' | 'also'>;

interface CommitParts {
  readonly tableName: string;
  readonly commit: RunCommit;
  /** The run as it shall be. */
  readonly next: Run;
  readonly expiresAt: number;
  /** Tells this commit from any other, so that its own repetition is known. */
  readonly commitID: string;
}

/** The transaction of one commit: the run under its conditions, the proof that the lease is held, the events, the counts. */
export function commitItems({
  tableName,
  commit,
  next,
  expiresAt,
  commitID,
}: CommitParts): TransactionItem[] {
  const { lease, events = [], also = [] } = commit;
  return [
    { Update: { TableName: tableName, ...runUpdate({ commit, next, commitID, expiresAt }) } },
    ...(lease === undefined
      ? []
      : [
          {
            ConditionCheck: {
              TableName: tableName,
              Key: leaseItemKey(lease.appID, lease.key),
              ConditionExpression: 'fence = :fence',
              ExpressionAttributeValues: { ':fence': lease.fence },
            },
          },
        ]),
    ...runEventChanges(tableName, next, events, expiresAt),
    ...runCountChanges(tableName, commit.run, next, expiresAt),
    ...also,
  ];
}

/** Only what changes is written, so that attributes which others set meanwhile stay. */
function runUpdate({ commit, next, commitID, expiresAt }: Omit<CommitParts, 'tableName'>) {
  const { run, changes, lease } = commit;
  const attributes: Record<string, unknown> = {
    ...changes,
    ...runIndexAttributes(next),
    revision: next.revision,
    updatedAt: next.updatedAt,
    commitID,
    // A held index must not outlive the run that tells of it.
    ...(changes.held === undefined
      ? {}
      : { [TTL_ATTRIBUTE]: Math.max(expiresAt, Math.ceil(Date.parse(changes.held.until) / 1000) + 86_400) }),
    ...('dueAt' in changes
      ? {
          [TABLE_INDEXES.due.partition]: next.dueAt === undefined ? undefined : DUE_PARTITION,
          waits: undefined,
        }
      : {}),
  };
  const set: string[] = [];
  const removed: string[] = [];
  const names: Record<string, string> = {
    '#status': 'status',
    '#revision': 'revision',
    '#fence': 'fence',
    '#held': 'held',
    '#cleanUpAt': 'cleanUpAt',
  };
  const values: Record<string, unknown> = {
    ':readRevision': run.revision,
    ':ownFence': lease?.fence ?? run.fence,
    ':created': 'created',
    ':started': 'started',
  };
  for (const [name, value] of Object.entries(attributes)) {
    names[`#${name}`] = name;
    if (value === undefined) removed.push(`#${name}`);
    else {
      set.push(`#${name} = :${name}`);
      values[`:${name}`] = value;
    }
  }
  return {
    Key: runKey(run.appID, run.runID),
    UpdateExpression: `SET ${set.join(', ')}${removed.length > 0 ? ` REMOVE ${removed.join(', ')}` : ''}`,
    // The cursor moves with the revision only, so the revision read stands for the cursor expected.
    ConditionExpression:
      '#revision = :readRevision AND #fence <= :ownFence AND (#status IN (:created, :started) OR attribute_exists(#held) OR attribute_exists(#cleanUpAt))',
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: values,
  };
}
