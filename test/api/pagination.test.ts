import { afterAll, beforeAll, expect, test } from 'vitest';

import { startApi, type ApiService } from '../support/api-service.ts';

let api: ApiService;
beforeAll(async () => {
  api = await startApi();
});
afterAll(async () => {
  await api.stop();
});

const NAMES = Array.from({ length: 23 }, (_, index) => `source ${String(index).padStart(2, '0')}`);

beforeAll(async () => {
  for (const [index, name] of NAMES.entries()) {
    if (index % 2 === 0) await createJson(name);
    else await api.client.createSource({ type: 'csv', name, input: { url: 'https://example.com/a.csv' } });
  }
});

test('pages have ten items by default, the newest first, and exact totals', async () => {
  const { sources, pagination } = await api.client.listSources();
  expect(pagination).toEqual({ nbPages: 3, page: 1, nbItems: 23, itemsPerPage: 10 });
  expect(sources.map((source) => source.name)).toEqual(NAMES.toReversed().slice(0, 10));
});

test('all pages together hold each item once, whatever the sort', async () => {
  for (const sort of ['name', 'type', 'updatedAt', 'createdAt'] as const) {
    for (const order of ['asc', 'desc'] as const) {
      const names: string[] = [];
      for (let page = 1; page <= 4; page += 1) {
        const { sources } = await api.client.listSources({ page, itemsPerPage: 7, sort, order });
        names.push(...sources.map((source) => source.name));
      }
      expect(names.toSorted()).toEqual(NAMES);
    }
  }
});

test('names are sorted both ways', async () => {
  const named = async (order: 'asc' | 'desc') => {
    const { sources } = await api.client.listSources({ sort: 'name', order, itemsPerPage: 100 });
    return sources.map((source) => source.name);
  };
  expect(await named('asc')).toEqual(NAMES);
  expect(await named('desc')).toEqual(NAMES.toReversed());
});

test('equal sort values are ordered by creation', async () => {
  const { sources } = await api.client.listSources({ sort: 'type', order: 'asc', itemsPerPage: 100 });
  const csvFirst = [
    ...NAMES.filter((_, index) => index % 2 === 1),
    ...NAMES.filter((_, index) => index % 2 === 0),
  ];
  expect(sources.map((source) => source.name)).toEqual(csvFirst);
});

test('a filter counts in the totals', async () => {
  const { sources, pagination } = await api.client.listSources({ type: ['csv'], itemsPerPage: 5, page: 3 });
  expect(sources).toHaveLength(1);
  expect(pagination).toEqual({ nbPages: 3, page: 3, nbItems: 11, itemsPerPage: 5 });
});

test('a page past the end is empty, with true totals', async () => {
  const { sources, pagination } = await api.client.listSources({ page: 9 });
  expect(sources).toEqual([]);
  expect(pagination).toEqual({ nbPages: 3, page: 9, nbItems: 23, itemsPerPage: 10 });
});

test('an empty list has one page', async () => {
  const { destinations, pagination } = await api.client.listDestinations();
  expect(destinations).toEqual([]);
  expect(pagination).toEqual({ nbPages: 1, page: 1, nbItems: 0, itemsPerPage: 10 });
});

test('a page that is exactly full is the last one', async () => {
  const { pagination } = await api.client.listSources({ itemsPerPage: 23 });
  expect(pagination.nbPages).toBe(1);
});

test('what is deleted is not listed any more', async () => {
  const { sourceID } = await createJson('to be deleted');
  await api.client.deleteSource({ sourceID });
  expect((await api.client.listSources()).pagination.nbItems).toBe(23);
});

test('none finds what has no authentication or platform', async () => {
  const input = { username: 'anna', password: 'p' };
  const { authenticationID } = await api.client.createAuthentication({ type: 'basic', name: 'files', input });
  await api.client.createAuthentication({ type: 'basic', name: 'shop', platform: 'shopify', input });
  const secured = await api.client.createSource({
    type: 'json',
    name: 'secured',
    authenticationID,
    input: { url: 'https://example.com/a.json' },
  });
  const without = await api.client.listSources({ authenticationID: ['none'] });
  expect(without.pagination.nbItems).toBe(23);
  const either = await api.client.listSources({ authenticationID: ['none', authenticationID] });
  expect(either.pagination.nbItems).toBe(24);
  const named = async (platform: ('shopify' | 'none')[]) =>
    (await api.client.listAuthentications({ platform, sort: 'name', order: 'asc' })).authentications.map(
      (it) => it.name,
    );
  expect(await named(['none'])).toEqual(['files']);
  expect(await named(['shopify'])).toEqual(['shop']);
  expect(await named(['none', 'shopify'])).toEqual(['files', 'shop']);
  expect((await api.client.listAuthentications({ sort: 'platform' })).authentications[0]?.name).toBe('shop');
  await api.client.deleteSource({ sourceID: secured.sourceID });
});

test.each([
  ['page=0', 'page: must be at least 1'],
  ['page=one', 'page: must be an integer'],
  ['page=1.5', 'page: must be an integer'],
  ['page=1&page=2', 'page: must be an integer'],
  ['itemsPerPage=0', 'itemsPerPage: must be at least 1'],
  ['itemsPerPage=101', 'itemsPerPage: must be at most 100'],
  ['sort=color', 'sort: must be one of name, type, updatedAt, createdAt'],
  ['order=up', 'order: must be one of asc, desc'],
])('GET /1/sources?%s is refused', async (query, message) => {
  const answer = await api.send({ method: 'GET', url: `/1/sources?${query}` });
  expect([answer.status, JSON.parse(answer.text).message]).toEqual([400, message]);
});

function createJson(name: string) {
  return api.client.createSource({ type: 'json', name, input: { url: 'https://example.com/a.json' } });
}

test.each([
  '/1/destinations?authenticationID',
  '/1/destinations?transformationID',
  '/1/tasks?sourceID',
  '/1/runs?taskID',
])('a filter by what is far too long for an ID is refused, naming the parameter: %s', async (url) => {
  const answer = await api.send({ method: 'GET', url: `${url}=${'a'.repeat(5_000)}` });
  expect([answer.status, answer.text]).toEqual([400, expect.stringContaining(url.split('?')[1] ?? '')]);
  expect((await api.send({ method: 'GET', url: `${url}=${'a'.repeat(100)}` })).status).toBe(200);
});
