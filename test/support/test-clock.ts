import type { Clock } from '../../core/foundation/clock.ts';

interface Sleeper {
  readonly until: number;
  readonly wake: () => void;
}

/**
 * A clock that stands still until `advance`. Sleeps of at most `skipUpToMilliseconds` end at once, moving the clock on:
 * so the waiting between two attempts takes no time, while a heartbeat waits for the test.
 */
export class TestClock implements Clock {
  readonly slept: number[] = [];
  #now: number;
  #sleepers: Sleeper[] = [];
  readonly #skipUpTo: number;

  constructor(start = '2026-03-01T10:00:00.000Z', skipUpToMilliseconds = 16_000) {
    this.#now = Date.parse(start);
    this.#skipUpTo = skipUpToMilliseconds;
  }

  now(): Date {
    return new Date(this.#now);
  }

  async sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (milliseconds <= this.#skipUpTo) {
      this.slept.push(milliseconds);
      this.#now += milliseconds;
      return;
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const sleeper: Sleeper = { until: this.#now + milliseconds, wake: resolve };
    this.#sleepers.push(sleeper);
    signal?.addEventListener('abort', () => {
      this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
      reject(signal.reason as Error);
    });
    await promise;
  }

  /** Moves time on and wakes nobody, as when the process is stopped and goes on. */
  jump(milliseconds: number): void {
    this.#now += milliseconds;
  }

  /** Moves time on and wakes whoever slept until then. */
  advance(milliseconds: number): void {
    this.#now += milliseconds;
    const due = this.#sleepers.filter(({ until }) => until <= this.#now);
    this.#sleepers = this.#sleepers.filter(({ until }) => until > this.#now);
    for (const { wake } of due) wake();
  }
}
