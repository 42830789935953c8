import { DeleteScheduleCommand, GetScheduleCommand, UpdateScheduleCommand } from '@aws-sdk/client-scheduler';
import { afterAll, beforeAll, expect, test } from 'vitest';

import type { Run } from '../../../core/runs/run.ts';
import { createBlockTask } from '../../../core/tasks/block-task.ts';
import type { Task } from '../../../core/tasks/task.ts';
import { createScheduleMarks } from '../../../core/triggers/schedule-marks.ts';
import { createSchedules, type Schedules } from '../../../core/triggers/schedules.ts';
import { createSweepSchedules } from '../../../core/triggers/sweep-schedules.ts';
import { createSyncSchedules } from '../../../core/triggers/sync-schedules.ts';
import {
  APP,
  createScheduledTask,
  SCHEDULES_ENVIRONMENT,
  startScheduledTasks,
} from '../../support/scheduled-tasks.ts';

let world: Awaited<ReturnType<typeof startScheduledTasks>>;
beforeAll(async () => {
  world = await startScheduledTasks();
});
afterAll(async () => world.stop());

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** A task with what keeps its schedules; `around` stands between that and Scheduler. */
async function scheduledTask(
  fields: Partial<Task>,
  around: (schedules: Schedules) => Schedules = (schedules) => schedules,
) {
  const task = await createScheduledTask(world.table, fields);
  const { clock, tasks, stores, taskID } = task;
  const marks = createScheduleMarks(stores);
  const schedules = around(createSchedules(SCHEDULES_ENVIRONMENT));
  const syncSchedules = createSyncSchedules({ tasks, marks, schedules, clock });
  const errors: unknown[] = [];
  const log = { info: () => {}, error: (_: string, error: unknown) => errors.push(error) };
  return {
    ...task,
    errors,
    sync: () => syncSchedules({ appID: APP, taskID }),
    /** A minute later. */
    sweep: async () => {
      clock.jump(MINUTE);
      return createSweepSchedules({ marks, syncSchedules, clock, log: log as never })();
    },
    /** Expressions, with those that are switched off in brackets. */
    async expressions() {
      const found = await world.schedulesOf(taskID);
      return found.map(({ State, ScheduleExpression }) =>
        State === 'ENABLED' ? ScheduleExpression : `(${ScheduleExpression})`,
      );
    },
  };
}

test('a schedule sends the ids of its task and the instant to the queue of starts, within the minute, for an hour', async () => {
  const { taskID, sync } = await scheduledTask({ cron: '30 4 * * *' });
  await sync();
  const [schedule, ...others] = await world.schedulesOf(taskID);
  expect(others).toEqual([]);
  expect(schedule).toMatchObject({
    Name: `${APP}.${taskID}.1`,
    ScheduleExpression: 'cron(30 4 * * ? *)',
    ScheduleExpressionTimezone: 'UTC',
    State: 'ENABLED',
    FlexibleTimeWindow: { Mode: 'OFF' },
    Target: {
      Arn: SCHEDULES_ENVIRONMENT.STARTS_QUEUE_ARN,
      RoleArn: SCHEDULES_ENVIRONMENT.SCHEDULE_ROLE_ARN,
      DeadLetterConfig: { Arn: SCHEDULES_ENVIRONMENT.SCHEDULE_DEAD_LETTERS_ARN },
      RetryPolicy: { MaximumEventAgeInSeconds: 3600, MaximumRetryAttempts: 185 },
    },
  });
  expect(JSON.parse(schedule?.Target?.Input ?? '')).toEqual({
    version: 1,
    kind: 'schedule',
    appID: APP,
    taskID,
    scheduledAt: '<aws.scheduler.scheduled-time>',
  });
});

test('the sweep makes the schedules of a task whose writer died before it could', async () => {
  const { sweep, expressions } = await scheduledTask({ cron: '0 3 1 * MON' });
  expect(await expressions()).toEqual([]);
  await sweep();
  expect(await expressions()).toEqual(['cron(0 3 1 * ? *)', 'cron(0 3 ? * 2 *)']);
});

test('schedules follow the task: changed, switched off and on, one less, and gone with it', async () => {
  const { taskID, tasks, change, sweep, expressions } = await scheduledTask({ cron: '0 3 1 * MON' });
  await sweep();
  await change({ enabled: false });
  await sweep();
  expect(await expressions()).toEqual(['(cron(0 3 1 * ? *))', '(cron(0 3 ? * 2 *))']);
  await change({ enabled: true, cron: '0 4 * * *' });
  await sweep();
  expect(await expressions()).toEqual(['cron(0 4 * * ? *)']);
  await change({ cron: undefined });
  await sweep();
  expect(await expressions()).toEqual([]);
  await change({ cron: '0 5 * * *' });
  await sweep();
  expect(await expressions()).toEqual(['cron(0 5 * * ? *)']);
  await tasks.delete(APP, taskID);
  await sweep();
  expect(await expressions()).toEqual([]);
});

test('a task that is blocked has its schedule switched off by the next sweep', async () => {
  const { taskID, tasks, sweep, expressions } = await scheduledTask({
    cron: '0 3 * * *',
    policies: { criticalThreshold: 1 },
  });
  await sweep();
  const failed = { appID: APP, taskID, runID: 'r', reasonCode: 'critical', finishedAt: '2026-01-01' };
  await createBlockTask({ tasks })(failed as Run);
  await sweep();
  expect(await expressions()).toEqual(['(cron(0 3 * * ? *))']);
});

test('what was removed or changed by hand is put right within a day, and what is right is left alone', async () => {
  const { taskID, clock, sync, sweep, expressions } = await scheduledTask({ cron: '0 3 1 * MON' });
  await sync();
  const [first, second] = [`${APP}.${taskID}.1`, `${APP}.${taskID}.2`];
  await world.scheduler.send(new DeleteScheduleCommand({ Name: first }));
  const right = await world.scheduler.send(new GetScheduleCommand({ Name: second }));
  clock.jump(DAY);
  await sweep();
  expect(await expressions()).toEqual(['cron(0 3 1 * ? *)', 'cron(0 3 ? * 2 *)']);
  const checked = await world.scheduler.send(new GetScheduleCommand({ Name: second }));
  expect(checked.LastModificationDate).toEqual(right.LastModificationDate);

  const { ScheduleExpression = '', FlexibleTimeWindow, Target } = right;
  await world.scheduler.send(
    new UpdateScheduleCommand({
      Name: first,
      ScheduleExpression,
      FlexibleTimeWindow,
      Target: { ...Target, Arn: Target?.Arn, RoleArn: Target?.RoleArn, Input: '{}' },
    }),
  );
  clock.jump(DAY);
  await sweep();
  const [repaired] = await world.schedulesOf(taskID);
  expect(repaired).toMatchObject({
    ScheduleExpression: 'cron(0 3 1 * ? *)',
    Target: { Input: Target?.Input },
  });
});

test('of two that make schedules at once, the slower one does not undo what the task says by now', async () => {
  const held = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<void>();
  let isFirst = true;
  const { sync, change, expressions } = await scheduledTask({ cron: '0 3 * * *' }, (schedules) => ({
    ...schedules,
    async put(wanted) {
      if (isFirst) {
        isFirst = false;
        reached.resolve();
        await held.promise;
      }
      await schedules.put(wanted);
    },
  }));
  const slower = sync();
  await reached.promise;
  await change({ cron: '0 4 * * *' });
  await sync();
  expect(await expressions()).toEqual(['cron(0 4 * * ? *)']);
  held.resolve();
  await slower;
  expect(await expressions()).toEqual(['cron(0 4 * * ? *)']);
});

test.for([
  ['was just taken from the task', false],
  ['was found to be without a task', true],
] as const)(
  'one that removes a schedule which %s begins again when the task gets one',
  async ([, isGone]) => {
    const held = Promise.withResolvers<void>();
    const reached = Promise.withResolvers<void>();
    let isHeld = false;
    const { sync, change, expressions } = await scheduledTask({ cron: '0 3 * * *' }, (schedules) => ({
      ...schedules,
      async remove(name) {
        if (isHeld) {
          reached.resolve();
          await held.promise;
        }
        await schedules.remove(name);
      },
    }));
    await sync();
    await change({ cron: undefined });
    if (isGone) await sync();
    isHeld = true;
    const slower = sync();
    await reached.promise;
    isHeld = false;
    await change({ cron: '0 4 * * *' });
    await sync();
    held.resolve();
    await slower;
    expect(await expressions()).toEqual(['cron(0 4 * * ? *)']);
  },
);

test('a schedule is not left behind by one that was made while its task was deleted', async () => {
  const held = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<void>();
  const { taskID, tasks, sync, expressions } = await scheduledTask({ cron: '0 3 * * *' }, (schedules) => ({
    ...schedules,
    async put(wanted) {
      reached.resolve();
      await held.promise;
      await schedules.put(wanted);
    },
  }));
  const slower = sync();
  await reached.promise;
  await tasks.delete(APP, taskID);
  await sync();
  held.resolve();
  await slower;
  expect(await expressions()).toEqual([]);
});

test('what Scheduler refuses is told, tried again after five minutes, and stands in nobody’s way', async () => {
  let refuses = true;
  const { clock, sweep, errors, expressions } = await scheduledTask({ cron: '0 3 * * *' }, (schedules) => ({
    ...schedules,
    async put(wanted) {
      if (refuses) throw new Error('refused');
      await schedules.put(wanted);
    },
  }));
  expect((await sweep()).failed).toBeGreaterThan(0);
  expect(errors.length).toBeGreaterThan(0);
  refuses = false;
  await sweep();
  expect(await expressions()).toEqual([]);
  clock.jump(4 * MINUTE);
  await sweep();
  expect(await expressions()).toEqual(['cron(0 3 * * ? *)']);
});

test('the sweep leaves a change to its writer at first', async () => {
  const { taskID, stores, clock } = await scheduledTask({ cron: '0 3 * * *' });
  const isDue = async () =>
    (await createScheduleMarks(stores).listDue(1000)).some((mark) => mark.taskID === taskID);
  expect(await isDue()).toBe(false);
  clock.jump(30_000);
  expect(await isDue()).toBe(true);
});

test('a change that has nothing to do with the schedule does not have it looked at', async () => {
  const { sync, change, taskID, stores } = await scheduledTask({ cron: '0 3 * * *' });
  await sync();
  const marks = createScheduleMarks(stores);
  const before = await marks.find({ appID: APP, taskID });
  await change({ failureThreshold: 7 });
  expect(await marks.find({ appID: APP, taskID })).toEqual(before);
});

test('a task without a schedule leaves no mark', async () => {
  const { taskID, change, stores } = await scheduledTask({});
  await change({ enabled: false });
  expect(await createScheduleMarks(stores).find({ appID: APP, taskID })).toBeUndefined();
});
