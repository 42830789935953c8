import { afterAll, beforeAll, expect, test } from 'vitest';

import { createBlockTask } from '../../core/tasks/block-task.ts';
import { createTaskStore } from '../../core/tasks/task-store.ts';
import { systemClock } from '../../core/foundation/clock.ts';
import type { Run } from '../../core/runs/run.ts';
import { KEYS, startApi, type ApiService } from '../support/api-service.ts';
import { createRunnableTask, UNKNOWN_ID, WIRE_DATE } from '../support/resources.ts';

let api: ApiService;
beforeAll(async () => {
  api = await startApi();
});
afterAll(async () => api.stop());

async function call(method: string, url: string, body?: unknown) {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const { status, text: answer } = await api.send({ method, url, body: text });
  return { status, body: JSON.parse(answer) as Record<string, unknown> };
}

const DEFAULTS = { maxDropPercent: 10, vanishedAttributesPercent: 50, heldDays: 7, overlap: 'queue' };

test('a task has the default policy until one is set, which an update of the task leaves as it is', async () => {
  const { taskID, destinationID } = await createRunnableTask(api.client);
  const url = `/ext/1/tasks/${taskID}/policy`;
  expect(await call('GET', url)).toEqual({ status: 200, body: DEFAULTS });
  const policy = { ...DEFAULTS, maxDropPercent: 25 };
  expect(await call('PUT', url, { maxDropPercent: 25 })).toEqual({ status: 200, body: policy });
  await api.client.updateTask({ taskID, taskUpdate: { failureThreshold: 3 } });
  await api.client.replaceTask({ taskID, taskReplace: { destinationID, action: 'replace' } });
  expect(await call('GET', url)).toEqual({ status: 200, body: policy });
  expect(JSON.stringify(await api.client.getTask({ taskID }))).not.toContain('maxDropPercent');
});

test.each([
  { maxDropPercent: 101 },
  { maxDropPercent: '10' },
  { heldDays: 0 },
  { heldDays: 31 },
  { vanishedAttributesPercent: -1 },
  { overlap: 'never' },
  { maxDropPercnt: 5 },
])('a policy with %j is refused, naming the field', async (policy) => {
  const { taskID } = await createRunnableTask(api.client);
  const { status, body } = await call('PUT', `/ext/1/tasks/${taskID}/policy`, policy);
  expect(status).toBe(400);
  expect(JSON.stringify(body)).toContain(Object.keys(policy)[0]);
});

test('a task whose policy is to skip runs once while its run has not ended', async () => {
  const { taskID } = await createRunnableTask(api.client);
  await call('PUT', `/ext/1/tasks/${taskID}/policy`, { overlap: 'skip' });
  const first = await api.client.runTask({ taskID });
  const second = await api.client.runTask({ taskID });
  expect(await api.client.getRun({ runID: first.runID })).toMatchObject({ status: 'created' });
  expect(await api.client.getRun({ runID: second.runID })).toMatchObject({
    status: 'skipped',
    outcome: 'failure',
    reasonCode: 'blocking',
    reason: expect.stringContaining(first.runID),
  });
});

test('a run that waits is cancelled at a request, and holds nothing to approve or discard', async () => {
  const { taskID } = await createRunnableTask(api.client);
  const { runID } = await api.client.runTask({ taskID });
  expect(await call('POST', `/ext/1/runs/${runID}/cancel`)).toEqual({
    status: 200,
    body: { runID, updatedAt: expect.stringMatching(WIRE_DATE) },
  });
  expect(await call('POST', `/ext/1/runs/${runID}/cancel`)).toMatchObject({ status: 200 });
  for (const decision of ['approve', 'discard']) {
    const { status, body } = await call('POST', `/ext/1/runs/${runID}/${decision}`);
    expect([status, body['message']]).toEqual([409, expect.stringContaining('holds no index')]);
  }
});

test('what is asked of a run or task that is not there is a 404', async () => {
  for (const path of ['cancel', 'approve', 'discard']) {
    for (const id of [UNKNOWN_ID, 'x']) {
      expect((await call('POST', `/ext/1/runs/${id}/${path}`)).status).toBe(404);
    }
  }
  expect((await call('GET', `/ext/1/tasks/${UNKNOWN_ID}/policy`)).status).toBe(404);
  expect((await call('PUT', `/ext/1/tasks/${UNKNOWN_ID}/policy`, {})).status).toBe(404);
});

test('a task that was blocked says why, until it is enabled', async () => {
  const { taskID } = await createRunnableTask(api.client);
  await api.client.updateTask({ taskID, taskUpdate: { policies: { criticalThreshold: 1 } } });
  const url = `/ext/1/tasks/${taskID}/policy`;
  await createBlockTask({ tasks: createTaskStore({ ...api.table, clock: systemClock }) })({
    appID: KEYS.appID,
    taskID,
    runID: UNKNOWN_ID,
    reasonCode: 'critical',
    reason: 'The key was revoked.',
    finishedAt: '2026-01-01T00:00:00.000Z',
  } as Run);
  expect((await call('GET', url)).body).toMatchObject({
    blocked: { reason: expect.stringContaining('The key was revoked.') },
  });
  expect((await api.client.getTask({ taskID })).enabled).toBe(false);
  await expect(api.client.runTask({ taskID })).rejects.toMatchObject({
    status: 400,
    message: expect.stringContaining('The key was revoked.'),
  });
  await api.client.enableTask({ taskID });
  expect((await call('GET', url)).body).toEqual(DEFAULTS);
  expect(await api.client.runTask({ taskID })).toMatchObject({ runID: expect.any(String) });
});
