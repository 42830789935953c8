import { setTimeout as delay } from 'node:timers/promises';

/** More than the clocks of two machines ever differ. */
export const CLOCK_SLACK_MILLISECONDS = 86_400_000;

/** Where the engine reads the time; tests and the simulation bring their own. */
export interface Clock {
  now(): Date;
  /** Resolves after `milliseconds`; rejects with the signal's reason as soon as the signal aborts. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => new Date(),
  sleep: async (milliseconds, signal) => {
    await delay(milliseconds, undefined, signal ? { signal } : {});
  },
};

/** A date as the API writes it: RFC 3339, whole seconds, UTC (`2024-01-08T16:47:41Z`). */
export function toWireDate(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}
