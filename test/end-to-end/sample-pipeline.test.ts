import { exec, execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

import type { Run } from 'algoliasearch';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { finishedRun, startOneMachine, type OneMachine } from '../support/one-machine.ts';

let machine: OneMachine;
let firstReport: string;

beforeAll(async () => {
  machine = await startOneMachine({ arguments: [], environment: { MILLRACE_ALLOW_PRIVATE: '' } });
  firstReport = machine.output();
});

afterAll(async () => {
  await machine.remove();
});

/** The tasks that a start makes, without those of the examples. */
async function sampleTasks() {
  const { sources } = await machine.ingestion.listSources({ itemsPerPage: 100 });
  const sourceID = sources.filter(({ name }) => name.startsWith('Sample: ')).map((source) => source.sourceID);
  return (await machine.ingestion.listTasks({ sourceID, itemsPerPage: 100 })).tasks;
}

test('the first start has run both sample tasks and says how many records are searchable', async () => {
  const tasks = await sampleTasks();
  const { runs } = await machine.ingestion.listRuns();
  expect(tasks).toHaveLength(2);
  expect(new Set(runs.map((run) => run.outcome))).toEqual(new Set(['success']));
  expect(firstReport).toMatch(/3,376.*3,201/);
  const { hits } = await machine.search.searchSingleIndex({
    indexName: 'airports',
    searchParams: { query: 'livingston' },
  });
  expect(hits.map((hit) => hit.objectID)).toContain('00R');
});

test('each of the three commands that the first start prints does what it says', async () => {
  const commands = new Map(
    [...firstReport.matchAll(/(List runs|Run again|Search) +(curl .+)/g)].map(([, does, command]) => [
      does,
      command,
    ]),
  );
  const answerTo = async (does: string): Promise<unknown> =>
    JSON.parse((await promisify(exec)(`${commands.get(does)} --silent --show-error`)).stdout);
  const { runs } = (await answerTo('List runs')) as { runs: Run[] };
  expect(new Set(runs.map((run) => run.outcome))).toEqual(new Set(['success']));
  expect(await answerTo('Search')).toMatchObject({ hits: expect.arrayContaining([expect.anything()]) });
  const { runID } = (await answerTo('Run again')) as { runID: string };
  expect(await finishedRun(machine, runID)).toMatchObject({ outcome: 'success', reasonCode: 'ok' });
});

test.each([
  ['csv-to-index.ts', ['airports.csv', 'iata', 'by-example'], /^success: 3,376 of 3,376 records/],
  ['sample-pipeline.ts', [''], /example-airports: success.*\n.*found.*\nexample-movies: success.*\n.*found/],
])('the example %s runs against the machine', async (example, [file = '', ...others], says) => {
  const { sources } = await machine.ingestion.listSources({ type: ['json'] });
  const sample = sources.find(({ name }) => name.startsWith('Sample: '))?.input as { url: string };
  const url = new URL(`/${file}`, sample.url).href.replace(/\/$/, '');
  const data = /Data +(\S+)/.exec(firstReport)?.[1];
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [join(import.meta.dirname, '../../examples', example), url, ...others],
    { env: { ...process.env, MILLRACE_DATA: data } },
  );
  expect(stdout).toMatch(says);
});

test('a sample task runs again on request and the index stays complete', async () => {
  for (const { taskID } of await sampleTasks()) {
    const run = await finishedRun(machine, (await machine.ingestion.runTask({ taskID })).runID);
    expect(run).toMatchObject({ outcome: 'success', reasonCode: 'ok' });
  }
  const { nbHits } = await machine.search.searchSingleIndex({
    indexName: 'movies',
    searchParams: { query: '' },
  });
  expect(nbHits).toBe(3201);
});

test('a later start keeps what was there, creates nothing twice and prints no key', async () => {
  expect(await machine.kill('SIGTERM')).toBe(0);
  const { apiKey } = machine.connection;
  expect(firstReport).toContain(apiKey);
  machine = await machine.restart();
  expect(machine.connection.apiKey).toBe(apiKey);
  expect(machine.output()).not.toContain(apiKey);
  expect(await sampleTasks()).toHaveLength(2);
  const { nbHits } = await machine.search.searchSingleIndex({
    indexName: 'airports',
    searchParams: { query: '' },
  });
  expect(nbHits).toBe(3376);
});
