import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { startOneMachine, type OneMachine } from '../support/one-machine.ts';
import { UNKNOWN_ID, WIRE_DATE } from '../support/resources.ts';

let machine: OneMachine;
beforeAll(async () => {
  machine = await startOneMachine();
});
afterAll(async () => {
  await machine.remove();
});

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

/** A request over the network as is, with the key's headers unless it brings its own. */
async function send(
  path: string,
  init: RequestInit & { headers?: Record<string, string> } = {},
): Promise<Answer> {
  const { url, appID, apiKey } = machine.connection;
  const response = await fetch(`${url}${path}`, {
    redirect: 'manual',
    ...init,
    headers: { 'x-algolia-application-id': appID, 'x-algolia-api-key': apiKey, ...init.headers },
  });
  return { status: response.status, headers: response.headers, body: (await response.json()) as never };
}

const SOURCE = JSON.stringify({ type: 'json', name: 'zażółć', input: { url: 'https://example.com/a.json' } });

test.each<[string, string | Uint8Array<ArrayBuffer>, Record<string, string>]>([
  ['JSON', SOURCE, { 'content-type': 'application/json' }],
  ['JSON that is called text', SOURCE, { 'content-type': 'text/plain' }],
  ['JSON without a type', Buffer.from(SOURCE), {}],
  ['gzip', Buffer.from(gzipSync(SOURCE)), { 'content-encoding': 'gzip', 'content-type': 'text/plain' }],
  ['brotli', Buffer.from(brotliCompressSync(SOURCE)), { 'content-encoding': 'br' }],
])('a body in %s creates, and the answer is a 200', async (_, body, headers) => {
  const answer = await send('/1/sources', { method: 'POST', body, headers });
  expect([answer.status, answer.body['name']]).toEqual([200, 'zażółć']);
});

test('what swells beyond the cap is a 400', async () => {
  const body = Buffer.from(gzipSync(Buffer.alloc(50_000_000, 32)));
  const answer = await send('/1/sources', { method: 'POST', body, headers: { 'content-encoding': 'gzip' } });
  expect([answer.status, answer.body['message']]).toEqual([400, 'body: must have at most 1000000 bytes']);
});

test('arrays come joined by commas or repeated', async () => {
  await send('/1/sources', { method: 'POST', body: SOURCE });
  for (const query of ['type=csv,json', 'type=csv%2Cjson', 'type=csv&type=json']) {
    const { body } = await send(`/1/sources?${query}`);
    expect(body['pagination']).not.toMatchObject({ nbItems: 0 });
  }
  expect((await send('/1/sources?type=csv')).body['pagination']).toMatchObject({ nbItems: 0, nbPages: 1 });
});

test('credentials come in the query, and unknown keys beside them are ignored', async () => {
  const { url, appID, apiKey } = machine.connection;
  const query = new URLSearchParams({
    'x-algolia-application-id': appID,
    'x-algolia-api-key': apiKey,
    'x-algolia-agent': 'Algolia for JavaScript (5.64.0); Browser',
    color: 'red',
  });
  expect((await fetch(`${url}/1/sources?${query.toString()}`)).status).toBe(200);
  expect(machine.output()).not.toContain(`api-key=${apiKey}`);
});

test.each<[number, string, RequestInit & { headers?: Record<string, string> }]>([
  [200, '/1/sources', {}],
  [200, '/ext/1/openapi.json', {}],
  [400, '/1/sources?page=0', {}],
  [400, '/1/sources', { method: 'POST', body: '{' }],
  [400, '/1/sources', { method: 'POST', body: 'x'.repeat(1_100_000) }],
  [403, '/1/sources', { headers: { 'x-algolia-api-key': 'wrong' } }],
  [404, '/nowhere', {}],
  [404, `/1/sources/${UNKNOWN_ID}`, {}],
  [405, '/1/sources', { method: 'PUT' }],
  [413, '/1/sources', { method: 'POST', body: 'x'.repeat(11 * 1024 * 1024) }],
])('a %i at %s is JSON with a correlation ID', async (status, path, init) => {
  const answer = await send(path, init);
  expect(answer.status).toBe(status);
  expect(answer.headers.get('correlation-id')).toMatch(/.{8,}/);
  expect(typeof answer.body['message']).toBe(status === 200 ? 'undefined' : 'string');
});

test.each(['/1/sources/', '//1/sources', '/1//sources', '/1/sources/?page=1', '/'])(
  '%s is never redirected',
  async (path) => {
    const answer = await send(path);
    expect([answer.status, answer.headers.get('location')]).toEqual([404, null]);
  },
);

test('a connection goes on after a body that was too large for the gateway', async () => {
  const body = 'x'.repeat(20 * 1024 * 1024);
  const tooLarge = await Promise.all([1, 2, 3].map(() => send('/1/sources', { method: 'POST', body })));
  const after = await Promise.all([1, 2, 3, 4].map(() => send('/1/sources')));
  expect(tooLarge.map(({ status }) => status)).toEqual([413, 413, 413]);
  expect(after.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
});

test('dates are in whole seconds, the owner is null, and secrets are null', async () => {
  const { ingestion } = machine;
  const input = { appID: 'A', apiKey: 'canary-search-key' };
  const { authenticationID } = await ingestion.createAuthentication({ type: 'algolia', name: 'n', input });
  const { body } = await send(`/1/authentications/${authenticationID}`);
  expect(body).toEqual({
    authenticationID,
    type: 'algolia',
    name: 'n',
    platform: null,
    owner: null,
    input: { appID: 'A', apiKey: null },
    createdAt: expect.stringMatching(WIRE_DATE),
    updatedAt: expect.stringMatching(WIRE_DATE),
  });
  expect(machine.output()).not.toContain('canary-search-key');
});
