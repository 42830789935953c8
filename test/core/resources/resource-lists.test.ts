import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';

import { newID } from '../../../core/foundation/ids.ts';
import type { ListRequest } from '../../../core/resources/resource-list.ts';
import { ResourceStore } from '../../../core/resources/resource-store.ts';
import type { Resource } from '../../../core/resources/resource.ts';
import { countReads } from '../../support/counting-client.ts';
import { startTable, type TestTable } from '../../support/table.ts';

let table: TestTable;
beforeAll(async () => {
  table = await startTable();
});
afterAll(async () => table.stop());

const bodySchema = z.object({
  name: z.string(),
  type: z.enum(['csv', 'json', 'docker']),
  platform: z.enum(['shopify', 'magento']).nullable(),
  enabled: z.boolean(),
  ownerID: z.string().nullable(),
  partIDs: z.array(z.string()),
});
type Body = z.infer<typeof bodySchema>;

/** A store of resources that have every sort of attribute: few values, none, true or false, one ID, several, a name. */
function storeOf(client = table.client) {
  let now = Date.parse('2026-03-01T10:00:00Z');
  const clock = {
    // Every third instant is told twice, so that creation does not order all.
    now: () => new Date((now += now % 3 === 0 ? 0 : 1)),
    sleep: async () => {},
  };
  const tick = () => (now += 1);
  const store = new ResourceStore<Body>(
    { client, tableName: table.tableName, clock },
    {
      kind: 'source',
      bodySchema,
      referencesOf: () => [],
      attributesOf: ({ partIDs, ...body }) => ({ ...body, partID: partIDs }),
    },
  );
  return { store, tick };
}

const body = fc.record({
  // Names that are the beginning of others, beyond ASCII, and longer than what the table can order by.
  name: fc.oneof(
    fc.string({ unit: fc.constantFrom('a', 'b', '#', ' ', 'é', '\u{1F600}', '\uFFFD', '|'), maxLength: 3 }),
    fc.constant('n'.repeat(400)),
  ),
  type: fc.constantFrom('csv', 'json', 'docker'),
  platform: fc.constantFrom('shopify', 'magento', null),
  enabled: fc.boolean(),
  ownerID: fc.constantFrom('o1', 'o2', null),
  partIDs: fc.uniqueArray(fc.constantFrom('p1', 'p2'), { maxLength: 2 }),
}) satisfies fc.Arbitrary<Body>;

const some = <Value>(...values: Value[]) =>
  fc.option(fc.subarray(values, { minLength: 1 }), { nil: undefined });

const request = fc.record({
  filter: fc.record({
    type: some<Body['type']>('csv', 'json', 'docker'),
    platform: some<Body['platform']>('shopify', 'magento', null),
    enabled: some(true, false),
    ownerID: some<string | null>('o1', 'o2', 'o3', null),
    partID: fc.option(fc.constantFrom(['p1'], ['p2'], ['p3']), { nil: undefined }),
  }),
  sort: fc.constantFrom('name', 'type', 'platform', 'enabled', 'createdAt', 'updatedAt'),
  order: fc.constantFrom('asc', 'desc'),
  page: fc.integer({ min: 1, max: 5 }),
  itemsPerPage: fc.constantFrom(1, 3, 10, 100),
}) satisfies fc.Arbitrary<ListRequest>;

describe('a list of resources', () => {
  it('is what a look at all of them gives, for every filter, sort, order and page', async () => {
    const appID = newID();
    const { store, tick } = storeOf();
    const stored = await fill(store, appID, tick);
    const check = async (asked: ListRequest) => {
      const page = await store.list(appID, asked);
      const expected = evaluate(stored, asked);
      expect(page.nbItems).toBe(expected.nbItems);
      expect(page.items.map(({ id }) => id)).toEqual(expected.ids);
    };
    await fc.assert(fc.asyncProperty(request, check), { numRuns: 400 });
  }, 60_000);

  it('reads as much with ten times as many stored', async () => {
    const { client, during } = countReads(table.client);
    const { store } = storeOf(client);
    const base = { type: 'csv', platform: null, enabled: true, ownerID: null, partIDs: [] } as const;
    const readsOf = async (count: number) => {
      const appID = newID();
      for (let index = 0; index < count; index += 1) {
        const type = index % 2 === 0 ? 'csv' : 'json';
        await store.create(appID, newID(), { ...base, partIDs: [], type, name: `n${index}` });
      }
      const firstPage = { filter: {}, sort: 'createdAt', order: 'desc', page: 1, itemsPerPage: 10 } as const;
      const all = await during(() => store.list(appID, firstPage));
      const filtered = { ...firstPage, sort: 'name', filter: { type: ['json'] } };
      return { all, filtered: await during(() => store.list(appID, filtered)) };
    };
    const few = await readsOf(50);
    expect(await readsOf(500)).toEqual(few);
    // The counts, ten keys of each of the two types, and the ten resources; filtered, there is one type only.
    expect(few).toEqual({ all: { requests: 4, items: 31 }, filtered: { requests: 3, items: 21 } });
  }, 60_000);

  it('keeps its counts when many change the same resources at once', async () => {
    const appID = newID();
    const { store } = storeOf();
    const [sample] = fc.sample(body, 1) as [Body];
    const ids = await Promise.all(
      Array.from({ length: 8 }, async () => (await store.create(appID, newID(), sample)).id),
    );
    const changes = ids.flatMap((id) => [
      store.update(appID, id, (current) => ({ ...current.body, enabled: !current.body.enabled })),
      store.update(appID, id, (current) => ({ ...current.body, type: 'docker' })),
      store.delete(appID, id),
    ]);
    await Promise.allSettled(changes);
    const all = { filter: {}, sort: 'name', order: 'asc', page: 1, itemsPerPage: 100 } as const;
    const left = (await store.findMany(appID, ids)).length;
    const { nbItems, items } = await store.list(appID, all);
    expect([nbItems, items.length]).toEqual([left, left]);
  });

  it('refuses to filter by more IDs than it can look up', async () => {
    const ids = Array.from({ length: 101 }, () => newID());
    const asked = {
      filter: { ownerID: ids },
      sort: 'name',
      order: 'asc',
      page: 1,
      itemsPerPage: 10,
    } as const;
    await expect(storeOf().store.list('APP', asked)).rejects.toMatchObject({ code: 'list.too_many_values' });
  });
});

/** 120 resources, some of which were then changed or deleted. */
async function fill(store: ResourceStore<Body>, appID: string, tick: () => void): Promise<Resource<Body>[]> {
  const stored: Resource<Body>[] = [];
  for (const [index, fresh] of fc.sample(body, 120).entries()) {
    const created = await store.create(appID, newID(), fresh);
    tick();
    const [changed] = fc.sample(body, 1) as [Body];
    if (index % 7 === 0) await store.delete(appID, created.id);
    else if (index % 3 === 0) stored.push(await store.update(appID, created.id, () => changed));
    else stored.push(created);
  }
  return stored;
}

/** The page by the definition: look at all of them, sort, count, cut. */
function evaluate(stored: readonly Resource<Body>[], asked: ListRequest): { ids: string[]; nbItems: number } {
  const attributesOf = ({ body: { partIDs, ...rest }, createdAt, updatedAt }: Resource<Body>) =>
    ({ ...rest, partID: partIDs, createdAt, updatedAt }) as Record<string, unknown>;
  const matching = stored.filter((resource) =>
    Object.entries(asked.filter).every(([name, wanted]) => {
      const value = attributesOf(resource)[name];
      const values = Array.isArray(value) ? value : [value];
      return wanted === undefined || values.some((one) => wanted.includes(one as string | boolean | null));
    }),
  );
  const textOf = (resource: Resource<Body>) => {
    const value = attributesOf(resource)[asked.sort];
    return value === null ? '' : String(value);
  };
  const bytesOf = (resource: Resource<Body>) => [textOf(resource), resource.createdAt, resource.id];
  const sign = asked.order === 'asc' ? 1 : -1;
  const sorted = matching.toSorted((a, b) => {
    const right = bytesOf(b);
    const differences = bytesOf(a).map((text, index) =>
      Buffer.compare(Buffer.from(text), Buffer.from(right[index] ?? '')),
    );
    return sign * (differences.find((difference) => difference !== 0) ?? 0);
  });
  const start = (asked.page - 1) * asked.itemsPerPage;
  return {
    ids: sorted.slice(start, start + asked.itemsPerPage).map(({ id }) => id),
    nbItems: matching.length,
  };
}
