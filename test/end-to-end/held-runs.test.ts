import { afterAll, beforeAll, expect, test } from 'vitest';
import { setTimeout as delay } from 'node:timers/promises';

import { browse, finishedRun, startOneMachine, type OneMachine } from '../support/one-machine.ts';
import { createPipeline, type Pipeline } from '../support/pipeline.ts';
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

/** A request to what Algolia's client does not know. */
async function ext(method: string, path: string, body?: unknown): Promise<Response> {
  const { url, appID, apiKey } = machine.connection;
  return fetch(`${url}/ext/1/${path}`, {
    method,
    headers: { 'x-algolia-application-id': appID, 'x-algolia-api-key': apiKey },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

function rows(count: number): string {
  return ['sku,title', ...Array.from({ length: count }, (_, row) => `S${row},Thing ${row}`)].join('\n');
}

test('append adds what is new and leaves what is there, and partialNoCreate creates nothing', async () => {
  const input = { url: `${server.url}/grows.csv`, uniqueIDColumn: 'sku' };
  server.files.set('/grows.csv', { body: rows(3) });
  const append = await createPipeline(machine, { type: 'csv', input, indexName: 'grows', action: 'append' });
  expect(await append.run()).toMatchObject({ outcome: 'success' });
  server.files.set('/grows.csv', { body: rows(5).replaceAll('Thing', 'Other') });
  expect(await append.run()).toMatchObject({
    outcome: 'success',
    reason: '2 of 5 records were applied. 3 were in the index already and stayed as they were.',
  });
  const titles = async () =>
    Object.fromEntries([...(await browse(machine, 'grows'))].map(([id, { title }]) => [id, title]));
  const grown = { S0: 'Thing 0', S1: 'Thing 1', S2: 'Thing 2', S3: 'Other 3', S4: 'Other 4' };
  expect(await titles()).toEqual(grown);

  server.files.set('/grows.csv', { body: 'sku,title\nS0,Updated\nS9,Unknown\n' });
  const partial = await createPipeline(machine, {
    type: 'csv',
    input,
    indexName: 'grows',
    action: 'partialNoCreate',
  });
  expect(await partial.run()).toMatchObject({ outcome: 'success' });
  expect(await titles()).toEqual({ ...grown, S0: 'Updated' });
});

/** An index of 100 records, and a run that brings 50. */
async function hold(name: string): Promise<{ pipeline: Pipeline; runID: string }> {
  server.files.set(`/${name}.csv`, { body: rows(100) });
  const pipeline = await createPipeline(machine, {
    type: 'csv',
    input: { url: `${server.url}/${name}.csv`, uniqueIDColumn: 'sku' },
    indexName: name,
  });
  expect(await pipeline.run()).toMatchObject({ outcome: 'success' });
  server.files.set(`/${name}.csv`, { body: rows(50) });
  const run = await pipeline.run();
  expect(run).toMatchObject({ status: 'finished', outcome: 'failure', reasonCode: 'lacking_events' });
  expect((await browse(machine, name)).size).toBe(100);
  return { pipeline, runID: run.runID };
}

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    if (await isTrue()) return;
    await delay(100);
  }
  throw new Error('It did not come about in 20 s');
}

async function temporaryIndices(name: string): Promise<string[]> {
  const { items } = await machine.search.listIndices();
  return items.map((index) => index.name).filter((other) => other.startsWith(`${name}_tmp_`));
}

test('a run that would halve the index is held, and takes its place when it is approved', async () => {
  const { runID } = await hold('approved');
  expect((await ext('POST', `runs/${runID}/approve`)).status).toBe(200);
  await until(async () => (await machine.ingestion.getRun({ runID })).outcome === 'success');
  expect((await browse(machine, 'approved')).size).toBe(50);
  expect(await temporaryIndices('approved')).toEqual([]);
});

test('a held run that is discarded leaves the index and nothing beside it', async () => {
  const { runID } = await hold('discarded');
  expect(await temporaryIndices('discarded')).toHaveLength(1);
  expect((await ext('POST', `runs/${runID}/discard`)).status).toBe(200);
  await until(async () => (await temporaryIndices('discarded')).length === 0);
  expect((await browse(machine, 'discarded')).size).toBe(100);
});

test('a task whose policy allows the drop is not held', async () => {
  const { pipeline } = await hold('allowed');
  const answer = await ext('PUT', `tasks/${pipeline.taskID}/policy`, { maxDropPercent: 60 });
  expect(answer.status).toBe(200);
  expect(await pipeline.run()).toMatchObject({ outcome: 'success' });
  expect((await browse(machine, 'allowed')).size).toBe(50);
});

test('a run whose source trickles is cancelled and leaves the index', async () => {
  server.files.set('/slow.csv', { body: rows(100) });
  const pipeline = await createPipeline(machine, {
    type: 'csv',
    input: { url: `${server.url}/slow.csv`, uniqueIDColumn: 'sku' },
    indexName: 'slow',
  });
  await pipeline.run();
  server.files.set('/slow.csv', { body: rows(100_000), bytesPerSecond: 2000 });
  const { runID } = await machine.ingestion.runTask({ taskID: pipeline.taskID });
  await until(async () => (await machine.ingestion.getRun({ runID })).status === 'started');
  expect((await ext('POST', `runs/${runID}/cancel`)).status).toBe(200);
  const run = await finishedRun(machine, runID, 20);
  expect(run).toMatchObject({ outcome: 'failure', reasonCode: 'cancelled' });
  expect((await browse(machine, 'slow')).size).toBe(100);
  expect(await temporaryIndices('slow')).toEqual([]);
});
