import { afterAll, beforeAll, expect, test } from 'vitest';
import { startIndex, type StartedIndex } from './start-index.ts';

let index: StartedIndex;
beforeAll(async () => {
  index = await startIndex();
});
afterAll(() => index.stop());

const SPELLING = String.raw`{"big":12345678901234567890123,"one":1.0,"exp":1E+2,"text":"\u00e9 é 😀 \/","objectID":"odd","nested":{"a":[1, 2 ,{ }]} }`;

async function post(indexName: string, requests: string): Promise<void> {
  const response = await index.send('POST', `/1/indexes/${indexName}/batch`, `{"requests":[${requests}]}`);
  expect(response.status).toBe(200);
}

test('a record is read back byte for byte, by its id, by several ids and by browsing', async () => {
  await post('spelling', `{"body": ${SPELLING} , "action":"addObject"}`);
  expect(await (await index.send('GET', '/1/indexes/spelling/odd')).text()).toBe(SPELLING);
  const several = await index.send(
    'POST',
    '/1/indexes/*/objects',
    '{"requests":[{"indexName":"spelling","objectID":"odd"},{"indexName":"spelling","objectID":"none"}]}',
  );
  expect(await several.text()).toBe(`{"results":[${SPELLING},null]}`);
  const browsed = await (await index.send('GET', '/1/indexes/spelling/browse')).text();
  expect(browsed.startsWith(`{"hits":[${SPELLING}],`)).toBe(true);
});

test('a search hit keeps the spelling too', async () => {
  await post('hit', `{"action":"updateObject","body":${SPELLING}}`);
  const found = await (await index.send('POST', '/1/indexes/hit/query', '{"query":""}')).text();
  expect(found).toContain(SPELLING.slice(0, -2));
});

test('the official client saves in chunks and browses everything, in the order of the ids', async () => {
  const objects = Array.from({ length: 2500 }, (_, n) => ({
    objectID: `id-${String(n).padStart(5, '0')}`,
    n,
  }));
  const tasks = await index.client.saveObjects({
    indexName: 'many',
    objects,
    waitForTasks: true,
    batchSize: 700,
  });
  expect(tasks.map(({ objectIDs }) => objectIDs.length)).toEqual([700, 700, 700, 400]);
  const read: unknown[] = [];
  await index.client.browseObjects({
    indexName: 'many',
    browseParams: { hitsPerPage: 999 },
    aggregator: ({ hits }) => read.push(...hits),
  });
  expect(read).toEqual(objects);
});

test('browsing repeats nothing and skips nothing that stays while records are written', async () => {
  const objects = Array.from({ length: 100 }, (_, n) => ({ objectID: `b${String(n).padStart(3, '0')}` }));
  await index.client.saveObjects({ indexName: 'moving', objects });
  const first = await index.client.browse({ indexName: 'moving', browseParams: { hitsPerPage: 60 } });
  await index.client.saveObjects({ indexName: 'moving', objects });
  const second = await index.client.browse({
    indexName: 'moving',
    browseParams: { cursor: String(first.cursor) },
  });
  const read = [...first.hits, ...second.hits].map((hit) => hit.objectID);
  expect(read).toEqual(objects.map((object) => object.objectID));
  expect(second.cursor).toBeUndefined();
});

test('browsing can be restricted by filters and attributes', async () => {
  const objects = Array.from({ length: 40 }, (_, n) => ({
    objectID: `f${n}`,
    even: n % 2 === 0,
    n,
    other: 'x',
  }));
  await index.client.saveObjects({ indexName: 'filtered', objects });
  const read: Record<string, unknown>[] = [];
  await index.client.browseObjects({
    indexName: 'filtered',
    browseParams: { hitsPerPage: 7, filters: 'even:true', attributesToRetrieve: ['n'] },
    aggregator: ({ hits, nbHits }) => {
      expect(nbHits).toBe(20);
      for (const hit of hits) read.push({ ...hit });
    },
  });
  expect(read).toHaveLength(20);
  expect(read.every((hit) => Number(hit['n']) % 2 === 0 && Object.keys(hit).length === 2)).toBe(true);
});

test('actions of a batch take effect in their order', async () => {
  const indexName = 'ordered';
  const { taskID } = await index.client.batch({
    indexName,
    batchWriteParams: {
      requests: [
        { action: 'addObject', body: { objectID: 'a', v: 1 } },
        { action: 'clear', body: {} },
        { action: 'addObject', body: { objectID: 'b', v: 1 } },
        { action: 'updateObject', body: { objectID: 'b', v: 2 } },
        { action: 'deleteObject', body: { objectID: 'c' } },
        { action: 'addObject', body: { objectID: 'c', v: 3 } },
        { action: 'deleteObject', body: { objectID: 'c' } },
      ],
    },
  });
  await index.client.waitForTask({ indexName, taskID });
  const { hits } = await index.client.browse({ indexName });
  expect(hits).toEqual([{ objectID: 'b', v: 2 }]);
});

test('books of an index are exact after additions, replacements and deletions', async () => {
  const indexName = 'books';
  await index.client.saveObjects({
    indexName,
    objects: [{ objectID: '1' }, { objectID: '2' }, { objectID: '3' }],
  });
  await index.client.saveObjects({ indexName, objects: [{ objectID: '2', longer: 'text' }] });
  await index.client.deleteObjects({ indexName, objectIDs: ['3', 'never there'] });
  const { items } = await index.client.listIndices();
  const item = items.find(({ name }) => name === indexName);
  expect(item).toMatchObject({ entries: 2, pendingTask: false });
  expect(item?.dataSize).toBe('{"objectID":"1"}'.length + '{"objectID":"2","longer":"text"}'.length);
});

test('one batch can write several indexes', async () => {
  const answer = await index.client.multipleBatch({
    requests: [
      { action: 'addObject', indexName: 'multi_a', body: { objectID: '1' } },
      { action: 'addObject', indexName: 'multi_b', body: { objectID: '2' } },
    ],
  });
  expect(Object.keys(answer.taskID)).toEqual(['multi_a', 'multi_b']);
  expect(await index.client.getObject({ indexName: 'multi_b', objectID: '2' })).toEqual({ objectID: '2' });
});

test('single records are added with a new id, put, read in part and deleted', async () => {
  const indexName = 'single';
  const { objectID } = await index.client.saveObject({ indexName, body: { a: 1 } });
  expect(await index.client.getObject({ indexName, objectID: String(objectID) })).toEqual({ a: 1, objectID });
  await index.client.addOrUpdateObject({ indexName, objectID: 'x/ä', body: { b: 2, c: 3 } });
  const part = await index.client.getObject({ indexName, objectID: 'x/ä', attributesToRetrieve: ['c'] });
  expect(part).toEqual({ c: 3, objectID: 'x/ä' });
  await index.client.deleteObject({ indexName, objectID: 'x/ä' });
  await expect(index.client.getObject({ indexName, objectID: 'x/ä' })).rejects.toMatchObject({ status: 404 });
});

test('an integer id becomes text, and an escaped one is understood', async () => {
  await post(
    'ids',
    String.raw`{"action":"addObject","body":{"objectID":7}},{"action":"addObject","body":{"object\u0049D":"a\"b"}}`,
  );
  expect(await index.client.getObject({ indexName: 'ids', objectID: '7' })).toEqual({ objectID: '7' });
  expect(await index.client.getObject({ indexName: 'ids', objectID: 'a"b' })).toEqual({ objectID: 'a"b' });
});

test('records that match a filter are deleted', async () => {
  const indexName = 'deleted_by';
  await index.client.saveObjects({ indexName, objects: [1, 2, 3, 4].map((n) => ({ objectID: `${n}`, n })) });
  await index.client.deleteBy({ indexName, deleteByParams: { filters: 'n > 1 AND n < 4' } });
  const { hits } = await index.client.browse({ indexName });
  expect(hits.map((hit) => hit.objectID)).toEqual(['1', '4']);
  await expect(index.client.deleteBy({ indexName, deleteByParams: {} })).rejects.toMatchObject({
    status: 400,
  });
});
