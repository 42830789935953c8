import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { startApi, type ApiService } from '../support/api-service.ts';
import { createDestination, createRunnableTask, createSearchAuthentication } from '../support/resources.ts';
import { TEST_CREDENTIALS } from '../support/table.ts';

let api: ApiService;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

const ONE_RECORD = { action: 'addObject' as const, records: [{ objectID: 'a' }] };

async function createPushTask(indexName: string, destinationID?: string) {
  const { client } = api;
  const authenticationID = await createSearchAuthentication(client);
  const { sourceID } = await client.createSource({ type: 'push', name: 'pushes' });
  const target = destinationID ?? (await createDestination(client, { name: indexName, authenticationID }));
  const { taskID } = await client.createTask({ sourceID, destinationID: target, action: 'save' });
  return { taskID, destinationID: target };
}

async function post(url: string, body: unknown, headers: Record<string, string> = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const answer = await api.send({ method: 'POST', url, headers, body: text });
  return { status: answer.status, body: JSON.parse(answer.text) };
}

const unique = () => `index-${randomUUID()}`;

test('a push answers with its run and event, the event stays unknown, and the message names the run', async () => {
  const { taskID } = await createPushTask(unique());
  const answer = await api.client.pushTask({ taskID, pushTaskPayload: ONE_RECORD });
  expect(answer).toEqual({
    runID: expect.any(String),
    eventID: expect.any(String),
    data: null,
    events: [],
    message: expect.stringContaining(`/1/runs/${answer.runID}/events/${answer.eventID}`),
    createdAt: expect.any(String),
  });
  const { runID, eventID = '' } = answer;
  await expect(api.client.getEvent({ runID, eventID })).rejects.toMatchObject({ status: 404 });
  expect(await api.client.getRun({ runID })).toMatchObject({ type: 'push', status: 'created', taskID });
  const queue = new SQSClient({ ...TEST_CREDENTIALS, endpoint: api.endpoints.sqs });
  const { Messages = [] } = await queue.send(
    new ReceiveMessageCommand({ QueueUrl: api.queueUrl, MaxNumberOfMessages: 10 }),
  );
  expect(Messages.map(({ Body }) => JSON.parse(Body ?? '{}').runID)).toContain(runID);
});

test('a task that records are pushed to cannot be run, and says how they are sent', async () => {
  const { taskID } = await createPushTask(unique());
  await expect(api.client.runTask({ taskID })).rejects.toMatchObject({
    status: 400,
    message: expect.stringContaining('send records to its tasks by POST /2/tasks/{taskID}/push'),
  });
});

test('a push that waits is cancelled at a request, and whoever polls its event gets it', async () => {
  const { taskID } = await createPushTask(unique());
  const { runID, eventID = '' } = await api.client.pushTask({ taskID, pushTaskPayload: ONE_RECORD });
  expect((await post(`/ext/1/runs/${runID}/cancel`, '')).status).toBe(200);
  expect(await api.client.getRun({ runID })).toMatchObject({ status: 'skipped', reasonCode: 'cancelled' });
  expect(await api.client.getEvent({ runID, eventID })).toMatchObject({
    status: 'failed',
    data: { message: expect.stringContaining('was cancelled') },
  });
  expect((await post(`/ext/1/runs/${runID}/cancel`, '')).status).toBe(409);
});

test('a watched push that takes longer than a request may answers with what to poll', async () => {
  const { taskID } = await createPushTask(unique());
  const answer = await api.client.pushTask({ taskID, watch: true, pushTaskPayload: ONE_RECORD });
  expect(answer.message).toContain('still being worked on');
  expect(answer.message).toContain(`poll GET /1/runs/${answer.runID}/events/${answer.eventID}`);
});

describe('by the name of an index', () => {
  test('the one push task of the index is found, also after its destination got another index', async () => {
    const [first, second] = [unique(), unique()];
    const { taskID, destinationID } = await createPushTask(first);
    const pushTo = (indexName: string) => api.client.push({ indexName, pushTaskPayload: ONE_RECORD });
    const { runID } = await pushTo(first);
    expect(await api.client.getRun({ runID })).toMatchObject({ taskID });
    await api.client.updateDestination({
      destinationID,
      destinationUpdate: { input: { indexName: second } },
    });
    await expect(pushTo(first)).rejects.toMatchObject({ status: 400 });
    await expect(pushTo(second)).resolves.toMatchObject({ data: null });
  });

  test('an index without a push task borrows the one of referenceIndexName', async () => {
    const reference = unique();
    const { taskID } = await createPushTask(reference);
    const { runID } = await api.client.push({
      indexName: `${reference}_tmp`,
      referenceIndexName: reference,
      pushTaskPayload: ONE_RECORD,
    });
    expect(await api.client.getRun({ runID })).toMatchObject({ taskID });
  });

  test('an index that only a task of another source writes is refused', async () => {
    await createRunnableTask(api.client);
    const answer = await post('/1/push/movies', ONE_RECORD);
    expect(answer.status).toBe(400);
    expect(answer.body.message).toContain('no task found for the Push connector with indexName movies');
  });

  test('several push tasks for one index are refused with the words "multiple tasks" and their ids', async () => {
    const indexName = unique();
    const first = await createPushTask(indexName);
    const second = await createPushTask(indexName, first.destinationID);
    const { status, body } = await post(`/1/push/${indexName}`, ONE_RECORD);
    expect(status).toBe(400);
    const { message } = body;
    expect(message).toMatch(
      /^multiple tasks \(.+\) found for the Push connector with indexName .+, please use \/2\/tasks\/:id\/push instead$/,
    );
    expect(message).toContain(first.taskID);
    expect(message).toContain(second.taskID);
  });
});

test('a disabled task takes no pushes', async () => {
  const { taskID } = await createPushTask(unique());
  await api.client.disableTask({ taskID });
  await expect(api.client.pushTask({ taskID, pushTaskPayload: ONE_RECORD })).rejects.toMatchObject({
    status: 400,
    message: expect.stringContaining('is disabled'),
  });
});

test('a task whose source is not of type push takes no pushes', async () => {
  const { taskID } = await createRunnableTask(api.client);
  await expect(api.client.pushTask({ taskID, pushTaskPayload: ONE_RECORD })).rejects.toMatchObject({
    status: 400,
    message: expect.stringContaining('its source is of type json, not push'),
  });
});

test.for([
  [{ action: 'addObject', records: [{ objectID: 'a' }, { x: 1 }] }, 'records[1].objectID: is required'],
  [{ action: 'addObject', records: [{ objectID: 7 }] }, 'records[0].objectID: must be a string'],
  [{ action: 'addObject', records: [{ objectID: '' }] }, 'records[0].objectID: must not be empty'],
  [{ action: 'addObject', records: [[]] }, 'records[0]: must be an object'],
  [{ action: 'addObject' }, 'records: is required'],
  [{ action: 'addObject', records: {} }, 'records: must be an array'],
  [{ records: [] }, 'action: is required'],
  [{ action: 'merge', records: [] }, /^action: must be one of addObject, /],
] as const)('%j is refused: %s', async ([body, message]) => {
  const { taskID } = await createPushTask(unique());
  const answer = await post(`/2/tasks/${taskID}/push`, body);
  expect(answer.status).toBe(400);
  expect(answer.body.message).toMatch(message);
});

test('a body of many bad records is answered with the first few faults', async () => {
  const { taskID } = await createPushTask(unique());
  const records = Array.from({ length: 20_000 }, () => ({}));
  const { status, body } = await post(`/2/tasks/${taskID}/push`, { action: 'addObject', records });
  expect(status).toBe(400);
  expect(body.error.details).toHaveLength(10);
});

test('a body over the configured size is refused, compressed or not, and one below it taken', async () => {
  const { taskID } = await createPushTask(unique());
  const bodyOf = (sizeBytes: number) =>
    JSON.stringify({ action: 'addObject', records: [{ objectID: 'a', text: 'x'.repeat(sizeBytes) }] });
  const url = `/2/tasks/${taskID}/push`;
  const pushGzip = (text: string) =>
    api.send({ method: 'POST', url, headers: { 'content-encoding': 'gzip' }, body: gzipSync(text) });
  const refused = await post(url, bodyOf(2_000_000));
  expect(refused).toMatchObject({ status: 400, body: { message: 'body: must have at most 2000000 bytes' } });
  expect((await pushGzip(bodyOf(2_000_000))).status).toBe(400);
  expect((await post(url, bodyOf(1_900_000))).status).toBe(200);
  expect((await pushGzip(bodyOf(1_900_000))).status).toBe(200);
});

test('the same Idempotency-Key answers with the same run', async () => {
  const { taskID } = await createPushTask(unique());
  const send = () => post(`/2/tasks/${taskID}/push`, ONE_RECORD, { 'idempotency-key': 'again' });
  const first = await send();
  expect(first.status).toBe(200);
  expect((await send()).body).toEqual(first.body);
});
