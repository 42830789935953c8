import { toWireDate, type Clock } from '../foundation/clock.ts';
import type { Log } from '../foundation/logging.ts';
import type { RunNote } from '../runs/run-journal.ts';
import { isInstantOf, lastInstantUpTo } from '../tasks/cron.ts';
import type { TaskStore } from '../tasks/task-store.ts';
import type { ScheduleMarks } from './schedule-marks.ts';
import type { ScheduleMessage } from './start-message.ts';
import type { StartOrSkip } from './start-or-skip.ts';

/**
 * What comes later than this after its instant was held up. EventBridge Scheduler fires within the minute that a rule
 * names, and repeats a delivery that failed within some more.
 */
const LATE_SECONDS = 300;

/**
 * Starts the run of a scheduled instant, once however often it is delivered. What was held up stands for the last
 * instant that has passed: however many come late, they start one run. The task says what is scheduled: an instant that
 * it does not name, or not any more, starts nothing, and has its schedules looked at.
 */
export type StartScheduledRun = (message: ScheduleMessage) => Promise<void>;

export function createStartScheduledRun(dependencies: {
  readonly tasks: TaskStore;
  readonly startOrSkip: StartOrSkip;
  readonly marks: Pick<ScheduleMarks, 'add'>;
  readonly clock: Clock;
  readonly log: Log;
}): StartScheduledRun {
  const { tasks, startOrSkip, marks, clock, log } = dependencies;
  return async ({ appID, taskID, scheduledAt }) => {
    const task = await tasks.find(appID, taskID);
    const instant = new Date(scheduledAt);
    const { cron, enabled = false } = task?.body ?? {};
    const isMeant = cron !== undefined && isInstantOf(cron, instant);
    if (!isMeant || !enabled) await marks.add({ appID, taskID });
    if (!isMeant) {
      log.info('An instant that the task does not name started nothing', { appID, taskID, scheduledAt });
      return;
    }
    const now = clock.now();
    const isLate = now.getTime() - instant.getTime() > LATE_SECONDS * 1000;
    const due = isLate ? (lastInstantUpTo(cron, now) ?? instant) : instant;
    await startOrSkip({
      appID,
      taskID,
      trigger: { kind: 'schedule', key: toWireDate(due) },
      ...(isLate ? { note: caughtUp(instant, due) } : {}),
    });
  };
}

function caughtUp(instant: Date, due: Date): RunNote {
  const missed = toWireDate(instant);
  const message =
    `The schedule could not start a run at ${missed}. ` +
    'This run makes up for that and for every instant of the schedule that has passed since.';
  const data = {
    level: 'warning',
    code: 'schedule.caught_up',
    message,
    missed,
    scheduledAt: toWireDate(due),
  };
  return { type: 'log', status: null, data };
}
