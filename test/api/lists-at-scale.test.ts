import { afterAll, beforeAll, expect, test } from 'vitest';

import { fillTable } from '../../bench/api/fill-table.ts';
import { KEYS, startApi, type ApiService } from '../support/api-service.ts';

/** How many are stored; `npm run test:scale` has many more. */
const SOURCES = Number(process.env['MILLRACE_SCALE_SOURCES'] ?? 1_000);
const RUNS = Number(process.env['MILLRACE_SCALE_RUNS'] ?? 1_000);
const FILL_MILLISECONDS = 900_000;
const MAX_PAGE = 100;

let api: ApiService;
beforeAll(async () => {
  api = await startApi();
  await fillTable(api.table, KEYS.appID, { sources: SOURCES, runs: RUNS });
}, FILL_MILLISECONDS);
afterAll(async () => {
  await api.stop();
});

/** Of a source made by `fillTable`, how many were made before it. */
const indexOf = ({ name }: { readonly name: string }) => Number(name.replace('source ', ''));

test(
  `among ${SOURCES} sources every page is where it belongs, and each source is on one of them`,
  async () => {
    const seen: number[] = [];
    for (let page = 1, nbPages = 1; page <= nbPages; page += 1) {
      const { sources, pagination } = await api.client.listSources({ page, itemsPerPage: MAX_PAGE });
      nbPages = pagination.nbPages;
      expect(pagination).toEqual({
        nbPages: SOURCES / MAX_PAGE,
        page,
        nbItems: SOURCES,
        itemsPerPage: MAX_PAGE,
      });
      seen.push(...sources.map(indexOf));
    }
    expect(seen).toEqual(Array.from({ length: SOURCES }, (_, index) => SOURCES - 1 - index));
  },
  FILL_MILLISECONDS,
);

test('filters and sorts of them count and order exactly', async () => {
  const csv = await api.client.listSources({
    type: ['csv'],
    sort: 'createdAt',
    order: 'asc',
    itemsPerPage: 5,
  });
  expect(csv.sources.map(indexOf)).toEqual([0, 2, 4, 6, 8]);
  expect(csv.pagination).toMatchObject({ nbItems: SOURCES / 2, nbPages: SOURCES / 10 });
  const last = await api.client.listSources({
    type: ['json'],
    sort: 'name',
    page: SOURCES / 20,
    order: 'asc',
  });
  const names = Array.from({ length: SOURCES / 2 }, (_, index) => `source ${index * 2 + 1}`).toSorted();
  expect(last.sources.map(({ name }) => name)).toEqual(names.slice(-10));
  const none = await api.client.listSources({ authenticationID: ['none'], sort: 'type', order: 'desc' });
  expect(none.pagination.nbItems).toBe(SOURCES);
  expect(new Set(none.sources.map(({ type }) => type))).toEqual(new Set(['json']));
});

test(`${RUNS} runs are counted by task, status, type and window`, async () => {
  const { runs, pagination, window } = await api.client.listRuns({ itemsPerPage: MAX_PAGE });
  expect(pagination).toMatchObject({ nbItems: RUNS, nbPages: RUNS / MAX_PAGE });
  expect(new Set(runs.map(({ runID }) => runID)).size).toBe(MAX_PAGE);
  const ofTask = await api.client.listRuns({ taskID: 'task 3', status: ['finished'], type: ['reindex'] });
  expect(ofTask.pagination.nbItems).toBe(RUNS / 10);
  expect((await api.client.listRuns({ status: ['started', 'created'] })).pagination.nbItems).toBe(0);
  const middle = new Date((Date.parse(window.startDate) + Date.parse(window.endDate)) / 2).toISOString();
  const halves = [{ endDate: middle }, { startDate: new Date(Date.parse(middle) + 1).toISOString() }];
  const counts = await Promise.all(
    halves.map(async (half) => (await api.client.listRuns(half)).pagination.nbItems),
  );
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(RUNS);
  expect(Math.min(...counts)).toBeGreaterThan(RUNS / 4);
});

test(
  'the last page of the runs holds the first of them',
  async () => {
    const { runs, pagination } = await api.client.listRuns({
      taskID: 'task 0',
      page: RUNS / 10 / MAX_PAGE,
      itemsPerPage: MAX_PAGE,
    });
    expect(pagination.nbPages).toBe(RUNS / 10 / MAX_PAGE);
    expect(runs).toHaveLength(MAX_PAGE);
    const first = await api.client.listRuns({ taskID: 'task 0', order: 'asc', itemsPerPage: 1 });
    expect(runs.at(-1)?.runID).toBe(first.runs[0]?.runID);
  },
  FILL_MILLISECONDS,
);
