import { afterAll, beforeAll, expect, test } from 'vitest';

import { startApi, type ApiService } from '../support/api-service.ts';

import { createDestination, createJsonSource, UNKNOWN_ID, WIRE_DATE } from '../support/resources.ts';

let sourceID: string;
let destinationID: string;

let api: ApiService;
beforeAll(async () => {
  api = await startApi();
});
afterAll(async () => {
  await api.stop();
});

beforeAll(async () => {
  sourceID = await createJsonSource(api.client);
  destinationID = await createDestination(api.client);
});

test('one task is shown flat by the current generation and with its trigger by the older one', async () => {
  const created = await api.client.createTask({
    sourceID,
    destinationID,
    action: 'save',
    failureThreshold: 5,
    cursor: '2024-01-08T18:47:41.5+02:00',
    notifications: { email: { enabled: true } },
    policies: { criticalThreshold: 3 },
  });
  expect(created).toEqual({ taskID: expect.any(String), createdAt: expect.stringMatching(WIRE_DATE) });
  const { taskID, createdAt } = created;
  const fields = {
    taskID,
    sourceID,
    destinationID,
    action: 'save',
    enabled: true,
    failureThreshold: 5,
    cursor: '2024-01-08T16:47:41Z',
    notifications: { email: { enabled: true } },
    policies: { criticalThreshold: 3 },
    createdAt,
    updatedAt: createdAt,
  };
  expect(await api.client.getTask({ taskID })).toEqual({ ...fields, owner: null });
  expect(await api.client.getTaskV1({ taskID })).toEqual({ ...fields, trigger: { type: 'onDemand' } });
});

test('a task of the older generation is one of the current generation too', async () => {
  const trigger = { type: 'onDemand' } as const;
  const { taskID } = await api.client.createTaskV1({ sourceID, destinationID, trigger, action: 'replace' });
  expect(await api.client.getTask({ taskID })).toMatchObject({
    action: 'replace',
    enabled: true,
    failureThreshold: 0,
  });
  await api.client.updateTaskV1({ taskID, taskUpdate: { failureThreshold: 7, enabled: false } });
  expect(await api.client.getTask({ taskID })).toMatchObject({ failureThreshold: 7, enabled: false });
  expect(await api.client.searchTasksV1({ taskIDs: [taskID] })).toMatchObject([{ taskID, trigger }]);
  expect((await api.client.listTasksV1({ sourceID: [sourceID] })).tasks.map((task) => task.taskID)).toContain(
    taskID,
  );
  await api.client.deleteTaskV1({ taskID });
  await expect(api.client.getTask({ taskID })).rejects.toMatchObject({ status: 404 });
});

test('PATCH merges: what it does not name stays, source and action too', async () => {
  const { taskID } = await createFullTask();
  const other = await createDestination(api.client, { name: 'other' });
  const taskUpdate = { destinationID: other, enabled: false, sourceID: UNKNOWN_ID, action: 'partial' };
  expect(await api.client.updateTask({ taskID, taskUpdate })).toEqual({
    taskID,
    updatedAt: expect.stringMatching(WIRE_DATE),
  });
  expect(await api.client.getTask({ taskID })).toMatchObject({
    sourceID,
    destinationID: other,
    action: 'save',
    enabled: false,
    failureThreshold: 5,
    policies: { criticalThreshold: 3 },
  });
});

test('PUT resets: what it does not name goes back to its default, but the source', async () => {
  const { taskID } = await createFullTask();
  await api.client.replaceTask({ taskID, taskReplace: { destinationID, action: 'partial' } });
  const shown = await api.client.getTask({ taskID });
  expect(shown).toMatchObject({ sourceID, action: 'partial', enabled: true, failureThreshold: 0 });
  expect(shown).not.toHaveProperty('policies');
  expect(shown).not.toHaveProperty('cursor');
});

test('a task is disabled and enabled by both generations', async () => {
  const { taskID } = await createFullTask();
  expect(await api.client.disableTask({ taskID })).toEqual({
    taskID,
    updatedAt: expect.stringMatching(WIRE_DATE),
  });
  expect((await api.client.getTask({ taskID })).enabled).toBe(false);
  await api.client.enableTaskV1({ taskID });
  expect((await api.client.getTask({ taskID })).enabled).toBe(true);
  await api.client.disableTaskV1({ taskID });
  expect((await api.client.getTask({ taskID })).enabled).toBe(false);
  await api.client.enableTask({ taskID });
  expect((await api.client.getTask({ taskID })).enabled).toBe(true);
});

test('tasks are filtered by every parameter of the list', async () => {
  const ownSource = await createJsonSource(api.client, 'own');
  const ownDestination = await createDestination(api.client, { name: 'own' });
  const base = { sourceID: ownSource, destinationID: ownDestination } as const;
  const saving = await api.client.createTask({
    ...base,
    action: 'save',
    notifications: { email: { enabled: true } },
  });
  const partial = await api.client.createTask({ ...base, action: 'partial', enabled: false });
  const listed = async (filter: Parameters<typeof api.client.listTasks>[0]) => {
    const { tasks } = await api.client.listTasks({ sourceID: [ownSource], itemsPerPage: 100, ...filter });
    return tasks.map((task) => task.taskID).sort();
  };
  const both = [saving.taskID, partial.taskID].sort();
  expect(await listed({})).toEqual(both);
  expect(await listed({ action: ['save', 'replace'] })).toEqual([saving.taskID]);
  expect(await listed({ enabled: false })).toEqual([partial.taskID]);
  expect(await listed({ enabled: true })).toEqual([saving.taskID]);
  expect(await listed({ destinationID: [ownDestination, UNKNOWN_ID] })).toEqual(both);
  expect(await listed({ sourceID: [sourceID] })).not.toContain(saving.taskID);
  expect(await listed({ sourceType: ['json'] })).toEqual(both);
  expect(await listed({ sourceType: ['csv', 'bigquery'] })).toEqual([]);
  expect(await listed({ triggerType: ['onDemand'] })).toEqual(both);
  expect(await listed({ triggerType: ['schedule'] })).toEqual([]);
  expect(await listed({ withEmailNotifications: true })).toEqual([saving.taskID]);
  expect(await listed({ withEmailNotifications: false })).toEqual([]);
});

function createFullTask() {
  return api.client.createTask({
    sourceID,
    destinationID,
    action: 'save',
    failureThreshold: 5,
    cursor: '2024-01-08T16:47:41Z',
    policies: { criticalThreshold: 3 },
  });
}
