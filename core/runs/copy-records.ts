import type { RecordBatch } from '../records/record-batch.ts';
import { CancelWatch } from './cancel-watch.ts';
import { checkpoint } from './checkpoint.ts';
import type { WriteReceipt } from './ports.ts';
import type { RepeatedIDs } from './repeated-ids.ts';
import { isBeyondBudget } from './failure-budget.ts';
import { receivedIn, Stretch } from './stretch.ts';
import { WriteWindow, type BatchOutcome } from './write-window.ts';
import type { RunWork } from './run-work.ts';

/**
 * `beyond_budget`: the rest would change nothing. `deadline`: the rest is for the next slice. `source_failed`: all that
 * was read before is committed.
 */
export type CopyEnd =
  | { readonly kind: 'ended' | 'deadline' | 'cancelled' | 'beyond_budget' }
  | { readonly kind: 'source_failed'; readonly error: unknown };

/**
 * Reads from the run's cursor on and writes with several batches in flight, while checkpoints follow behind. Everything
 * that was read is committed when it returns; when it throws, nothing is on the wire any more and the run stands at its last
 * checkpoint, with `repeatedIDs` of no more use.
 */
export async function copyRecords(work: RunWork, repeatedIDs: RepeatedIDs): Promise<CopyEnd> {
  // A worker that stopped may have come so far.
  if (isBeyondBudget(work.journal.run, work.journal.run.counts, undefined)) return { kind: 'beyond_budget' };
  const pipeline = new Pipeline(work, repeatedIDs);
  const cancel = new CancelWatch(work.engine, work.journal.run);
  // Cancelled, only the reading stops: what is on the wire lands and is counted.
  const signal = AbortSignal.any([pipeline.signal, cancel.signal]);
  let end: CopyEnd = { kind: 'ended' };
  try {
    for await (const batch of work.connection.source.read(work.journal.run.cursor, signal)) {
      cancel.ask();
      await pipeline.take(batch);
      if (cancel.signal.aborted) {
        end = { kind: 'cancelled' };
        break;
      }
      // No checkpoint may come between parts of one place.
      if (batch.continues === true) continue;
      const { maxRecordsLeft } = batch;
      if (maxRecordsLeft !== 0 && isBeyondBudget(work.journal.run, pipeline.counts, maxRecordsLeft)) {
        end = { kind: 'beyond_budget' };
        break;
      }
      if (isDeadlineNear(work)) {
        end = { kind: 'deadline' };
        break;
      }
    }
  } catch (error) {
    end = cancel.signal.aborted ? { kind: 'cancelled' } : { kind: 'source_failed', error };
  } finally {
    cancel.close();
  }
  // What was counted since the last checkpoint will be read, and counted, again.
  if (end.kind === 'source_failed' && pipeline.isBetween) {
    await pipeline.drop();
    throw end.error;
  }
  await pipeline.finish();
  return end;
}

function isDeadlineNear({ remainingMilliseconds, engine }: RunWork): boolean {
  return remainingMilliseconds() < engine.settings.sliceReserveSeconds * 1000;
}

class Pipeline {
  /** Aborts as soon as the lease is lost or something failed. */
  readonly signal: AbortSignal;
  /** Of the run so far, as far as the destination has answered. */
  readonly counts: { received: number; rejected: number };
  readonly #work: RunWork;
  readonly #repeatedIDs: RepeatedIDs;
  readonly #stop = new AbortController();
  readonly #window: WriteWindow;
  #stretch = new Stretch();
  #checkpoint: Promise<void> | undefined;
  #checkpointAt: number;
  #isBetween = false;

  constructor(work: RunWork, repeatedIDs: RepeatedIDs) {
    const { engine, lease, journal } = work;
    this.#work = work;
    this.#repeatedIDs = repeatedIDs;
    const { received, rejected } = journal.run.counts;
    this.counts = { received, rejected };
    this.#checkpointAt = engine.clock.now().getTime();
    this.signal = AbortSignal.any([lease.signal, this.#stop.signal]);
    this.#window = new WriteWindow({
      write: (batch) => this.#write(batch),
      size: engine.settings.batchesInFlight,
      repeatedIDs,
      replacesWhole: journal.run.action === 'replace' || journal.run.action === 'save',
    });
  }

  async take(batch: RecordBatch): Promise<void> {
    this.signal.throwIfAborted();
    this.counts.received += receivedIn(batch);
    this.counts.rejected += batch.rejected.length;
    if (batch.count === 0) this.#stretch.add(batch);
    else {
      const { outcome } = await this.#window.send(batch);
      this.#stretch.add(batch, outcome);
      void this.#land(batch, outcome);
    }
    this.#isBetween = batch.continues === true;
    if (!this.#isBetween && this.#isCheckpointDue()) this.#startCheckpoint();
    if (this.#stretch.bytes > this.#work.engine.settings.maxUncommittedBytes) await this.#checkpoint;
    this.signal.throwIfAborted();
  }

  /** Whether no checkpoint may come here. */
  get isBetween(): boolean {
    return this.#isBetween;
  }

  /** Waits for all that was sent, and commits none of it but for a checkpoint that was on its way. */
  async drop(): Promise<void> {
    await this.#window.drain();
    await this.#checkpoint;
    this.signal.throwIfAborted();
  }

  /** Waits for all that was sent and commits it, or throws what failed first. */
  async finish(): Promise<void> {
    await this.#window.drain();
    await this.#checkpoint;
    if (!this.signal.aborted) this.#startCheckpoint();
    await this.#checkpoint;
    this.signal.throwIfAborted();
  }

  async #write(batch: RecordBatch): Promise<WriteReceipt> {
    const { lease, connection } = this.#work;
    this.signal.throwIfAborted();
    lease.assertHeld();
    try {
      return await connection.destination.write(batch, this.signal);
    } catch (error) {
      // Before anybody hears of it: a batch that waited for this one must not overtake it.
      this.#stop.abort(error);
      throw error;
    }
  }

  async #land(batch: RecordBatch, outcome: Promise<BatchOutcome>): Promise<void> {
    try {
      const { rejected } = await outcome;
      this.counts.rejected += rejected.length;
      // Not when the write failed: it may still be on the wire.
      batch.release?.();
    } catch (error) {
      this.#stop.abort(error);
    }
  }

  #isCheckpointDue(): boolean {
    const { clock, settings } = this.#work.engine;
    if (this.#checkpoint !== undefined) return false;
    const elapsed = clock.now().getTime() - this.#checkpointAt;
    return elapsed >= settings.checkpointSeconds * 1000 || this.#stretch.bytes >= settings.checkpointBytes;
  }

  /** The checkpoint of what was read so far, while further batches are sent. */
  #startCheckpoint(): void {
    const stretch = this.#stretch;
    this.#stretch = new Stretch();
    this.#checkpointAt = this.#work.engine.clock.now().getTime();
    this.#checkpoint = checkpoint(this.#work, stretch, this.#repeatedIDs, this.signal)
      .catch((error: unknown) => this.#stop.abort(error))
      .finally(() => {
        this.#checkpoint = undefined;
      });
  }
}
