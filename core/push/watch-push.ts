import type { Clock } from '../foundation/clock.ts';
import type { RunEvent } from '../run-events/run-event.ts';
import type { RunEventStore } from '../run-events/run-event-store.ts';
import type { Run } from '../runs/run.ts';

const FIRST_POLL_MILLISECONDS = 50;
const MAX_POLL_MILLISECONDS = 500;

/** The event that a push was promised; nothing when it did not come within the seconds given. */
export type WatchPush = (
  run: Run & { readonly push: NonNullable<Run['push']> },
) => Promise<RunEvent | undefined>;

export function createWatchPush(dependencies: {
  readonly runEvents: Pick<RunEventStore, 'get'>;
  readonly clock: Clock;
  readonly watchSeconds: number;
}): WatchPush {
  const { runEvents, clock, watchSeconds } = dependencies;
  return async ({ appID, runID, push }) => {
    const deadline = clock.now().getTime() + watchSeconds * 1000;
    for (let pause = FIRST_POLL_MILLISECONDS; ; pause = Math.min(MAX_POLL_MILLISECONDS, pause * 2)) {
      const event = await runEvents.get(appID, runID, push.eventID);
      if (event !== undefined || clock.now().getTime() + pause > deadline) return event;
      await clock.sleep(pause);
    }
  };
}
