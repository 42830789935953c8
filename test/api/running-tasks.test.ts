import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { KEYS, startApi, type ApiService } from '../support/api-service.ts';
import {
  createDestination,
  createJsonSource,
  createRunnableTask,
  UNKNOWN_ID,
  WIRE_DATE,
} from '../support/resources.ts';
import { TEST_CREDENTIALS } from '../support/table.ts';

let api: ApiService;
beforeAll(async () => {
  api = await startApi();
});
afterAll(async () => {
  await api.stop();
});

test('a run is created, shown, and sent to the workers', async () => {
  const { taskID } = await createRunnableTask(api.client);
  const started = await api.client.runTask({ taskID, runTaskPayload: { runMetadata: { reason: 'test' } } });
  expect(started).toEqual({ runID: expect.any(String), createdAt: expect.stringMatching(WIRE_DATE) });
  const { runID, createdAt } = started;
  expect(await api.client.getRun({ runID })).toEqual({
    runID,
    appID: KEYS.appID,
    taskID,
    status: 'created',
    type: 'reindex',
    progress: { expectedNbOfEvents: 0, receivedNbOfEvents: 0 },
    failureThreshold: 0,
    createdAt,
  });
  const queue = new SQSClient({ ...TEST_CREDENTIALS, endpoint: api.endpoints.sqs });
  const received = await queue.send(
    new ReceiveMessageCommand({ QueueUrl: api.queueUrl, MaxNumberOfMessages: 10 }),
  );
  const messages = (received.Messages ?? []).map(
    (message) => JSON.parse(message.Body ?? '{}') as { runID: string },
  );
  expect(messages.map((message) => message.runID)).toContain(runID);
});

test('both generations start runs, each time another', async () => {
  const { taskID } = await createRunnableTask(api.client);
  const first = await api.client.runTask({ taskID });
  const second = await api.client.runTaskV1({ taskID });
  expect(second.runID).not.toBe(first.runID);
});

test('the same Idempotency-Key starts one run, and a key that is too long is refused', async () => {
  const { taskID } = await createRunnableTask(api.client);
  const run = (key: string) => api.client.runTask({ taskID }, { headers: { 'idempotency-key': key } });
  const first = await run('monday');
  expect(await run('monday')).toEqual(first);
  expect((await run('tuesday')).runID).not.toBe(first.runID);
  await expect(run('k'.repeat(256))).rejects.toMatchObject({
    status: 400,
    message: expect.stringContaining('Idempotency-Key: must have at most 255 characters'),
  });
});

test('a run without a body starts', async () => {
  const { taskID } = await createRunnableTask(api.client);
  const answer = await api.send({ method: 'POST', url: `/2/tasks/${taskID}/run` });
  expect(answer.status).toBe(200);
});

test('a disabled task does not run until it is enabled', async () => {
  const { taskID } = await createRunnableTask(api.client);
  await api.client.disableTask({ taskID });
  await expect(api.client.runTask({ taskID })).rejects.toMatchObject({
    status: 400,
    message: expect.stringContaining('The task is disabled: enable it to run it.'),
  });
  await api.client.enableTask({ taskID });
  await expect(api.client.runTask({ taskID })).resolves.toHaveProperty('runID');
});

test('a task whose destination has no authentication says so when it should run', async () => {
  const sourceID = await createJsonSource(api.client);
  const destinationID = await createDestination(api.client);
  const { taskID } = await api.client.createTask({ sourceID, destinationID, action: 'save' });
  await expect(api.client.runTask({ taskID })).rejects.toMatchObject({
    status: 400,
    message: expect.stringContaining('authenticationID'),
  });
});

test('a task that is not there cannot run', async () => {
  await expect(api.client.runTask({ taskID: UNKNOWN_ID })).rejects.toMatchObject({ status: 404 });
});
