import type { HeldLease } from '../leases/held-lease.ts';
import type { RecordBatch } from '../records/record-batch.ts';
import { CancelWatch } from './cancel-watch.ts';
import { checkpoint } from './checkpoint.ts';
import type { Engine, RunConnection } from './engine.ts';
import type { RepeatedIDs } from './repeated-ids.ts';
import type { RunJournal } from './run-journal.ts';
import { Stretch } from './stretch.ts';
import { WriteWindow } from './write-window.ts';

/** One worker's hold on one run. */
export interface RunWork {
  readonly engine: Engine;
  readonly journal: RunJournal;
  readonly lease: HeldLease;
  readonly connection: RunConnection;
  readonly remainingMilliseconds: () => number;
}

/** `deadline`: the rest is for the next slice. `source_failed`: all that was read before is committed. */
export type CopyEnd =
  | { readonly kind: 'ended' | 'deadline' | 'cancelled' }
  | { readonly kind: 'source_failed'; readonly error: unknown };

/**
 * Reads from the run's cursor on and writes with several batches in flight, while checkpoints follow behind. Everything
 * that was read is committed when it returns; when it throws, nothing is on the wire any more and the run stands at its last
 * checkpoint, with `repeatedIDs` of no more use.
 */
export async function copyRecords(work: RunWork, repeatedIDs: RepeatedIDs): Promise<CopyEnd> {
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
      if (batch.continues !== true && isDeadlineNear(work)) {
        end = { kind: 'deadline' };
        break;
      }
    }
  } catch (error) {
    end = cancel.signal.aborted ? { kind: 'cancelled' } : { kind: 'source_failed', error };
  } finally {
    cancel.close();
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
  readonly #work: RunWork;
  readonly #repeatedIDs: RepeatedIDs;
  readonly #stop = new AbortController();
  readonly #window: WriteWindow;
  #stretch = new Stretch();
  #checkpoint: Promise<void> | undefined;
  #checkpointAt: number;

  constructor(work: RunWork, repeatedIDs: RepeatedIDs) {
    const { engine, connection, lease, journal } = work;
    this.#work = work;
    this.#repeatedIDs = repeatedIDs;
    this.#checkpointAt = engine.clock.now().getTime();
    this.signal = AbortSignal.any([lease.signal, this.#stop.signal]);
    this.#window = new WriteWindow({
      write: (batch) => {
        lease.assertHeld();
        return connection.destination.write(batch, this.signal);
      },
      size: engine.settings.batchesInFlight,
      repeatedIDs,
      replacesWhole: journal.run.action !== 'partial' && journal.run.action !== 'partialNoCreate',
    });
  }

  async take(batch: RecordBatch): Promise<void> {
    this.signal.throwIfAborted();
    if (batch.count === 0) this.#stretch.add(batch);
    else {
      const { outcome } = await this.#window.send(batch);
      outcome.catch((error: unknown) => this.#stop.abort(error));
      this.#stretch.add(batch, outcome);
      // Only what was answered: a write that failed may still be on the wire.
      outcome.then(
        () => batch.release?.(),
        () => undefined,
      );
    }
    if (batch.continues !== true && this.#isCheckpointDue()) this.#startCheckpoint();
    if (this.#stretch.bytes > this.#work.engine.settings.maxUncommittedBytes) await this.#checkpoint;
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
