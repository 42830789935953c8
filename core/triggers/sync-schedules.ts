import type { Clock } from '../foundation/clock.ts';
import { UnavailableError } from '../foundation/errors.ts';
import { parseCronRule } from '../tasks/cron-rule.ts';
import type { TaskStore } from '../tasks/task-store.ts';
import type { Task } from '../tasks/task.ts';
import { toEventBridgeCrons } from './event-bridge-cron.ts';
import type { ScheduleMarks } from './schedule-marks.ts';
import type { Schedules, WantedSchedule } from './schedules.ts';
import type { ScheduleMessage } from './start-message.ts';

/** Nobody tells of a schedule that was removed or changed by hand: it is found within a day. */
const CHECK_SECONDS = 86_400;

/** How often to begin again when the task changes meanwhile. */
const MAX_ATTEMPTS = 5;

/** A rule that restricts both day fields needs two. */
const SCHEDULES_PER_TASK = 2;

/** Makes a task's schedules as the task says, whoever else does so at the same time. */
export type SyncSchedules = (task: { readonly appID: string; readonly taskID: string }) => Promise<void>;

export function createSyncSchedules(dependencies: {
  readonly tasks: TaskStore;
  readonly marks: ScheduleMarks;
  readonly schedules: Schedules;
  readonly clock: Clock;
}): SyncSchedules {
  const { tasks, marks, schedules, clock } = dependencies;
  return async (key) => {
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
      // The mark first: if the task changes after it was read, so does the mark.
      const mark = await marks.find(key);
      const task = await tasks.find(key.appID, key.taskID);
      const wanted = wantedSchedules(key, task?.body);
      await Promise.all(wanted.map((schedule) => schedules.put(schedule)));
      const unwanted = scheduleNames(key).slice(wanted.length);
      await Promise.all(unwanted.map((name) => schedules.remove(name)));
      const nextAt = new Date(clock.now().getTime() + CHECK_SECONDS * 1000);
      if (await marks.settle(key, mark, wanted.length === 0 ? undefined : nextAt)) return;
    }
    throw new UnavailableError('schedule.busy', `The task ${key.taskID} is being changed by others.`);
  };
}

/** The schedules that a task should have; they stay, switched off, while it is disabled. */
function wantedSchedules(
  key: { readonly appID: string; readonly taskID: string },
  task: Task | undefined,
): WantedSchedule[] {
  if (task?.cron === undefined) return [];
  const { enabled: isEnabled, cron } = task;
  const message: ScheduleMessage = {
    version: 1,
    kind: 'schedule',
    ...key,
    // Scheduler puts the instant here.
    scheduledAt: '<aws.scheduler.scheduled-time>',
  };
  const input = JSON.stringify(message);
  const names = scheduleNames(key);
  return toEventBridgeCrons(parseCronRule(cron)).map((expression, index) => ({
    name: names[index] ?? '',
    expression,
    isEnabled,
    input,
  }));
}

/** At most 64 characters: an application's ID has 25 of them, a task's 36. */
function scheduleNames({ appID, taskID }: { readonly appID: string; readonly taskID: string }): string[] {
  return Array.from({ length: SCHEDULES_PER_TASK }, (_, index) => `${appID}.${taskID}.${index + 1}`);
}
