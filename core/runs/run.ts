import type { Cursor } from '../records/record-batch.ts';

export type RunStatus = 'created' | 'started' | 'finished' | 'skipped';
export type RunType = 'reindex' | 'update' | 'discover' | 'validate' | 'push';
export type RunOutcome = 'success' | 'failure';
export type RunReasonCode =
  | 'internal'
  | 'cancelled'
  | 'critical'
  | 'no_events'
  | 'too_many_errors'
  | 'lacking_events'
  | 'ok'
  | 'blocking'
  | 'idle';
export type TaskAction = 'replace' | 'save' | 'partial' | 'partialNoCreate' | 'append';

/** The books of a run: `received = applied + unchanged + rejected` at every checkpoint, or the run is not a success. */
export interface RunCounts {
  /** Records read from the source, good or bad. */
  readonly received: number;
  /** Records that the destination has published. */
  readonly applied: number;
  /** Records that a later one with the same objectID in the same run replaced. */
  readonly unchanged: number;
  readonly rejected: number;
}

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
  /** What claimed this run: the kind of trigger and its key; `runID` is derived from the task and this. */
  readonly trigger: { readonly kind: 'api' | 'schedule' | 'webhook'; readonly key: string };
  readonly runMetadata?: Readonly<Record<string, unknown>>;
  readonly counts: RunCounts;
  /** Where the next slice goes on; absent before the first checkpoint. */
  readonly cursor?: Cursor;
  /** Fencing token of the lease under which the last checkpoint was committed; 0 before the first. */
  readonly fence: number;
  /** How many workers took this run up. */
  readonly attempts: number;
  /** When the sweep sends this run again if nothing else happened; absent when nothing is due any more. */
  readonly dueAt?: string;
  readonly createdAt: string;
  readonly startedAt?: string;
  readonly finishedAt?: string;
  readonly updatedAt: string;
}
