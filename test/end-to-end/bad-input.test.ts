import { afterAll, beforeAll, expect, test } from 'vitest';

import { browse, startOneMachine, type OneMachine } from '../support/one-machine.ts';
import { createPipeline } from '../support/pipeline.ts';
import { startSourceServer, type ServedFile, type SourceServer } from '../support/source-server.ts';

let machine: OneMachine;
let server: SourceServer;

beforeAll(async () => {
  server = await startSourceServer();
  machine = await startOneMachine();
});

afterAll(async () => {
  await machine.remove();
  await server.stop();
});

const GOOD_CSV = 'sku,title,price\nA1,Anvil,10.50\nB2,Bell,3\n';

interface Case {
  name: string;
  type: 'csv' | 'json';
  /** What the source answers; absent: the path does not exist. */
  file?: ServedFile;
  input?: Record<string, unknown>;
  /** Parts of the run's reason or of an event's data, in words that a person finds the fault by. */
  says: RegExp[];
}

const bigText = 'x'.repeat(200_000);

const cases: Case[] = [
  {
    name: 'a URL where nobody listens',
    type: 'csv',
    input: { url: 'http://127.0.0.1:1/x.csv' },
    says: [/127\.0\.0\.1:1/],
  },
  { name: 'a URL that is not found', type: 'csv', says: [/404/] },
  {
    name: 'an HTML page instead of CSV',
    type: 'csv',
    file: { body: '<!doctype html><html><body>Log in</body></html>', contentType: 'text/html' },
    says: [/HTML/],
  },
  {
    name: 'a row with too many columns',
    type: 'csv',
    file: { body: 'sku,title,price\nA1,Anvil,10.50\nB2,Bell,3,4\n' },
    says: [/line 3/i, /4 /],
  },
  {
    name: 'a broken number',
    type: 'csv',
    file: { body: 'sku,title,price\nA1,Anvil,10.50\nB2,Bell,three\n' },
    says: [/line 3/i, /price/],
  },
  {
    name: 'a quote that is never closed',
    type: 'csv',
    file: { body: 'sku,title,price\nA1,Anvil,10.50\nB2,"Bell,3\n' },
    says: [/line 3/i, /quote/i, /in the column \\\\?"title/],
  },
  {
    name: 'bytes that are not UTF-8',
    type: 'csv',
    file: {
      body: Buffer.concat([
        Buffer.from('sku,title,price\nA1,Anv'),
        Buffer.from([0xff, 0xfe]),
        Buffer.from('il,1\n'),
      ]),
    },
    says: [/line 2/i, /UTF-8/],
  },
  {
    name: 'JSON that is cut in the middle',
    type: 'json',
    file: { body: '[{"sku":"A1","title":"Anvil"},{"sku":"B2","ti' },
    says: [/end|cut|complete/i],
  },
  {
    name: 'a record without its id',
    type: 'csv',
    file: { body: 'sku,title,price\nA1,Anvil,10.50\n,Bell,3\n' },
    says: [/line 3/i, /sku/],
  },
  {
    name: 'a record over the size limit',
    type: 'json',
    file: { body: JSON.stringify([{ sku: 'A1' }, { sku: 'B2', text: bigText }]) },
    says: [/B2/, /record\.too_big/, /Element 2 has 200,\d+ bytes/, /text/, /"objectIDs":\["A1"\]/],
  },
  {
    name: 'a row over the size limit',
    type: 'csv',
    file: { body: `sku,title,price\nA1,Anvil,10.50\nB2,${bigText},3\n` },
    says: [/B2/, /The record at line 3 has 200,\d+ bytes/, /title/],
  },
  {
    name: 'an element without its id',
    type: 'json',
    file: { body: JSON.stringify([{ sku: 'A1' }, { title: 'Bell' }]) },
    says: [/Element 2 has no id/, /sku/],
  },
  {
    name: 'a number in JSON that is none',
    type: 'json',
    file: { body: '[{"sku":"A1"},{"sku":"B2",\n"price":03}]' },
    says: [/Element 2/, /line 2/, /number/],
  },
  {
    name: 'an HTML page instead of JSON that is not called one',
    type: 'json',
    file: { body: '<!doctype html><html></html>', contentType: 'application/json' },
    says: [/HTML/],
  },
  {
    name: 'a connection that breaks before the promised length',
    type: 'csv',
    file: { body: `sku,title,price\n${'A1,Anvil,10\n'.repeat(5000)}`, cutAfter: 30_000 },
    says: [/cut|complete|broke|truncated|ended/i],
  },
];

test.each(cases)(
  '$name fails the run with the reason and leaves the old index as it was',
  async ({ name, type, file, input, says }) => {
    const id = name.replaceAll(/\W+/g, '-');
    const path = `/${id}.${type}`;
    const good =
      type === 'csv'
        ? GOOD_CSV
        : JSON.stringify([
            { sku: 'A1', title: 'Anvil' },
            { sku: 'B2', title: 'Bell' },
          ]);
    server.files.set(path, { body: good });
    const pipeline = await createPipeline(machine, {
      type,
      input: {
        url: `${server.url}${path}`,
        uniqueIDColumn: 'sku',
        ...(type === 'csv' ? { mapping: { price: 'float' } } : {}),
      },
      indexName: id,
    });
    expect(await pipeline.run()).toMatchObject({ status: 'finished', outcome: 'success', reasonCode: 'ok' });
    const before = await browse(machine, id);
    expect(before.size).toBe(2);

    if (file === undefined) server.files.delete(path);
    else server.files.set(path, file);
    if (input !== undefined)
      await machine.ingestion.updateSource({
        sourceID: pipeline.sourceID,
        sourceUpdate: { input: { ...input, uniqueIDColumn: 'sku' } as never },
      });
    const run = await pipeline.run();

    expect(run).toMatchObject({ status: 'finished', outcome: 'failure' });
    const { events } = await machine.ingestion.listEvents({ runID: run.runID, itemsPerPage: 100 });
    const told = JSON.stringify([run.reason, events.map((event) => event.data)]);
    for (const words of says) expect(told).toMatch(words);
    expect(told).not.toContain(machine.connection.search.apiKey);
    expect(await browse(machine, id)).toEqual(before);
    const { items } = await machine.search.listIndices();
    expect(items.map((item) => item.name).filter((indexName) => indexName.startsWith(`${id}_tmp`))).toEqual(
      [],
    );
  },
  90_000,
);

test('an id that occurs twice is told, and the later record is kept', async () => {
  server.files.set('/twice.csv', { body: 'sku,title\nA1,"An\nvil"\nB2,Bell\nA1,Axe\n' });
  const pipeline = await createPipeline(machine, {
    type: 'csv',
    input: { url: `${server.url}/twice.csv`, uniqueIDColumn: 'sku' },
    indexName: 'twice',
  });
  const run = await pipeline.run();
  expect(run).toMatchObject({ outcome: 'success' });
  const { events } = await machine.ingestion.listEvents({ runID: run.runID, itemsPerPage: 100 });
  expect(JSON.stringify(events.map((event) => event.data))).toMatch(
    /A1 occurs again in the record at line 5/,
  );
  const records = await browse(machine, 'twice');
  expect(records.get('A1')).toEqual({ sku: 'A1', title: 'Axe' });
  expect(records.size).toBe(2);
});

test('rows under the failure threshold are left out and named, the rest is searchable', async () => {
  const rows = Array.from({ length: 99 }, (_, index) => `S${index},Thing ${index},${index}`);
  server.files.set('/mostly-good.csv', { body: `sku,title,price\n${rows.join('\n')}\nBAD,Bell,three\n` });
  const pipeline = await createPipeline(machine, {
    type: 'csv',
    input: { url: `${server.url}/mostly-good.csv`, uniqueIDColumn: 'sku', mapping: { price: 'integer' } },
    indexName: 'mostly-good',
    failureThreshold: 1,
  });
  const run = await pipeline.run();
  expect(run).toMatchObject({ outcome: 'success', failureThreshold: 1 });
  const { events } = await machine.ingestion.listEvents({ runID: run.runID, itemsPerPage: 100 });
  const failed = events.find((event) => event.type === 'record' && event.status === 'failed');
  expect(JSON.stringify(failed?.data)).toMatch(/line 101/i);
  expect((await browse(machine, 'mostly-good')).size).toBe(99);
});
