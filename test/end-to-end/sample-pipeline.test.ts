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

test('the first start has run both sample tasks and says how many records are searchable', async () => {
  const { tasks } = await machine.ingestion.listTasks();
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

test('a sample task runs again on request and the index stays complete', async () => {
  const { tasks } = await machine.ingestion.listTasks();
  for (const { taskID } of tasks) {
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
  expect((await machine.ingestion.listTasks()).tasks).toHaveLength(2);
  const { nbHits } = await machine.search.searchSingleIndex({
    indexName: 'airports',
    searchParams: { query: '' },
  });
  expect(nbHits).toBe(3376);
});
