import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { newID } from '../../../core/foundation/ids.ts';
import type { RunListQuery } from '../../../core/runs/run-list.ts';
import { runSchema } from '../../../core/runs/run-item.ts';
import { createRunStore, type RunStore } from '../../../core/runs/run-store.ts';
import type { Run } from '../../../core/runs/run.ts';
import { countReads } from '../../support/counting-client.ts';
import { startTable, type TestTable } from '../../support/table.ts';

let table: TestTable;
beforeAll(async () => {
  table = await startTable();
});
afterAll(async () => table.stop());

const STATUSES = runSchema.shape.status.options;
const TYPES = runSchema.shape.type.options;
const NOW = Date.parse('2026-03-10T12:34:56.789Z');
const TASKS = ['task-1', 'task-2'];

/** Instants that meet: on the edges of hours and minutes, in one minute, in one millisecond. */
const instant = fc
  .tuple(
    fc.constantFrom(0, 1, 3, 8),
    fc.constantFrom(0, 1, 12),
    fc.constantFrom(0, 30, 59),
    fc.constantFrom(0, 1, 59_999),
  )
  .map(([days, hours, minutes, milliseconds]) => {
    const at = Date.parse('2026-03-10T12:00:00Z') - ((days * 24 + hours) * 60 + minutes) * 60_000;
    return new Date(at + milliseconds);
  });

const some = <Value>(values: readonly Value[]) =>
  fc.option(fc.subarray([...values], { minLength: 1 }), { nil: undefined });

const query = fc
  .record({
    taskID: fc.option(fc.constantFrom(...TASKS, 'none'), { nil: undefined }),
    statuses: some(STATUSES),
    types: some(TYPES),
    startDate: instant,
    endDate: fc.oneof(instant, fc.constantFrom(new Date(NOW), new Date(NOW + 1e9))),
    sort: fc.constantFrom('status', 'updatedAt', 'createdAt'),
    order: fc.constantFrom('asc', 'desc'),
    page: fc.integer({ min: 1, max: 4 }),
    itemsPerPage: fc.constantFrom(1, 7, 100),
  })
  .map(({ taskID, statuses, types, ...rest }): RunListQuery => ({
    ...rest,
    ...(taskID === undefined ? {} : { taskID }),
    ...(statuses === undefined ? {} : { statuses }),
    ...(types === undefined ? {} : { types }),
  }));

/** Runs are stored at `at`, whatever the clock says of now. */
function storeAt(client = table.client): { store: RunStore; at: { value: Date } } {
  const at = { value: new Date(NOW) };
  const clock = { now: () => at.value, sleep: async () => {} };
  return { store: createRunStore({ client, tableName: table.tableName, clock }), at };
}

function freshRun(appID: string, fields: Partial<Run>): Run {
  const createdAt = new Date(NOW).toISOString();
  return {
    runID: newID(),
    appID,
    taskID: 'task-1',
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
    updatedAt: fields.createdAt ?? createdAt,
    ...fields,
  };
}

describe('a list of runs', () => {
  it('is what a look at all of them gives, for every window, filter, sort, order and page', async () => {
    const appID = newID();
    const { store, at } = storeAt();
    const stored = await fill(store, appID, at);
    const check = async (asked: RunListQuery) => {
      const page = await store.list(appID, asked);
      const expected = evaluate(stored, asked);
      expect(page.nbItems).toBe(expected.nbItems);
      expect(page.runs.map(({ runID }) => runID)).toEqual(expected.runIDs);
    };
    await fc.assert(fc.asyncProperty(query, check), { numRuns: 300 });
  }, 60_000);

  it('reads as much with ten times as many stored in the same hours', async () => {
    const { client, during } = countReads(table.client);
    const { store } = storeAt(client);
    const readsOf = async (count: number) => {
      const appID = newID();
      for (let index = 0; index < count; index += 1) {
        const createdAt = new Date(NOW - (index % 6) * 3_600_000 - index * 1000).toISOString();
        await store.claim(freshRun(appID, { createdAt }));
      }
      const window = { startDate: new Date(NOW - 7 * 86_400_000), endDate: new Date(NOW) };
      const firstPage = { ...window, order: 'desc', page: 1, itemsPerPage: 10 } as const;
      const read = async (asked: Partial<RunListQuery> & Pick<RunListQuery, 'sort'>) =>
        during(() => store.list(appID, { ...firstPage, ...asked }));
      return {
        standard: await read({ sort: 'createdAt' }),
        updated: await read({ sort: 'updatedAt' }),
        ofTask: await read({ sort: 'status', taskID: 'task-1' }),
        ofStatus: await read({ sort: 'createdAt', statuses: ['created'] }),
        ofOther: await read({ sort: 'createdAt', statuses: ['finished'] }),
      };
    };
    const few = await readsOf(40);
    expect(await readsOf(400)).toEqual(few);
    // The counts of at most seven hours, ten keys, ten runs.
    expect(few.standard.items).toBeLessThanOrEqual(7 + 10 + 10);
  }, 60_000);

  it('counts a run once, though it is claimed and finished by several at once', async () => {
    const appID = newID();
    const { store } = storeAt();
    const run = freshRun(appID, {});
    await Promise.all(Array.from({ length: 5 }, async () => store.claim(run)));
    const commits = Array.from({ length: 5 }, async () =>
      store.commit({ run, changes: { status: 'started' } }),
    );
    const results = await Promise.allSettled(commits);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const everything = { startDate: new Date(0), endDate: new Date(NOW), page: 1, itemsPerPage: 10 } as const;
    const { nbItems, runs } = await store.list(appID, { ...everything, sort: 'createdAt', order: 'asc' });
    expect([nbItems, runs.map(({ status }) => status)]).toEqual([1, ['started']]);
  });
});

/** 150 runs, of which many moved on once or twice. */
async function fill(store: RunStore, appID: string, at: { value: Date }): Promise<Run[]> {
  const stored: Run[] = [];
  const fields = fc.record({
    createdAt: instant,
    type: fc.constantFrom(...TYPES),
    taskID: fc.constantFrom(...TASKS),
  });
  const moves = fc.subarray(['started', 'finished', 'same'] as const);
  for (const [{ createdAt, ...rest }, steps] of fc.sample(fc.tuple(fields, moves), 150)) {
    let { run } = await store.claim(freshRun(appID, { ...rest, createdAt: createdAt.toISOString() }));
    for (const [index, step] of steps.entries()) {
      at.value = new Date(createdAt.getTime() + (index + 1) * 40 * 60_000);
      // A checkpoint: what the run is stays, but it moves in the order of updates.
      if (step === 'same' && run.status !== 'finished')
        run = await store.commit({ run, changes: { attempts: 1 } });
      if (step !== 'same') run = await store.commit({ run, changes: { status: step } });
    }
    stored.push(run);
  }
  at.value = new Date(NOW);
  return stored;
}

/** The page by the definition: look at all of them, sort, count, cut. */
function evaluate(stored: readonly Run[], asked: RunListQuery): { runIDs: string[]; nbItems: number } {
  const end = asked.endDate.getTime();
  const matching = stored.filter(
    (run) =>
      Date.parse(run.createdAt) >= asked.startDate.getTime() &&
      (Date.parse(run.createdAt) <= end || end >= NOW) &&
      (asked.statuses?.includes(run.status) ?? true) &&
      (asked.types?.includes(run.type) ?? true) &&
      (asked.taskID === undefined || asked.taskID === run.taskID),
  );
  const keyOf = (run: Run) => `${run[asked.sort]}#${run.createdAt}#${run.runID}`;
  const sorted = matching.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  if (asked.order === 'desc') sorted.reverse();
  const start = (asked.page - 1) * asked.itemsPerPage;
  return {
    runIDs: sorted.slice(start, start + asked.itemsPerPage).map(({ runID }) => runID),
    nbItems: matching.length,
  };
}
