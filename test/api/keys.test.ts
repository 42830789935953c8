import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { readKeyID } from '../../core/applications/key-text.ts';
import { createIngestionClient, type RawResponse } from '../support/api-client.ts';
import { KEYS, startApi, type ApiService } from '../support/api-service.ts';
import { UNKNOWN_ID, WIRE_DATE } from '../support/resources.ts';

let api: ApiService;
beforeAll(async () => {
  api = await startApi();
});
afterAll(async () => {
  await api.stop();
});

const ALL_RIGHTS = ['addObject', 'deleteIndex', 'editSettings'];

interface MadeKey {
  readonly keyID: string;
  readonly key: string;
  readonly applicationID: string;
}

async function makeKey(body: Record<string, unknown>, caller?: MadeKey): Promise<MadeKey> {
  const answer = await send('POST', '/ext/1/keys', caller, body);
  expect(answer.status).toBe(200);
  return JSON.parse(answer.text) as MadeKey;
}

/** A request with the headers of `caller`, or with the admin key. */
function send(method: string, url: string, caller?: MadeKey, body?: unknown): Promise<RawResponse> {
  return api.send({
    method,
    url,
    headers:
      caller === undefined
        ? {}
        : { 'x-algolia-application-id': caller.applicationID, 'x-algolia-api-key': caller.key },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
}

const statusOf = async (answer: Promise<RawResponse>): Promise<number> => (await answer).status;

test('a key is made, told once, and works for what its ACL says', async () => {
  const made = await makeKey({ acl: ALL_RIGHTS, description: 'the importer' });
  expect(made).toEqual({
    keyID: readKeyID(made.key),
    key: expect.stringMatching(/^mlr_[0-9a-f]{32}[0-9A-Za-z]{49}$/),
    applicationID: KEYS.appID,
    description: 'the importer',
    acl: ALL_RIGHTS,
    createdAt: expect.stringMatching(WIRE_DATE),
    expiresAt: null,
  });
  const client = createIngestionClient(api.handler, { appID: KEYS.appID, apiKey: made.key });
  await expect(client.listSources()).resolves.toHaveProperty('sources');
});

test('a key is shown without its secret, with when it was last used', async () => {
  const made = await makeKey({ acl: ALL_RIGHTS, description: 'shown', validity: 3600 });
  const shown = async () => JSON.parse((await send('GET', `/ext/1/keys/${made.keyID}`)).text);
  expect(await shown()).toEqual({
    keyID: made.keyID,
    description: 'shown',
    acl: ALL_RIGHTS,
    createdAt: expect.stringMatching(WIRE_DATE),
    expiresAt: expect.stringMatching(WIRE_DATE),
    lastUsedAt: null,
  });
  await send('GET', '/1/sources', made);
  expect((await shown()).lastUsedAt).toMatch(WIRE_DATE);
});

test('keys are listed by page, none of them with its secret', async () => {
  const tenant = await makeKey({ acl: ['admin'], applicationID: 'LISTED' });
  await makeKey({ acl: ['addObject'], description: 'second' }, tenant);
  const answer = await send('GET', '/ext/1/keys?itemsPerPage=1', tenant);
  const { keys, pagination } = JSON.parse(answer.text);
  expect(keys.map((key: { description: string }) => key.description)).toEqual(['second']);
  expect(pagination).toEqual({ nbPages: 2, page: 1, nbItems: 2, itemsPerPage: 1 });
  expect(answer.text).not.toContain('mlr_');
});

test('a key without the rights of an operation is refused with the sentence that clients know', async () => {
  const made = await makeKey({ acl: ['addObject'] });
  const answer = await send('GET', '/1/sources', made);
  expect(answer.status).toBe(403);
  expect(JSON.parse(answer.text).message).toBe('Method not allowed with this API key');
  const missing = JSON.parse(answer.text).error.details.map(({ message }: { message: string }) => message);
  expect(missing.join()).toMatch(/deleteIndex.*editSettings/);
});

test.each([
  ['GET', '/ext/1/keys'],
  ['POST', '/ext/1/keys'],
  ['GET', `/ext/1/keys/${UNKNOWN_ID}`],
  ['DELETE', `/ext/1/keys/${UNKNOWN_ID}`],
])('%s %s needs the ACL admin', async (method, url) => {
  const made = await makeKey({ acl: ALL_RIGHTS });
  expect(await statusOf(send(method, url, made, { acl: ['admin'] }))).toBe(403);
});

test('a key with the ACL admin may do all, but no other application is its', async () => {
  const made = await makeKey({ acl: ['admin'] });
  expect(await statusOf(send('GET', '/1/sources', made))).toBe(200);
  await makeKey({ acl: ['addObject'] }, made);
  expect(
    await statusOf(send('POST', '/ext/1/keys', made, { acl: ['addObject'], applicationID: 'OTHER' })),
  ).toBe(403);
});

test('a key that was used and revoked is refused from then on, and 404', async () => {
  const made = await makeKey({ acl: ALL_RIGHTS });
  expect(await statusOf(send('GET', '/1/sources', made))).toBe(200);
  const answer = await send('DELETE', `/ext/1/keys/${made.keyID}`);
  expect(JSON.parse(answer.text)).toEqual({ deletedAt: expect.stringMatching(WIRE_DATE) });
  expect(await statusOf(send('GET', '/1/sources', made))).toBe(403);
  expect(await statusOf(send('GET', `/ext/1/keys/${made.keyID}`))).toBe(404);
  expect(await statusOf(send('DELETE', `/ext/1/keys/${made.keyID}`))).toBe(404);
});

describe('tenants', () => {
  test("another application's resources are not there, whatever asks for them", async () => {
    const tenant = await makeKey({ acl: ['admin'], applicationID: 'TENANT2' });
    const source = { type: 'json', name: 's', input: { url: 'https://example.com/a.json' } };
    const created = await send('POST', '/1/sources', undefined, source);
    const { sourceID } = JSON.parse(created.text) as { sourceID: string };
    const url = `/1/sources/${sourceID}`;
    expect(await statusOf(send('GET', url, tenant))).toBe(404);
    expect(await statusOf(send('PATCH', url, tenant, { name: 'mine' }))).toBe(404);
    expect(await statusOf(send('DELETE', url, tenant))).toBe(404);
    const listed = await send('GET', '/1/sources', tenant);
    expect(JSON.parse(listed.text).pagination.nbItems).toBe(0);
    expect(await statusOf(send('GET', url))).toBe(200);
  });

  test("another application's keys are not there, and a key works with its own application only", async () => {
    const tenant = await makeKey({ acl: ['admin'], applicationID: 'TENANT3' });
    const mine = await makeKey({ acl: ['admin'] });
    expect(await statusOf(send('GET', `/ext/1/keys/${mine.keyID}`, tenant))).toBe(404);
    expect(await statusOf(send('DELETE', `/ext/1/keys/${mine.keyID}`, tenant))).toBe(404);
    expect(await statusOf(send('GET', '/1/sources', { ...mine, applicationID: 'TENANT3' }))).toBe(403);
    expect(await statusOf(send('GET', '/1/sources', { ...tenant, applicationID: KEYS.appID }))).toBe(403);
  });
});

test.each([
  ['mistyped', (key: string) => `${key.slice(0, -1)}${key.endsWith('0') ? '1' : '0'}`],
  ['cut short', (key: string) => key.slice(0, -1)],
  ['continued', (key: string) => `${key}0`],
  ['empty', () => ''],
  ['overlong', (key: string) => key.repeat(100)],
])('a key that is %s is a 403', async (_, change) => {
  const made = await makeKey({ acl: ALL_RIGHTS });
  expect(await statusOf(send('GET', '/1/sources', { ...made, key: change(made.key) }))).toBe(403);
});

test.each([
  ['acl', { description: 'none' }],
  ['acl', { acl: [] }],
  ['acl[0]', { acl: ['everything'] }],
  ['validity', { acl: ['admin'], validity: -1 }],
  ['applicationID', { acl: ['admin'], applicationID: 'A#B' }],
])('a request that is wrong in %s names it', async (field, body) => {
  const answer = await send('POST', '/ext/1/keys', undefined, body);
  expect([answer.status, JSON.parse(answer.text).message]).toEqual([
    400,
    expect.stringContaining(`${field}: `),
  ]);
});

test('no key is in the table or in a log line', async () => {
  const made = await makeKey({ acl: ALL_RIGHTS });
  await send('GET', '/1/sources', made);
  await send('GET', `/1/sources?x-algolia-api-key=${made.key}&x-algolia-application-id=${KEYS.appID}`);
  const secret = made.key.slice(-49);
  const { Items } = await api.table.client.send(new ScanCommand({ TableName: api.table.tableName }));
  expect(JSON.stringify(Items)).toContain(made.keyID);
  expect(JSON.stringify(Items)).not.toContain(secret);
  expect(api.logLines.join('')).not.toContain(secret);
});
