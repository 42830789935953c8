import type { Cursor, RecordBatch } from '../records/record-batch.ts';
import type { RejectedRecord } from '../records/rejected-record.ts';

/**
 * What the engine reads from: one source, opened for one run.
 * Errors: `SourceError` (`source-error.ts`) for what the owner of the source can act on; everything else is ours.
 */
export interface RecordSource {
  /**
   * The records after `cursor` (from the start without one), in order, in batches of at most `BatchLimits`. The last
   * batch may have `count` 0 to carry rejections or the final cursor. Stops its requests as soon as `signal` aborts.
   */
  read(cursor: Cursor | undefined, signal: AbortSignal): AsyncIterable<RecordBatch>;
  /**
   * Where the source can be asked for single records: those of `entityIDs` that it has, each under its id as objectID, in
   * batches whose cursors nobody goes on at. What it does not give is not there any more. Without it all is read and
   * the named records are picked.
   */
  readEntities?(entityIDs: readonly string[], signal: AbortSignal): AsyncIterable<RecordBatch>;
  /**
   * Where a source can go on from run to run: what the next run of the task is to be opened with once everything up to a
   * cursor is committed, at most 4 KB; nothing where it begins anew each time.
   */
  stateAt?(cursor: Cursor): string | undefined;
}

/** How large a batch may get: whichever comes first. */
export interface BatchLimits {
  readonly maxRecords: number;
  readonly maxBytes: number;
}

/** What a destination said to one batch. */
export interface WriteReceipt {
  /** Records accepted; they are searchable once `publications` are published. */
  readonly accepted: number;
  readonly rejected: readonly RejectedRecord[];
  /** Records left out because the action leaves what is there alone; none where absent. */
  readonly unchanged?: number;
  /** The destination's task ids to wait for; empty when nothing was accepted. */
  readonly publications: readonly number[];
}

/** On how many of the records looked at each first-level attribute was found. */
export interface AttributeSample {
  readonly records: number;
  readonly attributes: ReadonlyMap<string, number>;
}

/** What a temporary index must be when it is moved. */
export interface ExpectedIndex {
  readonly records: number;
  /** Whether an earlier worker, or an earlier try of this one, may have moved it already. */
  readonly mayBeMoved: boolean;
}

/**
 * What the engine writes to: one index, opened for one run and action. Every method may be called again by another
 * worker after a crash and then changes nothing that is already done.
 * Errors: `DestinationError` (`destination-error.ts`).
 */
export interface RecordDestination {
  /** For replace: the temporary index exists, with the settings, rules and synonyms of the live one. Else nothing. */
  prepare(signal: AbortSignal): Promise<void>;
  /**
   * Sends one batch, or removes what it names where it is a deletion. Resolves when it is accepted or its refused records
   * are known (found by bisection).
   */
  write(batch: RecordBatch, signal: AbortSignal): Promise<WriteReceipt>;
  /** Resolves when all are published, i.e. searchable. */
  waitForPublication(publications: readonly number[], signal: AbortSignal): Promise<void>;
  /** For replace: how many records the temporary index holds and how many the live one (0 when there is none). */
  countRecords(signal: AbortSignal): Promise<{ readonly written: number; readonly live: number }>;
  /**
   * For replace: looks at some records of the temporary index and of the live one; nothing when the credentials do not
   * allow it. Else nothing.
   */
  sampleAttributes(
    signal: AbortSignal,
  ): Promise<{ readonly written: AttributeSample; readonly live: AttributeSample } | undefined>;
  /**
   * For replace: moves the temporary index over the live one, awaited. Done before, it is a no-op. A fatal error when it
   * does not hold what is expected, as when a paused worker's batch made it anew. Else nothing.
   */
  publish(signal: AbortSignal, expected: ExpectedIndex): Promise<void>;
  /** For replace: removes the temporary index, and those of earlier generations. Else nothing. */
  discard(signal: AbortSignal): Promise<void>;
  /**
   * For replace: the temporary index that counts from now on. A run that reads its source anew fills another one, so that
   * a batch of the reading before, which may arrive late, meets nobody. Without it there is one temporary index.
   */
  useGeneration?(generation: number): void;
  /**
   * The ids of the records that stand for parts of these entities, as `entityOfPart` has it; looks through the whole index.
   * Absent where nothing can be looked up.
   */
  listParts?(entityIDs: ReadonlySet<string>, signal: AbortSignal): Promise<string[]>;
}
