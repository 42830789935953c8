import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { KEYS, startApi, type ApiService } from '../support/api-service.ts';
import { createDestination, createJsonSource, createRunnableTask, WIRE_DATE } from '../support/resources.ts';
import { schedulesOf } from '../support/scheduled-tasks.ts';
import { TEST_CREDENTIALS } from '../support/table.ts';

let api: ApiService;
let scheduler: SchedulerClient;
let sourceID: string;
let destinationID: string;
beforeAll(async () => {
  api = await startApi();
  scheduler = new SchedulerClient({ ...TEST_CREDENTIALS, endpoint: api.endpoints.scheduler });
  sourceID = await createJsonSource(api.client);
  destinationID = await createDestination(api.client);
});
afterAll(async () => {
  scheduler.destroy();
  await api.stop();
});

const createTask = async (cron?: string) => {
  const schedule = cron === undefined ? {} : { cron };
  return (await api.client.createTask({ sourceID, destinationID, action: 'save', ...schedule })).taskID;
};

/** Expressions, with those that are switched off in brackets. */
const expressionsOf = async (taskID: string) => {
  const found = await schedulesOf(scheduler, { appID: KEYS.appID, taskID });
  return found.map(({ State, ScheduleExpression }) =>
    State === 'ENABLED' ? ScheduleExpression : `(${ScheduleExpression})`,
  );
};

test('a task has its schedules when the request is answered that gives it a cron, and loses them with it', async () => {
  const taskID = await createTask('0 3 * * 1-5');
  expect(await expressionsOf(taskID)).toEqual(['cron(0 3 ? * 2-6 *)']);
  await api.client.updateTask({ taskID, taskUpdate: { cron: '*/5 * 1 * 0' } });
  expect(await expressionsOf(taskID)).toEqual(['cron(0/5 * 1 * ? *)', 'cron(0/5 * ? * 1 *)']);
  await api.client.replaceTask({ taskID, taskReplace: { destinationID, action: 'save' } });
  expect(await expressionsOf(taskID)).toEqual([]);
});

test('a schedule is switched off and on with its task', async () => {
  const taskID = await createTask('0 3 * * *');
  await api.client.disableTask({ taskID });
  expect(await expressionsOf(taskID)).toEqual(['(cron(0 3 * * ? *))']);
  await api.client.enableTaskV1({ taskID });
  expect(await expressionsOf(taskID)).toEqual(['cron(0 3 * * ? *)']);
});

test('a schedule of the older generation is one as well, and is removed when the task is deleted', async () => {
  const trigger = { type: 'schedule', cron: '0 3 * * *' } as const;
  const { taskID } = await api.client.createTaskV1({ sourceID, destinationID, trigger, action: 'save' });
  expect(await expressionsOf(taskID)).toEqual(['cron(0 3 * * ? *)']);
  await api.client.updateTaskV1({ taskID, taskUpdate: { trigger: { cron: '0 4 * * *' } } });
  expect(await expressionsOf(taskID)).toEqual(['cron(0 4 * * ? *)']);
  await api.client.deleteTaskV1({ taskID });
  expect(await expressionsOf(taskID)).toEqual([]);
});

test('a task without a schedule has none in Scheduler', async () => {
  const taskID = await createTask();
  await api.client.disableTask({ taskID });
  expect(await expressionsOf(taskID)).toEqual([]);
});

test('both generations show when a task last ran, in lists too', async () => {
  const { taskID } = await createRunnableTask(api.client);
  const idle = await createTask('0 3 * * *');
  await api.client.runTask({ taskID });
  const lastRun = expect.stringMatching(WIRE_DATE);
  expect(await api.client.getTask({ taskID })).toMatchObject({ lastRun });
  expect(await api.client.getTaskV1({ taskID })).toMatchObject({ trigger: { type: 'onDemand', lastRun } });
  expect(await api.client.searchTasks({ taskIDs: [taskID] })).toMatchObject([{ lastRun }]);
  const { tasks } = await api.client.listTasks({ itemsPerPage: 100 });
  expect(tasks.find((task) => task.taskID === taskID)).toMatchObject({ lastRun });
  expect(tasks.find((task) => task.taskID === idle)).not.toHaveProperty('lastRun');
  expect((await api.client.getTaskV1({ taskID: idle })).trigger).not.toHaveProperty('lastRun');
});
