import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newTimeOrderedID } from '../../../core/foundation/ids.ts';
import { boundData, MAX_EVENT_DATA_BYTES } from '../../../core/run-events/bound-data.ts';
import type { RunEvent } from '../../../core/run-events/run-event.ts';
import type { RunEventQuery } from '../../../core/run-events/run-event-list.ts';
import { createRunEventStore } from '../../../core/run-events/run-event-store.ts';
import { EngineWorld } from '../../support/engine-world.ts';
import { startTable, type TestTable } from '../../support/table.ts';

let table: TestTable;
beforeAll(async () => {
  table = await startTable();
});
afterAll(async () => table.stop());

const everything: RunEventQuery = {
  startDate: new Date('2026-01-01'),
  endDate: new Date('2027-01-01'),
  sort: 'publishedAt',
  order: 'asc',
  page: 1,
  itemsPerPage: 100,
};

const kinds: Pick<RunEvent, 'type' | 'status'>[] = [
  { type: 'fetch', status: 'started' },
  { type: 'record', status: 'succeeded' },
  { type: 'log', status: null },
  { type: 'record', status: 'failed' },
];

/** A run with one event of each kind, a minute apart. */
async function setUp() {
  const world = new EngineWorld(table);
  const run = await world.start('save');
  const events = kinds.map((kind, index): RunEvent => {
    const at = new Date(Date.parse('2026-03-01T10:00:00.500Z') + index * 60_000);
    const rest = { runID: run.runID, batchSize: index, data: { index }, publishedAt: at.toISOString() };
    return { eventID: newTimeOrderedID(at), ...kind, ...rest };
  });
  await world.runStore.commit({ run, changes: {}, events });
  const store = createRunEventStore({ ...table, clock: world.clock });
  const list = async (query: Partial<RunEventQuery>) => {
    const page = await store.list(world.appID, run.runID, { ...everything, ...query });
    return { nbItems: page.nbItems, indexes: page.events.map(({ batchSize }) => batchSize) };
  };
  return { world, run, events, store, list };
}

describe('the events of a run', () => {
  it('come in the order in which they happened, page by page', async () => {
    const { list } = await setUp();
    expect(await list({})).toEqual({ nbItems: 4, indexes: [0, 1, 2, 3] });
    expect(await list({ order: 'desc', itemsPerPage: 3, page: 2 })).toEqual({ nbItems: 4, indexes: [0] });
    expect(await list({ page: 9 })).toEqual({ nbItems: 4, indexes: [] });
  });

  it('are filtered by type and status, null included', async () => {
    const { list } = await setUp();
    expect((await list({ types: ['record'] })).indexes).toEqual([1, 3]);
    expect((await list({ statuses: [null, 'failed'] })).indexes).toEqual([2, 3]);
    expect((await list({ sort: 'type' })).indexes).toEqual([0, 2, 1, 3]);
  });

  it('are those of the window, both ends included', async () => {
    const { list, events } = await setUp();
    const at = (index: number) => new Date(events[index]?.publishedAt ?? '');
    expect((await list({ startDate: at(1), endDate: at(2) })).indexes).toEqual([1, 2]);
  });

  it('are found by their id, and only in their run', async () => {
    const { store, world, run, events } = await setUp();
    const eventID = events[2]?.eventID ?? '';
    expect(await store.get(world.appID, run.runID, eventID)).toEqual(events[2]);
    expect(await store.get(world.appID, 'another-run', eventID)).toBeUndefined();
    expect(await store.get('another-app', run.runID, eventID)).toBeUndefined();
  });
});

describe('the data of an event', () => {
  it('is left alone while it is small', () => {
    expect(boundData({ a: 1 })).toEqual({ a: 1 });
  });

  it.each([
    ['a long list', { reasons: Array.from({ length: 5000 }, (_, n) => ({ n, message: 'é'.repeat(50) })) }],
    ['long texts', { message: 'é'.repeat(100_000), reasons: ['x'.repeat(100_000)] }],
    ['a deep object', { nested: { text: 'x'.repeat(100_000) }, kept: 1 }],
  ])('is cut to its bound: %s', (_, data) => {
    const bounded = boundData(data);
    expect(Buffer.byteLength(JSON.stringify(bounded))).toBeLessThanOrEqual(MAX_EVENT_DATA_BYTES);
    expect(bounded['truncated']).toBe(true);
    expect(Object.keys(bounded).length).toBeGreaterThan(1);
  });
});
