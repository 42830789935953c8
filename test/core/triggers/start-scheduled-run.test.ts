import { afterAll, beforeAll, expect, test } from 'vitest';

import { newID } from '../../../core/foundation/ids.ts';
import { createLog } from '../../../core/foundation/logging.ts';
import { createRunEventStore } from '../../../core/run-events/run-event-store.ts';
import { createFindLastRuns } from '../../../core/runs/last-runs.ts';
import type { RunMessage } from '../../../core/runs/run-message.ts';
import { createRunStore } from '../../../core/runs/run-store.ts';
import type { Run } from '../../../core/runs/run.ts';
import { createStartRun } from '../../../core/runs/start-run.ts';
import { createRunTask } from '../../../core/tasks/run-task.ts';
import type { Task } from '../../../core/tasks/task.ts';
import { createScheduleMarks } from '../../../core/triggers/schedule-marks.ts';
import { createStartOrSkip } from '../../../core/triggers/start-or-skip.ts';
import { createStartScheduledRun } from '../../../core/triggers/start-scheduled-run.ts';
import { APP, createScheduledTask } from '../../support/scheduled-tasks.ts';
import { startTable, type TestTable } from '../../support/table.ts';

let table: TestTable;
beforeAll(async () => {
  table = await startTable();
});
afterAll(async () => table.stop());

const SECOND = 1000;
const HOUR = 3600 * SECOND;

async function refuse(): Promise<never> {
  throw new Error('No task here is a hosted one');
}

/** A task, hit by its schedule at the times that the test says; it is two seconds past three. */
async function scheduledTask(fields: Partial<Task> = {}) {
  const task = await createScheduledTask(table, { cron: '0 3 * * *', ...fields }, '2026-03-02T03:00:02.000Z');
  const { clock, stores, taskID, tasks } = task;
  const runStore = createRunStore(stores);
  const sent: RunMessage[] = [];
  const runQueue = {
    send: async (message: RunMessage) => void sent.push(message),
    sendAll: async () => {},
  };
  const startRun = createStartRun({ runStore, runQueue, clock });
  const startOrSkip = createStartOrSkip({
    runTask: createRunTask({ ...task, startRun, runHostedTask: refuse }),
    tasks,
    runStore,
    clock,
  });
  const marks = createScheduleMarks(stores);
  const log = createLog({}, () => {});
  const start = createStartScheduledRun({ tasks, startOrSkip, marks, clock, log });
  const window = { startDate: new Date(0), endDate: new Date('2027-01-01') };
  const page = { page: 1, itemsPerPage: 100, order: 'asc' as const };
  return {
    ...task,
    sent,
    hit: (scheduledAt: string) => start({ version: 1, kind: 'schedule', appID: APP, taskID, scheduledAt }),
    async runs() {
      const { runs } = await runStore.list(APP, { ...window, ...page, taskID, sort: 'createdAt' });
      return runs;
    },
    async eventsOf({ runID }: Run) {
      const list = createRunEventStore(stores).list;
      return (await list(APP, runID, { ...window, ...page, sort: 'publishedAt' })).events;
    },
    lastRun: async () => (await createFindLastRuns(stores)(APP, [taskID])).get(taskID),
    isMarked: async () => {
      const [before, due] = [clock.now().toISOString(), await marks.listDue(1000)];
      expect(before).toBe(clock.now().toISOString());
      return due.some((mark) => mark.taskID === taskID);
    },
    settle: async () =>
      marks.settle({ appID: APP, taskID }, await marks.find({ appID: APP, taskID }), undefined),
  };
}

test('an instant starts one run, which a worker is told of, however often it is delivered', async () => {
  const { hit, runs, sent, eventsOf } = await scheduledTask();
  await hit('2026-03-02T03:00:00Z');
  await Promise.all(Array.from({ length: 5 }, () => hit('2026-03-02T03:00:00Z')));
  const [run, ...others] = await runs();
  expect(others).toEqual([]);
  expect(run).toMatchObject({
    status: 'created',
    type: 'reindex',
    trigger: { kind: 'schedule', key: '2026-03-02T03:00:00Z' },
  });
  expect(sent).toEqual([{ version: 1, appID: APP, runID: run?.runID }]);
  expect(await eventsOf(run as Run)).toEqual([]);
});

test('each instant starts a run of its own', async () => {
  const { hit, runs, clock } = await scheduledTask();
  await hit('2026-03-02T03:00:00Z');
  clock.jump(24 * HOUR);
  await hit('2026-03-03T03:00:00Z');
  expect(await runs()).toHaveLength(2);
});

test('an instant is not late that is delivered in the minutes after it, though another has passed', async () => {
  const { hit, runs, clock } = await scheduledTask({ cron: '* * * * *' });
  clock.jump(60 * SECOND);
  await hit('2026-03-02T03:00:00Z');
  await hit('2026-03-02T03:01:00Z');
  expect((await runs()).map(({ trigger }) => trigger.key).sort()).toEqual([
    '2026-03-02T03:00:00Z',
    '2026-03-02T03:01:00Z',
  ]);
});

test('after a downtime all that comes late starts one run, for the last instant, that says so', async () => {
  const { hit, runs, clock, eventsOf } = await scheduledTask({ cron: '0 * * * *' });
  clock.jump(4.5 * HOUR);
  for (const hour of [4, 3, 6, 5]) await hit(`2026-03-02T0${hour}:00:00Z`);
  await hit('2026-03-02T07:00:00Z');
  const [run, ...others] = await runs();
  expect(others).toEqual([]);
  expect(run?.trigger.key).toBe('2026-03-02T07:00:00Z');
  const events = await eventsOf(run as Run);
  expect(events).toEqual([
    expect.objectContaining({
      type: 'log',
      data: expect.objectContaining({
        code: 'schedule.caught_up',
        missed: '2026-03-02T04:00:00Z',
        scheduledAt: '2026-03-02T07:00:00Z',
        message: expect.stringContaining('could not start a run at 2026-03-02T04:00:00Z'),
      }),
    }),
  ]);
});

test('what comes late adds nothing to the run of an instant that was in time', async () => {
  const { hit, runs, clock, eventsOf } = await scheduledTask({ cron: '0 * * * *' });
  clock.jump(4 * HOUR);
  await hit('2026-03-02T07:00:00Z');
  await hit('2026-03-02T05:00:00Z');
  const [run, ...others] = await runs();
  expect(others).toEqual([]);
  expect(await eventsOf(run as Run)).toEqual([]);
});

test('the hit of a disabled task is a skipped run with the reason, and nothing is sent', async () => {
  const { hit, runs, sent, lastRun, isMarked, settle } = await scheduledTask({ enabled: false });
  await settle();
  await hit('2026-03-02T03:00:00Z');
  await hit('2026-03-02T03:00:00Z');
  const [run, ...others] = await runs();
  expect(others).toEqual([]);
  expect(run).toMatchObject({
    status: 'skipped',
    outcome: 'failure',
    reasonCode: 'blocking',
    reason: expect.stringContaining('The task is disabled'),
    finishedAt: '2026-03-02T03:00:02.000Z',
    notification: 'pending',
  });
  expect(sent).toEqual([]);
  expect(await lastRun()).toBeUndefined();
  // Its schedule should be switched off.
  expect(await isMarked()).toBe(true);
});

test('the hit of a blocked task says why it was blocked', async () => {
  const blocked = { at: '2026-03-01T00:00:00.000Z', reason: 'the key was revoked.' };
  const { hit, runs } = await scheduledTask({ enabled: false, blocked });
  await hit('2026-03-02T03:00:00Z');
  expect((await runs())[0]?.reason).toContain('It was disabled because the key was revoked.');
});

test('the hit of a task that cannot be run is skipped with what is wrong, instead of being tried for ever', async () => {
  const { hit, runs, destinations, change } = await scheduledTask();
  const destination = { type: 'search', name: 'd', input: { indexName: 'i' } } as const;
  const { id: destinationID } = await destinations.create(APP, newID(), destination);
  await change({ destinationID });
  await hit('2026-03-02T03:00:00Z');
  const [run] = await runs();
  expect(run).toMatchObject({
    status: 'skipped',
    reason: expect.stringContaining('has no authenticationID'),
  });
});

test.for([
  ['the task has no schedule any more', { cron: undefined }],
  ['the task has another schedule by now', { cron: '30 4 * * *' }],
] as const)('a hit starts nothing when %s, and has the schedules looked at', async ([, change]) => {
  const task = await scheduledTask();
  await task.change(change);
  await task.settle();
  await task.hit('2026-03-02T03:00:00Z');
  expect(await task.runs()).toEqual([]);
  expect(await task.isMarked()).toBe(true);
});

test('the hit of a deleted task starts nothing, and has what is left of its schedules removed', async () => {
  const { hit, runs, taskID, tasks, isMarked, settle } = await scheduledTask();
  await tasks.delete(APP, taskID);
  await settle();
  await hit('2026-03-02T03:00:00Z');
  expect(await runs()).toEqual([]);
  expect(await isMarked()).toBe(true);
});

test('the task shows when it last ran', async () => {
  const { hit, lastRun, clock } = await scheduledTask();
  expect(await lastRun()).toBeUndefined();
  await hit('2026-03-02T03:00:00Z');
  expect(await lastRun()).toEqual(new Date('2026-03-02T03:00:02.000Z'));
  clock.jump(24 * HOUR);
  await hit('2026-03-03T03:00:00Z');
  expect(await lastRun()).toEqual(new Date('2026-03-03T03:00:02.000Z'));
  // As long as the run is kept.
  clock.jump(30 * 24 * HOUR);
  expect(await lastRun()).toBeUndefined();
});
