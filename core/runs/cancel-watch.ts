import type { Engine } from './engine.ts';
import type { Run } from './run.ts';

/**
 * Hears of a run's cancellation while records are copied: asked for with each batch, though not more often than the
 * settings say, and at each heartbeat for a source that gives no batch. Asking holds nothing up.
 */
export class CancelWatch {
  readonly #engine: Engine;
  readonly #run: Run;
  readonly #cancelled = new AbortController();
  readonly #closed = new AbortController();
  #isAsking = false;
  #askedAt: number;

  constructor(engine: Engine, run: Run) {
    this.#engine = engine;
    this.#run = run;
    this.#askedAt = engine.clock.now().getTime();
    void this.#askAtIntervals();
  }

  /** Aborts when the run is to be cancelled. */
  get signal(): AbortSignal {
    return this.#cancelled.signal;
  }

  ask(): void {
    const elapsed = this.#engine.clock.now().getTime() - this.#askedAt;
    if (elapsed >= this.#engine.settings.cancelCheckMilliseconds) void this.#ask();
  }

  close(): void {
    this.#closed.abort();
  }

  async #ask(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    const { runStore, clock } = this.#engine;
    this.#askedAt = clock.now().getTime();
    try {
      if (await runStore.isCancelRequested(this.#run.appID, this.#run.runID)) this.#cancelled.abort();
    } catch {
      // Asked again with the next batch; if the table stays away, the next checkpoint fails.
    } finally {
      this.#isAsking = false;
    }
  }

  async #askAtIntervals(): Promise<void> {
    const { clock, settings } = this.#engine;
    for (;;) {
      try {
        await clock.sleep((settings.leaseSeconds * 1000) / 3, this.#closed.signal);
      } catch {
        return;
      }
      await this.#ask();
    }
  }
}
