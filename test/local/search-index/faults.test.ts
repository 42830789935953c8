import { afterEach, beforeEach, expect, test } from 'vitest';
import { startIndex, type StartedIndex } from './start-index.ts';

let index: StartedIndex;
beforeEach(async () => {
  index = await startIndex({ hasFaultsRoute: true });
});
afterEach(() => index.stop());

const body = (objectID: string) => `{"requests":[{"action":"addObject","body":{"objectID":"${objectID}"}}]}`;
const write = (objectID: string) => index.send('POST', '/1/indexes/faulty/batch', body(objectID));

async function readIDs(): Promise<string[]> {
  const { hits } = await index.client.browse({ indexName: 'faulty' });
  return hits.map((hit) => hit.objectID);
}

test('the next writes are refused in the order asked for, reads are not', async () => {
  await write('before');
  index.faults.failNextWrites = ['429', '503'];
  expect(await readIDs()).toEqual(['before']);
  expect((await write('a')).status).toBe(429);
  expect((await write('b')).status).toBe(503);
  expect((await write('c')).status).toBe(200);
  expect(await readIDs()).toEqual(['before', 'c']);
});

test('a connection is cut before a write was applied, or after', async () => {
  await write('0');
  index.faults.failNextWrites = ['reset-before', 'reset-after'];
  await expect(write('1')).rejects.toThrow('fetch failed');
  await expect(write('2')).rejects.toThrow('fetch failed');
  expect(await readIDs()).toEqual(['0', '2']);
});

test('matching records refuse their batch, with bare errors if so asked', async () => {
  index.faults.refuseObjectIDs = '^bad';
  const full = await write('bad-1');
  expect(full.status).toBe(400);
  expect(await full.json()).toMatchObject({ position: 0, objectID: 'bad-1' });
  index.faults.bareErrors = true;
  expect(await (await write('bad-2')).json()).toEqual({
    message: 'Record at the position 0 objectID=bad-2 is refused',
    status: 400,
  });
  expect((await write('good')).status).toBe(200);
});

test('answers are delayed', async () => {
  index.faults.answerDelayMs = 80;
  const startedAt = performance.now();
  await write('slow');
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(75);
});

test('the route of faults sets them and refuses what it does not know', async () => {
  const set = await index.send('POST', '/test/faults', '{"maxRecordBytes":10}');
  expect(await set.json()).toMatchObject({ maxRecordBytes: 10, publishLagMs: 0 });
  expect((await write('too-long-for-ten-bytes')).status).toBe(400);
  expect((await index.send('POST', '/test/faults', '{"unknown":1}')).status).toBe(400);
  const plain = await startIndex();
  expect((await plain.send('POST', '/test/faults', '{}')).status).toBe(404);
  await plain.stop();
});
