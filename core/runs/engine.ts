import type { Clock } from '../foundation/clock.ts';
import type { Log } from '../foundation/logging.ts';
import type { TransactionItem } from '../foundation/transactions.ts';
import type { LeaseStore } from '../leases/lease-store.ts';
import type { Cursor } from '../records/record-batch.ts';
import type { RejectedRecordStore } from '../rejected-records/rejected-record-store.ts';
import type { HandOff } from './hand-off.ts';
import type { RecordDestination, RecordSource } from './ports.ts';
import type { Run } from './run.ts';
import type { RunPolicy } from './run-policy.ts';
import type { RunQueue } from './run-queue.ts';
import type { RunStore } from './run-store.ts';

/** The first records of a source, and a sentence about it that its owner should read, where there is one. */
interface SourceSample {
  readonly sample: readonly Record<string, unknown>[];
  readonly note?: string;
}

/** A run's source and destination, opened. */
export interface RunConnection {
  /** The index that the run writes: what its lease is for. */
  readonly index: { readonly searchAppID: string; readonly indexName: string };
  /** What is read, in words without credentials: the URL of a file, say. */
  readonly sourceDescription: string;
  readonly source: RecordSource;
  readonly destination: RecordDestination;
  /** What the task asks of its runs. */
  readonly policy: RunPolicy;
  /**
   * Names the record sets of the source, each of which has an index of its own; absent where the run knows its set, or there
   * is one index whatever the source is made of.
   */
  readonly plan?: (signal: AbortSignal) => Promise<readonly string[]>;
  /**
   * What the next run of the task goes on from, where its source can: written in one transaction with the checkpoint
   * of `cursor`, so it never stands past what can be searched.
   */
  readonly progress?: (cursor: Cursor, of: { readonly hasRejected: boolean }) => readonly TransactionItem[];
}

/**
 * Opens what a run names, without yet reading or writing any record. A `MillraceError` that is fatal ends the run (its
 * task is gone, its credentials cannot be opened); anything else sends the message back to the queue.
 * `assertHeld` throws once this worker must not write any more: it is to be called right before each request to the
 * destination, because a worker can be stopped between any two of them.
 */
export type OpenConnection = (run: Run, assertHeld: () => void) => Promise<RunConnection>;

export interface EngineSettings {
  readonly leaseSeconds: number;
  /** Batches on the wire at once: latency costs more than parsing. */
  readonly batchesInFlight: number;
  readonly checkpointSeconds: number;
  readonly checkpointBytes: number;
  /** Reading pauses while so much waits for its checkpoint: what a crash can make us do again. */
  readonly maxUncommittedBytes: number;
  /** Reading stops so long before the function's deadline, to leave time for the last publication and checkpoint. */
  readonly sliceReserveSeconds: number;
  /** Attempts in a row without a checkpoint between them. */
  readonly maxTries: number;
  /** Workers in a row that stopped without a checkpoint. */
  readonly maxStalls: number;
  readonly maxRestarts: number;
  /** At least so long between two looks at whether the run was cancelled. */
  readonly cancelCheckMilliseconds: number;
}

export const DEFAULT_ENGINE_SETTINGS: Omit<EngineSettings, 'leaseSeconds'> = {
  batchesInFlight: 8,
  checkpointSeconds: 5,
  checkpointBytes: 64 * 1024 * 1024,
  maxUncommittedBytes: 256 * 1024 * 1024,
  sliceReserveSeconds: 60,
  maxTries: 5,
  maxStalls: 5,
  maxRestarts: 3,
  cancelCheckMilliseconds: 250,
};

/** Everything the engine touches: no clock, chance or I/O comes in another way, so a simulation can stand in for all. */
export interface Engine {
  readonly runStore: RunStore;
  readonly leaseStore: LeaseStore;
  readonly runQueue: RunQueue;
  readonly handOff: HandOff;
  readonly rejectedRecords: Pick<RejectedRecordStore, 'keep'>;
  readonly openConnection: OpenConnection;
  /**
   * The first records of the source that a run of type `validate` is to check, or the streams that one of type `discover` is
   * to list; its errors say what is wrong.
   */
  readonly readSample: (run: Run, signal: AbortSignal) => Promise<SourceSample>;
  /** Makes the vendor's webhooks as a run with a registration wants them; resolves with a sentence that says what is there. */
  readonly arrangeHooks: (run: Run, signal: AbortSignal) => Promise<string>;
  readonly clock: Clock;
  /** 0 ≤ n < 1. */
  readonly random: () => number;
  readonly newEventID: (at: Date, sequence: number) => string;
  readonly log: Log;
  readonly settings: EngineSettings;
}
