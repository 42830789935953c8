import type { Clock } from '../foundation/clock.ts';

/**
 * Algolia takes 200 requests for runs and events within 30 seconds from one address, and 200 others within a minute.
 * Other applications and people may call from the same address.
 */
const MAX_REQUESTS = 90;
const MAX_SECONDS = 45;
/** What storing the last answer and the state may take. */
const RESERVE_MILLISECONDS = 15_000;

/** The slice has used up its requests or its time: what is left is done by the next. */
export class SliceEndedError extends Error {
  constructor() {
    super('The slice has used up what it may use');
    this.name = 'SliceEndedError';
  }
}

/** What one slice of copying may use. */
export interface SliceBudget {
  /** Takes one request; a `SliceEndedError` when there is none left. */
  readonly take: () => void;
}

export function createSliceBudget(clock: Clock, remainingMilliseconds: number): SliceBudget {
  const milliseconds = Math.min(MAX_SECONDS * 1000, remainingMilliseconds - RESERVE_MILLISECONDS);
  const deadline = clock.now().getTime() + milliseconds;
  let taken = 0;
  return {
    take() {
      if (taken >= MAX_REQUESTS || clock.now().getTime() >= deadline) throw new SliceEndedError();
      taken += 1;
    },
  };
}
