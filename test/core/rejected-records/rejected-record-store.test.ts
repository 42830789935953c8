import { afterAll, beforeAll, expect, it } from 'vitest';
import { newID } from '../../../core/foundation/ids.ts';
import { LeaseLostError } from '../../../core/leases/lease-lost-error.ts';
import type { Lease } from '../../../core/leases/lease.ts';
import { keepRecord } from '../../../core/records/kept-content.ts';
import type { RejectedRecord } from '../../../core/records/rejected-record.ts';
import { findByPosition } from '../../../core/rejected-records/find-by-position.ts';
import { MAX_KEPT_RECORDS } from '../../../core/rejected-records/kept-rejection.ts';
import { createRejectedRecordStore } from '../../../core/rejected-records/rejected-record-store.ts';
import type { Run } from '../../../core/runs/run.ts';
import { startTable, type TestTable } from '../../support/table.ts';
import { TestClock } from '../../support/test-clock.ts';

let table: TestTable;
beforeAll(async () => {
  table = await startTable();
});
afterAll(async () => table.stop());

function open() {
  return createRejectedRecordStore({ ...table, clock: new TestClock(), retentionDays: 30 });
}

function aRun(rejectedKept?: number): Run {
  const createdAt = '2026-03-01T10:00:00.000Z';
  return { appID: 'APP', runID: newID(), createdAt, ...(rejectedKept ? { rejectedKept } : {}) } as Run;
}

function aLease(fence: number): Lease {
  return { appID: 'APP', key: 'SEARCH/products', runID: 'r', fence, heldUntil: new Date() };
}

function rejection(position: number, padding = 0): RejectedRecord {
  const record = JSON.stringify({ objectID: `r${position}`, text: 'x'.repeat(padding) });
  return {
    position,
    objectID: `r${position}`,
    code: 'record.refused',
    message: 'It was refused.',
    stage: 'destination',
    content: keepRecord(record),
  };
}

it('keeps records behind those that the run has, and gives them back as they came', async () => {
  const store = open();
  const run = aRun();
  expect(await store.keep(run, aLease(1), [rejection(4), rejection(9)])).toBe(2);
  const unread: RejectedRecord = {
    position: 12,
    code: 'json.invalid',
    message: 'No.',
    content: { sizeBytes: 9 },
  };
  expect(await store.keep({ ...run, rejectedKept: 2 }, aLease(1), [unread])).toBe(3);
  expect(await store.read(run, [1, 2, 3, 4])).toEqual([
    { number: 1, ...rejection(4) },
    { number: 2, ...rejection(9) },
    { number: 3, ...unread, stage: 'source' },
  ]);
});

it('writes over what a worker left that died before its checkpoint', async () => {
  const store = open();
  const run = aRun();
  await store.keep(run, aLease(1), [rejection(1), rejection(2)]);
  expect(await store.keep(run, aLease(2), [rejection(7)])).toBe(1);
  expect(await store.read(run, [1])).toMatchObject([{ position: 7 }]);
});

it('refuses a worker that was paused while another one went on', async () => {
  const store = open();
  const run = aRun();
  await store.keep(run, aLease(2), [rejection(1)]);
  for (const late of [[rejection(5)], [rejection(5), rejection(6)]]) {
    await expect(store.keep(run, aLease(1), late)).rejects.toBeInstanceOf(LeaseLostError);
  }
  expect(await store.read(run, [1, 2])).toMatchObject([{ position: 1 }]);
});

it('keeps many large records in transactions that are small enough', async () => {
  const store = open();
  const run = aRun();
  const many = Array.from({ length: 130 }, (_, index) => rejection(index + 1, 50_000));
  expect(await store.keep(run, aLease(1), many)).toBe(130);
  const kept = await store.read(run, [1, 65, 130]);
  expect(kept.map(({ position, content }) => [position, content?.sizeBytes])).toEqual([
    [1, 50_027],
    [65, 50_028],
    [130, 50_029],
  ]);
});

it('keeps a record under an id of any length', async () => {
  const store = open();
  const run = aRun();
  const objectID = 'x'.repeat(500_000);
  const record = JSON.stringify({ objectID });
  const refused = { ...rejection(1), objectID, content: keepRecord(record) };
  expect(await store.keep(run, aLease(1), [refused])).toBe(1);
  const [kept] = await store.read(run, [1]);
  expect(kept?.objectID).toBeUndefined();
  expect(kept?.content).toEqual({
    sizeBytes: record.length,
    heaviestAttributes: [{ name: 'objectID', sizeBytes: 500_002 }],
  });
});

it('keeps no more than so many of one run', async () => {
  const store = open();
  const run = aRun(MAX_KEPT_RECORDS - 1);
  expect(await store.keep(run, aLease(1), [rejection(1), rejection(2)])).toBe(MAX_KEPT_RECORDS);
  expect(await store.read(run, [MAX_KEPT_RECORDS, MAX_KEPT_RECORDS + 1])).toHaveLength(1);
});

it('marks what was replayed, and makes nothing of what has expired', async () => {
  const store = open();
  const run = aRun();
  await store.keep(run, aLease(1), [rejection(1), rejection(2)]);
  await store.markReplayed(run, [2, 3], 'the-replay');
  expect(await store.read(run, [1, 2, 3])).toEqual([
    { number: 1, ...rejection(1) },
    {
      number: 2,
      ...rejection(2),
      replayedBy: 'the-replay',
      replayedAt: expect.stringMatching(/^\d{4}-/),
    },
  ]);
});

it('finds records by where they stand in the source, all of those from one place', async () => {
  const store = open();
  const run = aRun();
  const positions = [2, 3, ...Array<number>(12).fill(5), 8, 13, 21];
  const rejectedKept = await store.keep(
    run,
    aLease(1),
    positions.map((position) => rejection(position)),
  );
  const find = findByPosition(store, { ...run, rejectedKept });
  const found = await Promise.all([1, 2, 5, 6, 21, 22].map(find));
  expect(found.map((records) => records.map(({ number }) => number))).toEqual([
    [],
    [1],
    [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14],
    [],
    [17],
    [],
  ]);
});
