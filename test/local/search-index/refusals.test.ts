import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createClient, startIndex, type StartedIndex } from './start-index.ts';

let index: StartedIndex;
beforeAll(async () => {
  index = await startIndex({ faults: { maxRecordBytes: 100 } });
});
afterAll(() => index.stop());

test('one record over the limit refuses its whole batch, naming the position, the id and the sizes', async () => {
  const big = { objectID: 'big', text: 'x'.repeat(200) };
  const size = JSON.stringify(big).length;
  const response = await index.send(
    'POST',
    '/1/indexes/limits/batch',
    JSON.stringify({
      requests: [
        { action: 'addObject', body: { objectID: 'ok' } },
        { action: 'addObject', body: big },
      ],
    }),
  );
  expect(response.status).toBe(400);
  const answer = (await response.json()) as { message: string };
  expect(answer).toMatchObject({ position: 1, objectID: 'big', status: 400 });
  expect(answer.message).toContain(
    `Record at the position 1 objectID=big is too big size=${size}/100 bytes. Please have a look at `,
  );
  await expect(index.client.browse({ indexName: 'limits' })).rejects.toMatchObject({ status: 404 });
});

test('the size counts bytes, not characters', async () => {
  const send = (text: string) =>
    index.client.saveObjects({ indexName: 'bytes', objects: [{ objectID: '1', text }] });
  const overhead = JSON.stringify({ objectID: '1', text: '' }).length;
  await send('x'.repeat(100 - overhead));
  await expect(send('é'.repeat(60))).rejects.toMatchObject({ status: 400 });
});

test.each([
  ['cut in the middle', '{"requests":[{"action":"addObject","body":{"objectID":"1"'],
  ['followed by more', '{"requests":[]} x'],
  ['with a record that is broken', '{"requests":[{"action":"addObject","body":{"objectID":"1","a":01}}]}'],
  ['not an object', '[]'],
  ['without requests', '{}'],
  ['with an unknown action', '{"requests":[{"action":"upsert","body":{"objectID":"1"}}]}'],
  ['without an action', '{"requests":[{"body":{"objectID":"1"}}]}'],
  ['without a body', '{"requests":[{"action":"addObject"}]}'],
  ['without an id', '{"requests":[{"action":"updateObject","body":{"a":1}}]}'],
  ['with an empty id', '{"requests":[{"action":"updateObject","body":{"objectID":""}}]}'],
  ['with an id that is no text', '{"requests":[{"action":"addObject","body":{"objectID":{}}}]}'],
  [
    'nested beyond reason',
    `{"requests":[{"action":"addObject","body":{"objectID":"1","a":${'['.repeat(9999)}`,
  ],
])('a batch %s is a 400 and changes nothing', async (_name, body) => {
  const response = await index.send('POST', '/1/indexes/broken/batch', body);
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ message: expect.any(String), status: 400 });
  expect((await index.send('GET', '/1/indexes/broken/settings')).status).toBe(404);
});

test('bytes that are not UTF-8 are a 400', async () => {
  const body = Buffer.from(
    '{"requests":[{"action":"addObject","body":{"objectID":"1","a":"\xff"}}]}',
    'latin1',
  );
  expect((await index.send('POST', '/1/indexes/broken/batch', body)).status).toBe(400);
});

test('a broken record that is put alone is a 400', async () => {
  for (const body of ['{', '[]', '', '{"a":tru}']) {
    expect((await index.send('PUT', '/1/indexes/broken/1', body)).status).toBe(400);
  }
});

test('a wrong key or application is a 403 in the words of Algolia', async () => {
  for (const credentials of [
    { appID: 'LOCALTEST', apiKey: 'wrong' },
    { appID: 'OTHER', apiKey: 'local-test-key' },
  ]) {
    await expect(createClient(index.port, credentials).listIndices()).rejects.toMatchObject({
      status: 403,
      message: 'Invalid Application-ID or API key',
    });
  }
});

test('credentials may come in the query', async () => {
  const url = `${index.url}/1/indexes?x-algolia-application-id=LOCALTEST&x-algolia-api-key=local-test-key`;
  expect((await fetch(url)).status).toBe(200);
  expect((await fetch(`${index.url}/1/indexes`)).status).toBe(403);
  expect((await fetch(`${index.url}/1/isalive`)).status).toBe(200);
});

test('bodies may be compressed and of any type', async () => {
  const body = '{"requests":[{"action":"addObject","body":{"objectID":"zip"}}]}';
  for (const type of ['application/json', 'text/plain', 'application/x-www-form-urlencoded']) {
    const headers = { 'content-encoding': 'gzip', 'content-type': type };
    expect((await index.send('POST', '/1/indexes/zipped/batch', gzipSync(body), headers)).status).toBe(200);
  }
  expect(await index.client.getObject({ indexName: 'zipped', objectID: 'zip' })).toEqual({ objectID: 'zip' });
  const bad = await index.send('POST', '/1/indexes/zipped/batch', body, { 'content-encoding': 'gzip' });
  expect(bad.status).toBe(400);
});

test('a body that unpacks to more than 64 MB is a 413', async () => {
  const body = gzipSync(Buffer.alloc(65 * 1024 * 1024, ' '));
  const response = await index.send('POST', '/1/indexes/x/batch', body, { 'content-encoding': 'gzip' });
  expect(response.status).toBe(413);
});

test('an unknown index is a 404 that names it', async () => {
  const expected = { status: 404, message: 'Index nowhere does not exist' };
  const { client } = index;
  await expect(client.searchSingleIndex({ indexName: 'nowhere' })).rejects.toMatchObject(expected);
  await expect(client.search({ requests: [{ indexName: 'nowhere' }] })).rejects.toMatchObject(expected);
  await expect(client.getSettings({ indexName: 'nowhere' })).rejects.toMatchObject(expected);
  await expect(client.browse({ indexName: 'nowhere' })).rejects.toMatchObject(expected);
});

test('what the local index does not have says so', async () => {
  expect(await (await index.send('GET', '/1/logs')).json()).toMatchObject({
    message: 'The local index has no operation GET /1/logs',
    status: 404,
  });
  await index.client.saveObjects({ indexName: 'here', objects: [{ objectID: '1' }] });
  await expect(
    index.client.searchSingleIndex({ indexName: 'here', searchParams: { aroundLatLng: '1,1' } }),
  ).rejects.toMatchObject({ status: 400, message: expect.stringContaining('aroundLatLng is not supported') });
});

test('the key names its rights', async () => {
  const key = await index.client.getApiKey({ key: 'local-test-key' });
  expect(key.acl).toEqual(expect.arrayContaining(['addObject', 'deleteIndex', 'editSettings']));
  await expect(index.client.getApiKey({ key: 'other' })).rejects.toMatchObject({ status: 404 });
});
