import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { browse, finishedRun, startOneMachine, type OneMachine } from '../support/one-machine.ts';

const CODE = `
async function transform(record, helper) {
  const n = Number(record.n);
  if (n % 10 === 9) return undefined;
  if (n % 10 === 8) return [{ ...record, part: 1, objectID: record.objectID + '-1' }, { ...record, part: 2, objectID: record.objectID + '-2' }];
  if (n === 7) throw new TypeError('seven is not allowed, says ' + helper.secrets.get('who'));
  if (n === 1) console.log('saw record', record.objectID, helper.secrets.get('who'));
  return { title: record.title.toUpperCase(), signed: helper.secrets.get('who') === 'an-oracle', at: new Date().toISOString() };
}`;

let machine: OneMachine;
let server: Server;
let url: string;

beforeAll(async () => {
  const rows = Array.from({ length: 2_000 }, (_, index) => `r${index},${index},title ${index}`);
  const csv = ['objectID,n,title', ...rows].join('\n');
  server = createServer((_, response) => response.writeHead(200, { 'content-type': 'text/csv' }).end(csv));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/rows.csv`;
  machine = await startOneMachine();
});

afterAll(async () => {
  await machine.remove();
  server.close();
});

async function runWith(code: string, indexName: string, failureThreshold: number) {
  const { ingestion, connection } = machine;
  const secrets = await ingestion.createAuthentication({
    type: 'secrets',
    name: 'who',
    input: { who: 'an-oracle' },
  });
  const { transformationID } = await ingestion.createTransformation({
    name: indexName,
    type: 'code',
    input: { code },
    authenticationIDs: [secrets.authenticationID],
  });
  const { authenticationID } = await ingestion.createAuthentication({
    type: 'algolia',
    name: 'search',
    input: { appID: connection.search.appID, apiKey: connection.search.apiKey },
  });
  const { sourceID } = await ingestion.createSource({ type: 'csv', name: 'rows', input: { url } });
  const { destinationID } = await ingestion.createDestination({
    type: 'search',
    name: indexName,
    authenticationID,
    transformationIDs: [transformationID],
    input: { indexName },
  });
  const { taskID } = await ingestion.createTask({
    sourceID,
    destinationID,
    action: 'replace',
    failureThreshold,
  });
  const { runID } = await ingestion.runTask({ taskID });
  const run = await finishedRun(machine, runID);
  const { events } = await ingestion.listEvents({ runID, itemsPerPage: 100 });
  return { run, events, transformationID };
}

test('a run writes what the transformation makes of the records, and its events tell what was dropped, failed and printed', async () => {
  const { run, events, transformationID } = await runWith(CODE, 'transformed', 1);
  expect(run).toMatchObject({ outcome: 'success', reasonCode: 'ok' });
  // 2,000 rows: 200 dropped, 200 doubled, 1 failed.
  const index = await browse(machine, 'transformed');
  expect(index.size).toBe(2_000 - 200 + 200 - 1);
  expect(index.get('r0')).toMatchObject({ title: 'TITLE 0', signed: true });
  expect(index.get('r8-2')).toMatchObject({ part: 2, title: 'title 8' });
  expect(index.has('r7')).toBe(false);
  expect(index.has('r9')).toBe(false);
  // The code's clock stands still at the run's creation.
  expect(index.get('r0')?.['at']).toBe(index.get('r1990')?.['at']);
  const transforms = events.filter(({ type }) => type === 'transform');
  const sums = transforms.map(({ data }) => data as Record<string, number>);
  const sum = (name: string) => sums.reduce((total, data) => total + (data[name] ?? 0), 0);
  expect({ in: sum('in'), out: sum('out'), dropped: sum('dropped'), failed: sum('failed') }).toEqual({
    in: 2_000,
    out: 1_999,
    dropped: 200,
    failed: 1,
  });
  const failed = transforms.find(({ status }) => status === 'failed');
  expect(failed?.data).toMatchObject({
    transformationID,
    error: 'The transformation failed: TypeError: seven is not allowed, says [secret] (line 6)',
    reasons: [{ objectID: 'r7', position: 9, code: 'transform.failed' }],
  });
  const printed = events.find(({ type, data }) => type === 'log' && data?.['code'] === 'transform.console');
  expect(printed?.data).toMatchObject({ message: 'saw record r1 [secret]', transformationID });
});

test('more failures than the task accepts leave the index as it was', async () => {
  const { run } = await runWith(
    'async function transform(r) { if (r.n > 10) throw new Error("no"); return r }',
    'refused',
    1,
  );
  expect(run).toMatchObject({ outcome: 'failure', reasonCode: 'too_many_errors' });
  expect((await machine.search.listIndices()).items.map(({ name }) => name)).not.toContain('refused');
});

test('code that cannot be loaded ends the run at once, with an event that says where it is wrong', async () => {
  const { run, events } = await runWith('async function transform(r) {\n return r +; }', 'broken', 100);
  expect(run).toMatchObject({ outcome: 'failure', reasonCode: 'critical' });
  expect(run.reason).toMatch(/cannot be loaded: SyntaxError: .* \(line 2\)/);
  expect(events.find(({ status }) => status === 'critical')).toMatchObject({ type: 'transform' });
});
