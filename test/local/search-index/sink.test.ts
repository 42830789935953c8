import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { OccurrenceCounter } from '../../../local/search-index/occurrence-counter.ts';
import { startIndex, type StartedIndex } from './start-index.ts';

let index: StartedIndex | undefined;
afterEach(async () => {
  await index?.stop();
  index = undefined;
});

test('a sink counts batches, answers them as published and stores no record', async () => {
  index = await startIndex({ sink: {} });
  const objects = Array.from({ length: 250 }, (_, n) => ({ objectID: `${n}`, text: 'é' }));
  const tasks = await index.client.saveObjects({
    indexName: 'sunk',
    objects,
    batchSize: 100,
    waitForTasks: true,
  });
  expect(tasks).toHaveLength(3);
  const totals = await (await index.send('GET', '/test/sink')).json();
  const bytes = [objects.slice(0, 100), objects.slice(100, 200), objects.slice(200)]
    .map((part) => JSON.stringify({ requests: part.map((body) => ({ action: 'addObject', body })) }))
    .reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  expect(totals).toEqual({ requests: 3, records: 250, bytes });
  expect((await index.client.browse({ indexName: 'sunk' })).hits).toEqual([]);
});

test('a sink keeps the books of its indexes, also through a swap', async () => {
  index = await startIndex({ sink: {} });
  await index.client.replaceAllObjects({
    indexName: 'swapped',
    objects: [{ objectID: '1' }, { objectID: '2' }],
  });
  expect((await index.client.listIndices()).items).toMatchObject([{ name: 'swapped', entries: 2 }]);
});

test('a sink keeps bodies whole in a file when asked', async () => {
  const plain = await startIndex();
  index = plain;
  const keepFile = join(plain.dataDirectory, 'kept');
  const sink = await startIndex({ sink: { keepFile } });
  const bodies = Array.from(
    { length: 20 },
    (_, n) => `{"requests":[{"action":"addObject","body":{"n":${n}}}]}`,
  );
  await Promise.all(bodies.map((body) => sink.send('POST', '/1/indexes/kept/batch', body)));
  await sink.stop();
  const kept = readFileSync(keepFile, 'utf8').trimEnd().split('\n');
  expect(kept.sort()).toEqual(bodies.sort());
});

test('occurrences are counted however the bytes are cut into chunks', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.constantFrom('a', 'b', 'ab', '"'), { maxLength: 6 }), { maxLength: 8 }),
      fc.constantFrom('ab', 'aba', '"a', 'aab"'),
      (chunks, needle) => {
        const counter = new OccurrenceCounter(needle);
        for (const chunk of chunks) counter.add(Buffer.from(chunk.join('')));
        const text = chunks.flat().join('');
        let expected = 0;
        for (let at = text.indexOf(needle); at >= 0; at = text.indexOf(needle, at + 1)) expected++;
        expect(counter.count).toBe(expected);
      },
    ),
    { numRuns: 500 },
  );
});
