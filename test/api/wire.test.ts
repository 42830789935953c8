import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { callHandler, createIngestionClient } from '../support/api-client.ts';
import { KEYS, startApi, type ApiService } from '../support/api-service.ts';

let api: ApiService;
beforeAll(async () => {
  api = await startApi();
});
afterAll(async () => {
  await api.stop();
});

const SOURCE = JSON.stringify({ type: 'json', name: 'zażółć', input: { url: 'https://example.com/a.json' } });

const post = (body: string | Uint8Array, headers: Record<string, string> = {}) =>
  api.send({ method: 'POST', url: '/1/sources', headers, body });

test('every answer of the exported handler carries the correlation ID and is JSON', async () => {
  for (const url of ['/1/sources', '/1/sources/x', '/nowhere', '/1/sources?page=0']) {
    const answer = await api.send({ method: 'GET', url });
    expect(answer.headers).toMatchObject({
      'correlation-id': answer.requestID,
      'content-type': 'application/json',
    });
    expect(() => JSON.parse(answer.text)).not.toThrow();
  }
});

test.each([
  ['application/json', {}],
  ['text/plain', {}],
  ['text/plain; charset=utf-8', {}],
])('a body of type %s is read', async (type) => {
  expect((await post(SOURCE, { 'content-type': type })).status).toBe(200);
});

test('gzip and brotli bodies are read', async () => {
  const gzip = await post(gzipSync(SOURCE), { 'content-encoding': 'gzip' });
  const brotli = await post(brotliCompressSync(SOURCE), { 'content-encoding': 'BR' });
  expect([gzip.status, brotli.status]).toEqual([200, 200]);
  expect(JSON.parse(gzip.text).name).toBe('zażółć');
});

test('the official client may compress what it sends', async () => {
  const client = createIngestionClient(api.handler, KEYS, { compression: 'gzip' });
  const name = 'n'.repeat(900);
  const { sourceID } = await client.createSource({
    type: 'json',
    name,
    input: { url: 'https://example.com/a.json' },
  });
  expect((await client.getSource({ sourceID })).name).toBe(name);
});

test.each<[string, string | Uint8Array, Record<string, string>, string]>([
  ['malformed JSON', '{"type":', {}, 'body: must be valid JSON'],
  ['no body', '', {}, 'body: is required'],
  ['an array', '[]', {}, 'body: must be an object'],
  ['nesting that is too deep', '['.repeat(50_000), {}, 'body: must not be nested deeper than 32 levels'],
  [
    'a body that is too big',
    JSON.stringify('x'.repeat(1_000_001)),
    {},
    'body: must have at most 1000000 bytes',
  ],
  [
    'a bomb',
    gzipSync(Buffer.alloc(50_000_000, 32)),
    { 'content-encoding': 'gzip' },
    'body: must have at most 1000000 bytes',
  ],
  [
    'what is not gzip',
    'no gzip',
    { 'content-encoding': 'gzip' },
    'body: does not decompress as its Content-Encoding says',
  ],
  [
    'an unknown encoding',
    SOURCE,
    { 'content-encoding': 'zstd' },
    'body: must be compressed with gzip or br, or not at all',
  ],
  ['what is not UTF-8', Buffer.from([0x22, 0xff, 0x22]), {}, 'body: must be UTF-8'],
])('%s is a 400 that says so', async (_, body, headers, message) => {
  const answer = await post(body, headers);
  expect([answer.status, JSON.parse(answer.text).message]).toEqual([400, message]);
});

test('brackets inside of strings are no nesting', async () => {
  const body = JSON.stringify({ ...JSON.parse(SOURCE), name: '[{"'.repeat(50) });
  expect((await post(body)).status).toBe(200);
});

test('credentials are taken from the query too, and other query keys are ignored', async () => {
  const client = createIngestionClient(api.handler, KEYS, { authMode: 'WithinQueryParameters' });
  expect(await client.listSources()).toHaveProperty('sources');
  const query = `x-algolia-application-id=${KEYS.appID}&x-algolia-api-key=${KEYS.apiKey}&x-algolia-agent=Test%20(1)&color=red`;
  const answer = await callHandler(api.handler, { method: 'GET', url: `/1/sources?${query}` });
  expect(answer.status).toBe(200);
});

test.each([
  ['a wrong key', { 'x-algolia-api-key': 'wrong' }],
  ['another application', { 'x-algolia-application-id': 'OTHER' }],
  ['an empty key', { 'x-algolia-api-key': '' }],
])('%s is a 403', async (_, headers) => {
  const answer = await api.send({ method: 'GET', url: '/1/sources', headers });
  expect([answer.status, JSON.parse(answer.text).message]).toEqual([
    403,
    'Invalid Application-ID or API key',
  ]);
});

test('no credentials are a 403 before anything of the request is looked at', async () => {
  const answer = await callHandler(api.handler, { method: 'POST', url: '/1/sources', body: '{' });
  expect(answer.status).toBe(403);
});

test('arrays are taken joined by commas and repeated', async () => {
  await post(SOURCE);
  await api.client.createSource({ type: 'csv', name: 'c', input: { url: 'https://example.com/a.csv' } });
  const types = async (query: string) => {
    const answer = await api.send({ method: 'GET', url: `/1/sources?itemsPerPage=100&${query}` });
    const { sources } = JSON.parse(answer.text) as { sources: { type: string }[] };
    return [...new Set(sources.map((source) => source.type))].sort();
  };
  expect(await types('type=csv')).toEqual(['csv']);
  expect(await types('type=csv,json')).toEqual(['csv', 'json']);
  expect(await types('type=csv%2Cjson')).toEqual(['csv', 'json']);
  expect(await types('type=csv&type=json')).toEqual(['csv', 'json']);
  expect(await types('type=')).toEqual(['csv', 'json']);
});

test('a path that is not known is a 404, a method that it does not take a 405', async () => {
  const unknown = await api.send({ method: 'GET', url: '/1/nothing' });
  expect(unknown.status).toBe(404);
  const wrong = await api.send({ method: 'DELETE', url: '/1/sources' });
  expect([wrong.status, wrong.headers['allow']]).toEqual([405, 'GET, POST']);
  expect((await api.send({ method: 'GET', url: '/1/sources/' })).status).toBe(404);
});

test.each(['x', '00000000-0000-4000-8000-00000000000g', '%2e%2e', '%zz', 'a%2Fb', 'x'.repeat(3_000)])(
  'the ID %s is a 404',
  async (id) => {
    for (const method of ['GET', 'DELETE']) {
      expect((await api.send({ method, url: `/1/sources/${id}` })).status).toBe(404);
    }
    expect((await api.send({ method: 'PATCH', url: `/1/sources/${id}`, body: '{}' })).status).toBe(404);
  },
);

test('a percent-encoded ID is the ID', async () => {
  const { sourceID } = JSON.parse((await post(SOURCE)).text) as { sourceID: string };
  const encoded = sourceID.replaceAll('-', '%2D');
  expect((await api.send({ method: 'GET', url: `/1/sources/${encoded}` })).status).toBe(200);
});
