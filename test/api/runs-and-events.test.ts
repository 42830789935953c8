import { afterAll, beforeAll, expect, test } from 'vitest';

import { systemClock } from '../../core/foundation/clock.ts';
import { newID, newTimeOrderedID } from '../../core/foundation/ids.ts';
import { writeTransaction } from '../../core/foundation/transactions.ts';
import { runEventChanges } from '../../core/run-events/run-event-item.ts';
import type { RunEvent } from '../../core/run-events/run-event.ts';
import { createRunStore } from '../../core/runs/run-store.ts';
import type { Run } from '../../core/runs/run.ts';
import { KEYS, startApi, type ApiService } from '../support/api-service.ts';
import { UNKNOWN_ID, WIRE_DATE } from '../support/resources.ts';

let api: ApiService;
beforeAll(async () => {
  api = await startApi();
});
afterAll(async () => {
  await api.stop();
});

const HOUR = 60 * 60 * 1000;
const DAY = 24 * HOUR;

test('a finished run shows its books as progress, and why it ended', async () => {
  const at = new Date(Date.now() - HOUR).toISOString();
  const run = await storeRun({
    status: 'finished',
    outcome: 'failure',
    reasonCode: 'too_many_errors',
    reason: 'Too many records were rejected.',
    failureThreshold: 10,
    counts: { received: 100, applied: 60, unchanged: 5, rejected: 30 },
    startedAt: at,
    finishedAt: at,
  });
  const shown = await api.client.getRun({ runID: run.runID });
  expect(shown).toEqual({
    runID: run.runID,
    appID: KEYS.appID,
    taskID: run.taskID,
    status: 'finished',
    outcome: 'failure',
    reasonCode: 'too_many_errors',
    reason: 'Too many records were rejected.',
    type: 'reindex',
    failureThreshold: 10,
    progress: { expectedNbOfEvents: 100, receivedNbOfEvents: 95 },
    createdAt: expect.stringMatching(WIRE_DATE),
    startedAt: expect.stringMatching(WIRE_DATE),
    finishedAt: expect.stringMatching(WIRE_DATE),
  });
});

test('runs are listed by window, which is the last seven days unless asked otherwise, and echoed', async () => {
  const taskID = newID();
  const recent = await storeRun({ taskID, createdAt: ago(6 * DAY) });
  const old = await storeRun({ taskID, createdAt: ago(8 * DAY) });
  const standard = await api.client.listRuns({ taskID });
  expect(standard.runs.map((run) => run.runID)).toEqual([recent.runID]);
  const { startDate, endDate } = standard.window;
  expect(Date.parse(endDate) - Date.parse(startDate)).toBe(7 * DAY);
  expect(Math.abs(Date.parse(endDate) - Date.now())).toBeLessThan(5_000);
  const wide = await api.client.listRuns({ taskID, startDate: ago(9 * DAY), endDate: ago(7 * DAY) });
  expect(wide.runs.map((run) => run.runID)).toEqual([old.runID]);
  expect(wide.window.startDate).toMatch(WIRE_DATE);
});

test('runs are filtered, sorted and paged', async () => {
  const taskID = newID();
  const first = await storeRun({ taskID, createdAt: ago(3 * HOUR), status: 'started' });
  const second = await storeRun({ taskID, createdAt: ago(2 * HOUR), status: 'finished' });
  const third = await storeRun({ taskID, createdAt: ago(HOUR), status: 'created', type: 'update' });
  const listed = async (query: Parameters<typeof api.client.listRuns>[0]) => {
    const { runs } = await api.client.listRuns({ taskID, ...query });
    return runs.map((run) => run.runID);
  };
  expect(await listed({})).toEqual([third.runID, second.runID, first.runID]);
  expect(await listed({ order: 'asc' })).toEqual([first.runID, second.runID, third.runID]);
  expect(await listed({ sort: 'status', order: 'asc' })).toEqual([third.runID, second.runID, first.runID]);
  expect(await listed({ status: ['started', 'finished'] })).toEqual([second.runID, first.runID]);
  expect(await listed({ type: ['update'] })).toEqual([third.runID]);
  const page = await api.client.listRuns({ taskID, page: 2, itemsPerPage: 2 });
  expect(page.runs.map((run) => run.runID)).toEqual([first.runID]);
  expect(page.pagination).toEqual({ nbPages: 2, page: 2, nbItems: 3, itemsPerPage: 2 });
  expect(await listed({ taskID: 'not a uuid' })).toEqual([]);
});

test('events are listed by window, which is the last three hours unless asked otherwise', async () => {
  const { runID } = await storeRun({});
  const old = await storeEvent(runID, { status: 'started', type: 'fetch' }, 4 * HOUR);
  const recent = await storeEvent(runID, { status: 'failed', type: 'record', data: { rejected: 2 } }, HOUR);
  const latest = await storeEvent(runID, { status: null, type: 'log', data: null }, 60_000);
  const standard = await api.client.listEvents({ runID });
  expect(standard.events.map((event) => event.eventID)).toEqual([latest.eventID, recent.eventID]);
  expect(Date.parse(standard.window.endDate) - Date.parse(standard.window.startDate)).toBe(3 * HOUR);
  const all = await api.client.listEvents({ runID, startDate: ago(DAY), order: 'asc', itemsPerPage: 2 });
  expect(all.events.map((event) => event.eventID)).toEqual([old.eventID, recent.eventID]);
  expect(all.pagination).toEqual({ nbPages: 2, page: 1, nbItems: 3, itemsPerPage: 2 });
  const failed = await api.client.listEvents({
    runID,
    status: ['failed', 'critical'],
    type: ['record', 'fetch'],
  });
  expect(failed.events).toEqual([{ ...recent, publishedAt: expect.stringMatching(WIRE_DATE) }]);
});

test('an event of any age is found by its ID', async () => {
  const { runID } = await storeRun({});
  const event = await storeEvent(runID, {}, 5 * DAY);
  expect(await api.client.getEvent({ runID, eventID: event.eventID })).toMatchObject({
    eventID: event.eventID,
    runID,
  });
});

test.each([
  ['startDate=yesterday', 'startDate: must be a date and time in RFC 3339, such as 2024-01-08T16:47:41Z'],
  ['startDate=2024-01-02T00:00:00Z&endDate=2024-01-01T00:00:00Z', 'startDate: must not be after endDate'],
  ['status=idled', 'status[0]: must be one of created, started, finished, skipped'],
])('GET /1/runs?%s is refused', async (query, message) => {
  const answer = await api.send({ method: 'GET', url: `/1/runs?${query}` });
  expect([answer.status, JSON.parse(answer.text).message]).toEqual([400, message]);
});

test('dates with an offset are understood, its plus encoded or not', async () => {
  for (const plus of ['+', '%2B']) {
    const url = `/1/runs?startDate=2024-01-01T02:00:00${plus}02:00&endDate=2024-01-02T00:00:00.5Z`;
    const answer = await api.send({ method: 'GET', url });
    expect(JSON.parse(answer.text).window).toEqual({
      startDate: '2024-01-01T00:00:00Z',
      endDate: '2024-01-02T00:00:00Z',
    });
  }
});

test('what is not there is a 404', async () => {
  const { runID } = await storeRun({});
  const missing = { status: 404 };
  await expect(api.client.getRun({ runID: UNKNOWN_ID })).rejects.toMatchObject(missing);
  await expect(api.client.getRun({ runID: 'x' })).rejects.toMatchObject(missing);
  await expect(api.client.listEvents({ runID: UNKNOWN_ID })).rejects.toMatchObject(missing);
  await expect(api.client.getEvent({ runID, eventID: UNKNOWN_ID })).rejects.toMatchObject(missing);
  await expect(api.client.getEvent({ runID, eventID: 'x' })).rejects.toMatchObject(missing);
});

function ago(milliseconds: number): string {
  return new Date(Date.now() - milliseconds).toISOString();
}

async function storeRun(fields: Partial<Run>): Promise<Run> {
  const createdAt = fields.createdAt ?? ago(HOUR);
  const { run } = await createRunStore(api.table).claim({
    runID: newID(),
    appID: KEYS.appID,
    taskID: newID(),
    type: 'reindex',
    action: 'save',
    status: 'created',
    failureThreshold: 0,
    trigger: { kind: 'api', key: newID() },
    counts: { received: 0, applied: 0, unchanged: 0, rejected: 0 },
    fence: 0,
    attempts: 0,
    stalls: 0,
    restarts: 0,
    revision: 0,
    createdAt,
    updatedAt: createdAt,
    ...fields,
  });
  return run;
}

async function storeEvent(runID: string, fields: Partial<RunEvent>, age: number): Promise<RunEvent> {
  const at = new Date(Date.now() - age);
  const event: RunEvent = {
    eventID: newTimeOrderedID(at),
    runID,
    status: 'succeeded',
    type: 'record',
    batchSize: 10,
    data: { applied: 10 },
    publishedAt: at.toISOString(),
    ...fields,
  };
  const { client, tableName } = api.table;
  const expiresAt = Math.floor(Date.now() / 1000) + 1_000_000;
  const items = runEventChanges(tableName, { appID: KEYS.appID, runID }, [event], expiresAt);
  await writeTransaction(client, items, systemClock);
  return event;
}
