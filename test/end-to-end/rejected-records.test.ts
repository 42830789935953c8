import { afterAll, beforeAll, expect, test } from 'vitest';

import { browse, finishedRun, startOneMachine, type OneMachine } from '../support/one-machine.ts';
import { createPipeline } from '../support/pipeline.ts';
import { startSourceServer, type SourceServer } from '../support/source-server.ts';

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

async function ext(method: string, path: string, body?: unknown): Promise<Response> {
  const { url, appID, apiKey } = machine.connection;
  return fetch(`${url}/ext/1/${path}`, {
    method,
    headers: { 'x-algolia-application-id': appID, 'x-algolia-api-key': apiKey },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

const ROWS = [
  'sku,title,price,text',
  'S1,One,1.5,a',
  'S2,Two,cheap,b',
  'S3,Three,3.5,c',
  'S4,Four',
  `S5,Five,5.5,${'x'.repeat(120_000)}`,
  'S6,Six,6.5,f',
];

interface Listed {
  readonly position: number;
  readonly objectID?: string;
  readonly [member: string]: unknown;
}

test('a catalogue with bad records is completed by correcting and replaying them', async () => {
  server.files.set('/bad.csv', { body: ROWS.join('\n') });
  const pipeline = await createPipeline(machine, {
    type: 'csv',
    input: { url: `${server.url}/bad.csv`, uniqueIDColumn: 'sku', mapping: { price: 'float' } },
    indexName: 'catalogue',
    failureThreshold: 50,
  });
  const run = await pipeline.run();
  expect(run).toMatchObject({ outcome: 'success' });
  expect([...(await browse(machine, 'catalogue')).keys()].toSorted()).toEqual(['S1', 'S3', 'S6']);

  const list = (await (await ext('GET', `runs/${run.runID}/rejected`)).json()) as { rejected: Listed[] };
  expect(list).toMatchObject({ nbRejected: 3, pagination: { nbItems: 3 } });
  expect(list.rejected).toMatchObject([
    { position: 3, objectID: 'S2', stage: 'source', code: 'csv.bad_number', text: 'S2,Two,cheap,b' },
    { position: 5, stage: 'source', code: 'csv.too_few_columns', text: 'S4,Four' },
    {
      position: 6,
      objectID: 'S5',
      stage: 'destination',
      code: 'record.too_big',
      heaviestAttributes: [{ name: 'text', sizeBytes: 120_002 }, { name: 'title' }, { name: 'objectID' }],
    },
  ]);
  const download = await (await ext('GET', `runs/${run.runID}/rejected?format=ndjson`)).text();
  const lines = download.trimEnd().split('\n');
  expect(lines.map((line) => (JSON.parse(line) as Listed).position)).toEqual([3, 5, 6]);

  const asKept = await ext('POST', `runs/${run.runID}/replay`);
  expect(asKept.status).toBe(400);
  const records = [
    { position: 3, record: { objectID: 'S2', sku: 'S2', title: 'Two', price: 2.5, text: 'b' } },
    { position: 5, record: { objectID: 'S4', sku: 'S4', title: 'Four', price: 4.5, text: 'd' } },
    { position: 6, record: { sku: 'S5', title: 'Five', price: 5.5, text: 'e' } },
  ];
  const replayed = await ext('POST', `runs/${run.runID}/replay`, { records });
  expect(replayed.status).toBe(200);
  const { runID } = (await replayed.json()) as { runID: string };
  expect(await finishedRun(machine, runID)).toMatchObject({ type: 'update', outcome: 'success' });

  const index = await browse(machine, 'catalogue');
  expect([...index.keys()].toSorted()).toEqual(['S1', 'S2', 'S3', 'S4', 'S5', 'S6']);
  expect(index.get('S5')).toEqual({ sku: 'S5', title: 'Five', price: 5.5, text: 'e' });
  const after = (await (await ext('GET', `runs/${run.runID}/rejected`)).json()) as { rejected: Listed[] };
  expect(after.rejected.map(({ replayedBy }) => replayedBy)).toEqual([runID, runID, runID]);
});

test('a replay does not write over a later run, unless it is forced', async () => {
  server.files.set('/later.csv', { body: ['sku,n', 'A,1', 'B'].join('\n') });
  const pipeline = await createPipeline(machine, {
    type: 'csv',
    input: { url: `${server.url}/later.csv`, uniqueIDColumn: 'sku' },
    indexName: 'later',
    failureThreshold: 50,
  });
  const { runID } = await pipeline.run();
  server.files.set('/later.csv', { body: ['sku,n', 'A,2', 'B,2'].join('\n') });
  expect(await pipeline.run()).toMatchObject({ outcome: 'success' });
  const correction = { records: [{ position: 3, record: { objectID: 'B', sku: 'B', n: '1' } }] };
  const refused = await ext('POST', `runs/${runID}/replay`, correction);
  expect([refused.status, await refused.text()]).toEqual([409, expect.stringContaining('started later')]);
  const forced = await ext('POST', `runs/${runID}/replay`, { ...correction, force: true });
  expect(forced.status).toBe(200);
  const { runID: replayID } = (await forced.json()) as { runID: string };
  expect(await finishedRun(machine, replayID)).toMatchObject({ outcome: 'success' });
  expect((await browse(machine, 'later')).get('B')).toEqual({ sku: 'B', n: '1' });
});
