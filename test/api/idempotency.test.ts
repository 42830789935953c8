import { ScanCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { deriveID } from '../../core/foundation/ids.ts';
import { takesIdempotencyKey } from '../../lambdas/api/idempotency.ts';
import { OPERATIONS } from '../../lambdas/api/operations.ts';
import type { RawResponse } from '../support/api-client.ts';
import { KEYS, startApi, type ApiService } from '../support/api-service.ts';
import { createDestination, createJsonSource, createRunnableTask } from '../support/resources.ts';

let api: ApiService;
beforeAll(async () => {
  api = await startApi();
});
afterAll(async () => {
  await api.stop();
});

type Body = Record<string, unknown>;

function post(url: string, body: Body, key: string, headers: Record<string, string> = {}) {
  return api.send({
    method: 'POST',
    url,
    headers: { 'idempotency-key': key, ...headers },
    body: JSON.stringify(body),
  });
}

async function countOf(list: string): Promise<number> {
  const answer = await api.send({ method: 'GET', url: list });
  return JSON.parse(answer.text).pagination.nbItems;
}

const isReplay = ({ headers }: RawResponse): boolean => headers['idempotency-replayed'] === 'true';
const messageOf = ({ text }: RawResponse): string => JSON.parse(text).message;

const SOURCE = { type: 'json', name: 'shop', input: { url: 'https://example.com/a.json' } };
const BASIC = { type: 'basic', name: 'shop', input: { username: 'u', password: 'canary-5be1' } };

async function requestTo(url: string): Promise<Body> {
  if (url === '/1/sources') return SOURCE;
  if (url === '/1/authentications') return BASIC;
  if (url === '/1/destinations') return { type: 'search', name: 'd', input: { indexName: 'i' } };
  if (url === '/ext/1/keys') return { acl: ['addObject'] };
  const sourceID = await createJsonSource(api.client);
  const destinationID = await createDestination(api.client);
  const task = { sourceID, destinationID, action: 'save' };
  return url === '/1/tasks' ? { ...task, trigger: { type: 'onDemand' } } : task;
}

test.for(['/1/sources', '/1/authentications', '/1/destinations', '/1/tasks', '/2/tasks', '/ext/1/keys'])(
  'a repeated POST %s gets the first answer and makes nothing more',
  async (url) => {
    const body = await requestTo(url);
    const key = randomUUID();
    const before = await countOf(url);
    const first = await post(url, body, key);
    expect([first.status, isReplay(first)]).toEqual([200, false]);
    const second = await post(url, body, key);
    expect([second.status, second.text, isReplay(second)]).toEqual([200, first.text, true]);
    expect(await countOf(url)).toBe(before + 1);
  },
);

test('a repeated request to run a task starts no second run', async () => {
  const { taskID } = await createRunnableTask(api.client);
  const key = randomUUID();
  const first = await post(`/2/tasks/${taskID}/run`, {}, key);
  const second = await post(`/2/tasks/${taskID}/run`, {}, key);
  expect([second.text, isReplay(second)]).toEqual([first.text, true]);
  expect(await countOf(`/1/runs?taskID=${taskID}`)).toBe(1);
});

test('of repeats that come at once one makes something, the others get its answer or a 409', async () => {
  const key = randomUUID();
  const before = await countOf('/1/sources');
  const answers = await Promise.all(Array.from({ length: 12 }, () => post('/1/sources', SOURCE, key)));
  const made = answers.filter(({ status }) => status === 200);
  expect(new Set(made.map(({ text }) => text)).size).toBe(1);
  const refused = answers.filter(({ status }) => status !== 200);
  for (const { status, headers } of refused) expect([status, headers['retry-after']]).toEqual([409, '1']);
  expect(await countOf('/1/sources')).toBe(before + 1);
});

test('what is repeated while it is being answered is a 409 that says when to come again', async () => {
  const key = randomUUID();
  await post('/1/sources', SOURCE, key);
  await putBackInFlight(key);
  const { status, headers } = await post('/1/sources', SOURCE, key);
  expect([status, headers['retry-after']]).toEqual([409, '1']);
});

/** As the claim of a request was while it was being answered. */
async function putBackInFlight(key: string): Promise<void> {
  const { client, tableName: TableName } = api.table;
  const pk = `${KEYS.appID}#idempotency#${deriveID('createSource', key)}`;
  await client.send(
    new UpdateCommand({
      TableName,
      Key: { pk, sk: 'first' },
      UpdateExpression: 'REMOVE isDone, answer',
      ConditionExpression: 'isDone = :done',
      ExpressionAttributeValues: { ':done': true },
    }),
  );
}

describe('under a key that was used', () => {
  test('another body is a 409', async () => {
    const key = randomUUID();
    await post('/1/sources', SOURCE, key);
    const answer = await post('/1/sources', { ...SOURCE, name: 'other' }, key);
    expect([answer.status, messageOf(answer)]).toEqual([409, expect.stringContaining('Idempotency-Key')]);
  });

  test('the same body to another task is a 409', async () => {
    const key = randomUUID();
    const [one, other] = await Promise.all([createRunnableTask(api.client), createRunnableTask(api.client)]);
    await post(`/2/tasks/${one.taskID}/run`, {}, key);
    expect((await post(`/2/tasks/${other.taskID}/run`, {}, key)).status).toBe(409);
  });

  test('another operation and another application are their own', async () => {
    const key = randomUUID();
    await post('/1/sources', SOURCE, key);
    expect((await post('/1/authentications', BASIC, key)).status).toBe(200);
    const made = await post('/ext/1/keys', { acl: ['admin'], applicationID: 'OTHERTENANT' }, randomUUID());
    const answer = await post('/1/sources', { ...SOURCE, name: 'theirs' }, key, {
      'x-algolia-application-id': 'OTHERTENANT',
      'x-algolia-api-key': JSON.parse(made.text).key,
    });
    expect([answer.status, isReplay(answer)]).toEqual([200, false]);
  });
});

test('a refused request leaves its key free for the corrected one', async () => {
  const key = randomUUID();
  expect((await post('/1/sources', { ...SOURCE, input: {} }, key)).status).toBe(400);
  const corrected = await post('/1/sources', SOURCE, key);
  expect([corrected.status, isReplay(corrected)]).toEqual([200, false]);
});

test('a key that is too long is refused, and an empty one is none', async () => {
  expect((await post('/1/sources', SOURCE, 'k'.repeat(256))).status).toBe(400);
  const first = await post('/1/sources', SOURCE, '');
  const second = await post('/1/sources', SOURCE, '');
  expect(second.text).not.toBe(first.text);
});

test('the answer with a key lies sealed, and is repeated only to the key that asked first', async () => {
  const key = randomUUID();
  const first = await post('/ext/1/keys', { acl: ['admin'] }, key);
  const made = JSON.parse(first.text).key as string;
  const { Items } = await api.table.client.send(new ScanCommand({ TableName: api.table.tableName }));
  expect(JSON.stringify(Items)).not.toContain(made.slice(-49));
  const byAnother = await post('/ext/1/keys', { acl: ['admin'] }, key, { 'x-algolia-api-key': made });
  expect(byAnother.status).toBe(409);
  expect((await post('/ext/1/keys', { acl: ['admin'] }, key)).text).toBe(first.text);
});

test('neither the key nor the secrets of a request are in the table or in a log line', async () => {
  const key = `canary-${randomUUID()}`;
  await post('/1/authentications', BASIC, key);
  await post('/1/authentications', { ...BASIC, name: 'other' }, key);
  const { Items } = await api.table.client.send(new ScanCommand({ TableName: api.table.tableName }));
  const texts = JSON.stringify(Items) + api.logLines.join('');
  expect(texts).not.toContain(key);
  expect(texts).not.toContain(BASIC.input.password);
});

test('every POST takes a key, but those that only look something up or try it', () => {
  const posts = OPERATIONS.filter(({ method }) => method === 'POST');
  const without = posts.filter((operation) => !takesIdempotencyKey(operation));
  for (const { operationID } of without) expect(operationID).toMatch(/^(?:search[A-Z]\w*s(?:V1)?|try\w+)$/);
  expect(posts.filter(takesIdempotencyKey).map(({ operationID }) => operationID)).toEqual(
    expect.arrayContaining(['createSource', 'createKey', 'runTask', 'runTaskV1']),
  );
  expect(OPERATIONS.filter(takesIdempotencyKey).every(({ method }) => method === 'POST')).toBe(true);
});
