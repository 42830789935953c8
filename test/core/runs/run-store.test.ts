import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Run, RunStatus } from '../../../core/runs/run.ts';
import type { RunListQuery } from '../../../core/runs/run-list.ts';
import { EngineWorld } from '../../support/engine-world.ts';
import { startTable, type TestTable } from '../../support/table.ts';

let table: TestTable;
beforeAll(async () => {
  table = await startTable();
});
afterAll(async () => table.stop());

const everything: RunListQuery = {
  startDate: new Date('2026-01-01'),
  endDate: new Date('2027-01-01'),
  sort: 'createdAt',
  order: 'desc',
  page: 1,
  itemsPerPage: 100,
};

/** Runs created a minute apart, `statuses` in that order, of two tasks in turn. */
async function worldOf(statuses: RunStatus[]): Promise<{ world: EngineWorld; runs: Run[] }> {
  const world = new EngineWorld(table);
  const runs: Run[] = [];
  for (const [index, status] of statuses.entries()) {
    const started = await world.startRun({
      appID: world.appID,
      task: { taskID: `task-${index % 2}`, action: 'save', failureThreshold: 0 },
      trigger: { kind: index === 0 ? 'webhook' : 'api', key: String(index) },
    });
    runs.push(
      status === 'created' ? started : await world.runStore.commit({ run: started, changes: { status } }),
    );
    world.clock.advance(60_000);
  }
  return { world, runs };
}

describe('the list of runs', () => {
  it('has the newest first, page by page, with exact totals', async () => {
    const { world, runs } = await worldOf(['created', 'created', 'created', 'created', 'created']);
    const newestFirst = runs.map(({ runID }) => runID).toReversed();
    const pages = await Promise.all(
      [1, 2, 3, 4].map(async (page) =>
        world.runStore.list(world.appID, { ...everything, page, itemsPerPage: 2 }),
      ),
    );
    expect(pages.map(({ runs: found }) => found.map(({ runID }) => runID))).toEqual([
      newestFirst.slice(0, 2),
      newestFirst.slice(2, 4),
      newestFirst.slice(4),
      [],
    ]);
    expect(pages.every(({ nbItems }) => nbItems === 5)).toBe(true);
    expect(pages[0]?.runs[0]).toEqual(runs[4]);
  });

  it('filters by status, type and task, and sorts by status', async () => {
    const { world, runs } = await worldOf(['created', 'started', 'created', 'started']);
    const idsOf = async (query: Partial<RunListQuery>) =>
      (await world.runStore.list(world.appID, { ...everything, order: 'asc', ...query })).runs.map(
        ({ runID }) => runs.findIndex((run) => run.runID === runID),
      );
    expect(await idsOf({ statuses: ['started'] })).toEqual([1, 3]);
    expect(await idsOf({ types: ['update'] })).toEqual([0]);
    expect(await idsOf({ taskID: 'task-1' })).toEqual([1, 3]);
    expect(await idsOf({ taskID: 'none' })).toEqual([]);
    expect(await idsOf({ sort: 'status', order: 'desc' })).toEqual([3, 1, 2, 0]);
  });

  it('holds what was created in the window, both ends included', async () => {
    const { world, runs } = await worldOf(['created', 'created', 'created']);
    const [, second] = runs;
    const at = new Date(second?.createdAt ?? '');
    const { runs: found } = await world.runStore.list(world.appID, {
      ...everything,
      startDate: at,
      endDate: at,
    });
    expect(found).toEqual([second]);
  });

  it('shows no run of another application', async () => {
    const { runs } = await worldOf(['created']);
    const { world: other } = await worldOf([]);
    expect(await other.runStore.list(other.appID, everything)).toEqual({ runs: [], nbItems: 0 });
    expect(await other.runStore.get(other.appID, runs[0]?.runID ?? '')).toBeUndefined();
  });

  it('shows no run whose time is over, though the table still has it', async () => {
    const { world, runs } = await worldOf(['created']);
    world.clock.advance(31 * 86_400_000);
    expect(await world.runStore.get(world.appID, runs[0]?.runID ?? '')).toBeUndefined();
    expect((await world.runStore.list(world.appID, everything)).nbItems).toBe(0);
  });
});

describe('a commit', () => {
  it('keeps what others wrote into the item meanwhile', async () => {
    const { world, runs } = await worldOf(['created']);
    const [run] = runs as [Run];
    await world.runStore.postpone(run, new Date('2026-03-01T12:00:00Z'), 3);
    await world.runStore.commit({ run, changes: { attempts: 1 } });
    expect(await world.read(run)).toMatchObject({ attempts: 1, waits: 3, dueAt: '2026-03-01T12:00:00.000Z' });
  });

  it('stores the events of its step or, if refused, none', async () => {
    const { world, runs } = await worldOf(['created']);
    const [run] = runs as [Run];
    const event = {
      eventID: '0195f000-0000-7000-8000-000000000001',
      runID: run.runID,
      status: 'started' as const,
      type: 'fetch' as const,
      batchSize: 0,
      data: null,
      publishedAt: run.createdAt,
    };
    const other = { ...event, eventID: '0195f000-0000-7000-8000-000000000002' };
    await world.runStore.commit({ run, changes: { attempts: 1 }, events: [event] });
    await expect(world.runStore.commit({ run, changes: {}, events: [other] })).rejects.toThrow(
      'is worked on by another worker',
    );
    expect(await world.events(run)).toEqual([event]);
  });
});

describe('postponing', () => {
  it('is done by one of several that read the same', async () => {
    const { world, runs } = await worldOf(['created']);
    const [run] = runs as [Run];
    const results = await Promise.all(
      [1, 2, 3, 4].map(async (minute) =>
        world.runStore.postpone(run, new Date(Date.parse('2026-03-01T12:00:00Z') + minute * 60_000)),
      ),
    );
    expect(results.filter(Boolean)).toHaveLength(1);
  });
});
