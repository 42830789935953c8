import type { Clock } from '../foundation/clock.ts';
import type { Log } from '../foundation/logging.ts';
import type { ScheduleMarks } from './schedule-marks.ts';
import type { SyncSchedules } from './sync-schedules.ts';

/** Bounds one sweep: a million tasks are looked at once in seventeen hours. */
const MAX_TASKS = 1000;
const PARALLEL = 20;
/** Those that failed go to the back of the line, so that they never keep the others out. */
const RETRY_SECONDS = 300;

/** Makes the schedules of all tasks that are due as the tasks say. */
export type SweepSchedules = () => Promise<{ readonly synced: number; readonly failed: number }>;

export function createSweepSchedules(dependencies: {
  readonly marks: ScheduleMarks;
  readonly syncSchedules: SyncSchedules;
  readonly clock: Clock;
  readonly log: Log;
}): SweepSchedules {
  const { marks, syncSchedules, clock, log } = dependencies;
  const sync = async (key: { readonly appID: string; readonly taskID: string }) => {
    try {
      await syncSchedules(key);
      return true;
    } catch (error) {
      log.error('Schedules could not be made as their task says', error, key);
      const retryAt = new Date(clock.now().getTime() + RETRY_SECONDS * 1000);
      await marks.settle(key, await marks.find(key), retryAt);
      return false;
    }
  };
  return async () => {
    const due = await marks.listDue(MAX_TASKS);
    const outcomes: boolean[] = [];
    for (let start = 0; start < due.length; start += PARALLEL) {
      outcomes.push(...(await Promise.all(due.slice(start, start + PARALLEL).map(sync))));
    }
    const synced = outcomes.filter(Boolean).length;
    return { synced, failed: outcomes.length - synced };
  };
}
