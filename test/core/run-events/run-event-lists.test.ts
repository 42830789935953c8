import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { newTimeOrderedID } from '../../../core/foundation/ids.ts';
import type { RunEventQuery } from '../../../core/run-events/run-event-list.ts';
import { createRunEventStore } from '../../../core/run-events/run-event-store.ts';
import { runEventSchema, type RunEvent } from '../../../core/run-events/run-event.ts';
import { countReads } from '../../support/counting-client.ts';
import { EngineWorld } from '../../support/engine-world.ts';
import { startTable, type TestTable } from '../../support/table.ts';

let table: TestTable;
beforeAll(async () => {
  table = await startTable();
});
afterAll(async () => table.stop());

const STATUSES = [...runEventSchema.shape.status.unwrap().options, null];
const TYPES = runEventSchema.shape.type.options;

/** Instants on both sides of the edges of hours and minutes. */
const instant = fc
  .tuple(fc.constantFrom(0, 1, 2), fc.constantFrom(0, 7, 59), fc.constantFrom(0, 1, 59_999))
  .map(([hours, minutes, milliseconds]) => {
    return new Date(Date.parse('2026-02-28T22:00:00Z') + (hours * 60 + minutes) * 60_000 + milliseconds);
  });

const some = <Value>(values: readonly Value[]) =>
  fc.option(fc.subarray([...values], { minLength: 1 }), { nil: undefined });

const query = fc
  .record({
    statuses: some(STATUSES),
    types: some(TYPES),
    startDate: instant,
    endDate: fc.oneof(instant, fc.constant(new Date('2027-01-01'))),
    sort: fc.constantFrom('status', 'type', 'publishedAt'),
    order: fc.constantFrom('asc', 'desc'),
    page: fc.integer({ min: 1, max: 4 }),
    itemsPerPage: fc.constantFrom(1, 7, 100),
  })
  .map(({ statuses, types, ...rest }): RunEventQuery => ({
    ...rest,
    ...(statuses === undefined ? {} : { statuses }),
    ...(types === undefined ? {} : { types }),
  }));

describe('a list of events', () => {
  it('is what a look at all of them gives, for every window, filter, sort, order and page', async () => {
    const world = new EngineWorld(table);
    const fields = fc.record({
      at: instant,
      type: fc.constantFrom(...TYPES),
      status: fc.constantFrom(...STATUSES),
    });
    const { runID, events } = await storeEvents(world, fc.sample(fields, 120));
    const store = createRunEventStore({ ...table, clock: world.clock });
    const check = async (asked: RunEventQuery) => {
      const page = await store.list(world.appID, runID, asked);
      const expected = evaluate(events, asked);
      expect(page.nbItems).toBe(expected.nbItems);
      expect(page.events.map(({ eventID }) => eventID)).toEqual(expected.eventIDs);
    };
    await fc.assert(fc.asyncProperty(query, check), { numRuns: 200 });
  }, 60_000);

  it('reads as much with ten times as many stored', async () => {
    const { client, during } = countReads(table.client);
    const readsOf = async (count: number) => {
      const world = new EngineWorld(table);
      const at = new Date('2026-02-28T22:07:00Z');
      const kind = { at, type: 'record', status: 'succeeded' } as const;
      const { runID } = await storeEvents(
        world,
        Array.from({ length: count }, () => kind),
      );
      const store = createRunEventStore({ client, tableName: table.tableName, clock: world.clock });
      const window = { startDate: new Date('2026-02-28T20:00:00Z'), endDate: new Date('2027-01-01') };
      const firstPage = { ...window, sort: 'publishedAt', order: 'desc', page: 1, itemsPerPage: 10 } as const;
      const all = await during(() => store.list(world.appID, runID, firstPage));
      const filtered = await during(() =>
        store.list(world.appID, runID, { ...firstPage, types: ['record'] }),
      );
      return { all, filtered };
    };
    const few = await readsOf(30);
    expect(await readsOf(300)).toEqual(few);
    expect(few.all.items).toBe(1 + 10 + 10);
  }, 60_000);
});

type EventFields = Pick<RunEvent, 'type' | 'status'> & { readonly at: Date };

async function storeEvents(
  world: EngineWorld,
  fields: readonly EventFields[],
): Promise<{ runID: string; events: RunEvent[] }> {
  let run = await world.start('save');
  const events = fields.map(({ at, type, status }): RunEvent => ({
    eventID: newTimeOrderedID(at),
    runID: run.runID,
    type,
    status,
    batchSize: 1,
    data: null,
    publishedAt: at.toISOString(),
  }));
  for (let start = 0; start < events.length; start += 50) {
    run = await world.runStore.commit({ run, changes: {}, events: events.slice(start, start + 50) });
  }
  return { runID: run.runID, events };
}

/** The page by the definition: look at all of them, sort, count, cut. */
function evaluate(
  events: readonly RunEvent[],
  asked: RunEventQuery,
): { eventIDs: string[]; nbItems: number } {
  const matching = events.filter(
    ({ publishedAt, status, type }) =>
      Date.parse(publishedAt) >= asked.startDate.getTime() &&
      Date.parse(publishedAt) <= asked.endDate.getTime() &&
      (asked.statuses?.includes(status) ?? true) &&
      (asked.types?.includes(type) ?? true),
  );
  const keyOf = (event: RunEvent) =>
    `${asked.sort === 'publishedAt' ? '' : (event[asked.sort] ?? '')}#${event.eventID}`;
  const sorted = matching.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  if (asked.order === 'desc') sorted.reverse();
  const start = (asked.page - 1) * asked.itemsPerPage;
  return {
    eventIDs: sorted.slice(start, start + asked.itemsPerPage).map(({ eventID }) => eventID),
    nbItems: matching.length,
  };
}
