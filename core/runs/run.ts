import type { Cursor } from '../records/record-batch.ts';
import type { RunRegistration } from '../webhooks/registration.ts';
import type { OverlapPolicy } from './overlap.ts';

export type RunStatus = 'created' | 'started' | 'finished' | 'skipped';
export type RunType = 'reindex' | 'update' | 'discover' | 'validate' | 'push';
type RunOutcome = 'success' | 'failure';
type RunReasonCode =
  | 'internal'
  | 'cancelled'
  | 'critical'
  | 'no_events'
  | 'too_many_errors'
  | 'lacking_events'
  | 'ok'
  | 'blocking'
  | 'idle';
/** What a push does with its records, in the Search API's words; `delete` and `clear` take none. */
export type PushAction =
  | 'addObject'
  | 'updateObject'
  | 'partialUpdateObject'
  | 'partialUpdateObjectNoCreate'
  | 'deleteObject'
  | 'delete'
  | 'clear';
export type TaskAction = 'replace' | 'save' | 'partial' | 'partialNoCreate' | 'append';

/**
 * The books of a run: `received = applied + unchanged + rejected + dropped` at every checkpoint, or the run is not a
 * success. Where a transformation makes several records of one, each of them is received; one that it fails on is
 * received and rejected, one that it drops is received and dropped.
 */
export interface RunCounts {
  /** Records read from the source and, where there is a transformation, come out of it, good or bad. */
  readonly received: number;
  /** Records that the destination has published. */
  readonly applied: number;
  /** Records that a later one with the same objectID in the same run replaced. */
  readonly unchanged: number;
  readonly rejected: number;
  /** Records that a transformation left out; absent where there were none. */
  readonly dropped?: number | undefined;
}

/** What was decided at a run's end, stored before it is carried out so that any worker carries out the same. */
export interface Settlement {
  readonly outcome: RunOutcome;
  readonly reasonCode: RunReasonCode;
  /** A sentence that the owner of the index understands. */
  readonly reason: string;
  /** How many records the temporary index must hold when it is moved. */
  readonly records?: number;
  /** The temporary index is to be kept, for a person to decide. */
  readonly held?: Omit<HeldIndex, 'decision' | 'isBegun'>;
}

/** A temporary index that waits for a person: the gate objected to its move. */
export interface HeldIndex {
  /** What it held when the gate looked, and must still hold when it is moved. */
  readonly records: number;
  /** Removed then if nobody decided. */
  readonly until: string;
  /** What the gate objected to. */
  readonly cause: string;
  /** Asked for, and yet to be carried out by a worker. */
  readonly decision?: HoldDecision;
  /** A worker has begun to carry it out, and may have got as far as the move. */
  readonly isBegun?: boolean;
}

export type HoldDecision = 'approve' | 'discard';

/** What a run writes again: records that an earlier run of the task rejected. */
export interface RunReplay {
  readonly runID: string;
  /** When that run was created: its place in the order of those that write the index. */
  readonly createdAt: string;
  /** `searchAppID/indexName` of the index that it wrote. */
  readonly leaseKey: string;
  /** How many rejected records are kept of it. */
  readonly kept: number;
  /** The numbers of those to write, ascending; absent for all that were not written since. */
  readonly numbers?: readonly number[];
  /** Whether corrected records are stored for some of them, under the key of this run's trigger. */
  readonly isCorrected?: boolean;
  /** Write also where a later run has written the index. */
  readonly isForced?: boolean;
}

/** Where a copied run ran. */
interface HostedRunOrigin {
  /** The application at Algolia. */
  readonly applicationID: string;
  /** The request of ours that it answers, if it does. */
  readonly startID?: string | undefined;
}

/** A run needs a task's ID, and some belong to none: they look at a source, or at its vendor's webhooks. */
export const NO_TASK = '00000000-0000-0000-0000-000000000000';

/** One execution of a task, as stored. Dates are RFC 3339 with milliseconds; the wire shows whole seconds. */
export interface Run {
  readonly runID: string;
  readonly appID: string;
  readonly taskID: string;
  readonly type: RunType;
  readonly action: TaskAction;
  readonly status: RunStatus;
  readonly outcome?: RunOutcome;
  readonly reason?: string;
  readonly reasonCode?: RunReasonCode;
  /** Taken from the task when the run was claimed: 0–100, percent. */
  readonly failureThreshold: number;
  /** Taken from the task when the run was claimed; absent where it neither waits for others of its task nor stops them. */
  readonly overlap?: OverlapPolicy;
  /** The run of the same task that this one made way for. */
  readonly gaveWayTo?: string;
  /** What claimed this run: the kind of trigger and its key; `runID` is derived from the task and this. */
  readonly trigger: { readonly kind: 'api' | 'schedule' | 'webhook'; readonly key: string };
  readonly runMetadata?: Readonly<Record<string, unknown>>;
  /** Of runs of type `validate` and `discover`: the source to look at, as JSON text, which may not be stored otherwise. */
  readonly checkedSource?: string;
  /** Of runs of type `validate` that see to the webhooks at their source's vendor, and read no record. */
  readonly registration?: RunRegistration;
  /** Of runs of type `validate` and `discover`: the records or streams found, as the JSON text of an array. */
  readonly sample?: string;
  readonly counts: RunCounts;
  /** Where the next slice goes on; absent before the first checkpoint. */
  readonly cursor?: Cursor;
  /** Bytes of the source read up to there, as they were sent. */
  readonly sourceBytesRead?: number;
  /** How many of its rejected records are kept: at most as many as were rejected. */
  readonly rejectedKept?: number;
  /**
   * The record set of its source that it reads, where its destination has an index for each; empty where the source is one
   * set, absent until that is known.
   */
  readonly recordSet?: string;
  /** Of a run for another set of the same source: the run whose trigger asked for all of them. */
  readonly dividedFrom?: string;
  /** Of a run that writes again what another one rejected. */
  readonly replay?: RunReplay;
  /** Fencing token of the lease under which the last checkpoint was committed; 0 before the first. */
  readonly fence: number;
  /** How many workers took this run up. */
  readonly attempts: number;
  /** How many of them came no further: set to 0 by each checkpoint, bounded so that a run cannot go round for ever. */
  readonly stalls: number;
  /** How often it began again because its source changed while it was read. */
  readonly restarts: number;
  /** Which of its temporary indices counts, for replace: another one each time that it reads from the start again. */
  readonly generation?: number;
  /** Counts the commits; each names the one it follows, so two workers never both succeed. */
  readonly revision: number;
  /** `searchAppID/indexName` of the lease this run needs; known from the first time it was taken up. */
  readonly leaseKey?: string;
  /** How often it waited for that lease since the sweep last sent it. */
  readonly waits?: number;
  /** Of a run of type `push`: what was pushed, and where it stands in the line of its index. */
  readonly push?: {
    readonly action: PushAction;
    readonly indexName: string;
    /** The event that tells of it, and is there only once the records can be searched. */
    readonly eventID: string;
    /** Orders the pushes to one index. */
    readonly sequence: number;
    readonly recordCount: number;
    /** Where the records are kept until then; absent where the action takes none. */
    readonly payloadKey?: string;
  };
  /** Decided, and yet to be carried out: the swap, or the removal of the temporary index. */
  readonly settlement?: Settlement;
  /** When somebody asked for it to end; set beside the commits, so that it never stands in their way. */
  readonly cancelRequestedAt?: string;
  /** Present while the run, though ended, waits for a decision about its temporary index. */
  readonly held?: HeldIndex;
  /** When to look once more for the temporary index of a run that has ended: a late batch can make it anew. */
  readonly cleanUpAt?: string;
  /** `pending` from the moment it ended until `RunFinished` is on the bus. */
  readonly notification?: 'pending';
  /** Present when the run is a copy of one at Algolia: no worker has anything to do with it. */
  readonly hosted?: HostedRunOrigin | undefined;
  /** When the sweep sends this run again if nothing else happened; absent when nothing is due any more. */
  readonly dueAt?: string;
  readonly createdAt: string;
  readonly startedAt?: string;
  readonly finishedAt?: string;
  readonly updatedAt: string;
}

/** Whether the run has come to its end, which changes no more but by a decision about what is held. */
export function isEnded({ status }: Pick<Run, 'status'>): boolean {
  return status === 'finished' || status === 'skipped';
}

/** Whether a worker has something to do for the run: its work, or what follows from its temporary index. */
export function needsWorker(run: Pick<Run, 'status' | 'held' | 'cleanUpAt'>, now: Date): boolean {
  if (!isEnded(run)) return true;
  const { held, cleanUpAt } = run;
  if (held?.decision !== undefined) return true;
  const dueAt = held?.until ?? cleanUpAt;
  return dueAt !== undefined && now.getTime() >= Date.parse(dueAt);
}
