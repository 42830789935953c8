import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { createHostedRunEvents } from '../../../core/links/hosted-run-events.ts';
import { createRunEventStore } from '../../../core/run-events/run-event-store.ts';
import type { RunEvent } from '../../../core/run-events/run-event.ts';
import { newRun } from '../../../core/runs/start-run.ts';
import { startTable, type TestTable } from '../../support/table.ts';
import { TestClock } from '../../support/test-clock.ts';

const START = Date.parse('2026-03-01T09:58:00.000Z');

let table: TestTable;

beforeAll(async () => {
  table = await startTable();
});
afterAll(async () => {
  await table.stop();
});

/** A run with events whose ids are random, as Algolia's are, one every second and each told of in another order. */
function createWorld(count: number) {
  const clock = new TestClock();
  const appID = `APP${Math.random().toString(36).slice(2, 12)}`;
  const task = { taskID: randomUUID(), action: 'save' as const, failureThreshold: 0 };
  const run = newRun({ appID, task, trigger: { kind: 'api', key: 'first' } }, new Date(START));
  const events = Array.from({ length: count }, (_, index): RunEvent => ({
    eventID: randomUUID(),
    runID: run.runID,
    status: index % 3 === 0 ? null : 'succeeded',
    type: index % 2 === 0 ? 'log' : 'record',
    batchSize: index,
    data: null,
    publishedAt: new Date(START + index * 1000).toISOString(),
  }));
  const hosted = createHostedRunEvents({ ...table, clock, retentionDays: 400 });
  const store = createRunEventStore({ ...table, clock });
  const list = (query: object = {}) =>
    store.list(appID, run.runID, {
      startDate: new Date(START),
      endDate: new Date(START + 3_600_000),
      sort: 'publishedAt',
      order: 'asc',
      page: 1,
      itemsPerPage: 100,
      ...query,
    });
  return { appID, run, events, hosted, store, list };
}

test('events whose ids are random are listed in the order of time, and their windows are exact', async () => {
  const { run, events, hosted, list } = createWorld(70);
  await hosted.save(run, events.toReversed());

  expect((await list()).events).toEqual(events);
  const part = await list({ startDate: new Date(START + 10_000), endDate: new Date(START + 19_000) });
  expect(part).toEqual({ events: events.slice(10, 20), nbItems: 10 });
  const records = await list({ types: ['record'], order: 'desc' });
  expect(records.events).toEqual(events.filter(({ type }) => type === 'record').toReversed());
});

test('an event whose id is random is found by it, and others are not', async () => {
  const { appID, run, events, hosted, store } = createWorld(3);
  await hosted.save(run, events);

  const [, event] = events;
  expect(await store.get(appID, run.runID, event?.eventID ?? '')).toEqual(event);
  expect(await store.get(appID, run.runID, randomUUID())).toBeUndefined();
});

test('events that are stored again, by two at once too, are there and counted once', async () => {
  const { run, events, hosted, list } = createWorld(40);
  await hosted.save(run, events.slice(0, 15));
  await Promise.all([hosted.save(run, events), hosted.save(run, events), hosted.save(run, events.slice(5))]);
  await hosted.save(run, events);

  expect(await hosted.count(run)).toBe(40);
  expect((await list()).nbItems).toBe(40);
});
