import { setTimeout as delay } from 'node:timers/promises';

import type { Clock } from '../foundation/clock.ts';
import type { RunEvent } from '../run-events/run-event.ts';
import type { RunEventStore } from '../run-events/run-event-store.ts';
import { isEnded, type Run } from './run.ts';
import type { RunStore } from './run-store.ts';

const FIRST_POLL_MILLISECONDS = 50;
const MAX_POLL_MILLISECONDS = 500;
const EVENT_LIMIT = 100;

/** A run as it was when the waiting ended, with what went wrong; without events where nothing did. */
interface WaitedRun {
  readonly run: Run;
  readonly events: readonly RunEvent[];
}

/** Waits for the end of a short run for as long as a request may take. */
export type WaitForEnd = (started: Run) => Promise<WaitedRun>;

export function createWaitForEnd(dependencies: {
  readonly runStore: Pick<RunStore, 'get'>;
  readonly runEvents: RunEventStore;
  readonly clock: Clock;
  readonly waitSeconds: number;
}): WaitForEnd {
  const { runStore, runEvents, clock, waitSeconds } = dependencies;
  return async (started) => {
    const deadline = clock.now().getTime() + waitSeconds * 1000;
    let run = started;
    let pause = FIRST_POLL_MILLISECONDS;
    while (!isEnded(run) && clock.now().getTime() < deadline) {
      await delay(pause);
      pause = Math.min(MAX_POLL_MILLISECONDS, pause * 2);
      run = (await runStore.get(run.appID, run.runID)) ?? run;
    }
    return { run, events: run.outcome === 'failure' ? await listEvents(runEvents, run, clock.now()) : [] };
  };
}

async function listEvents(runEvents: RunEventStore, run: Run, now: Date): Promise<RunEvent[]> {
  const { events } = await runEvents.list(run.appID, run.runID, {
    startDate: new Date(run.createdAt),
    endDate: now,
    sort: 'publishedAt',
    order: 'asc',
    page: 1,
    itemsPerPage: EVENT_LIMIT,
  });
  return events;
}
