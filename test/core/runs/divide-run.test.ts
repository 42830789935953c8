import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunConnection } from '../../../core/runs/engine.ts';
import { createEntitySource } from '../../../core/runs/entity-source.ts';
import type { OverlapPolicy } from '../../../core/runs/overlap.ts';
import { putRunEntities, readRunEntities } from '../../../core/runs/run-entities.ts';
import { DEFAULT_RUN_POLICY } from '../../../core/runs/run-policy.ts';
import type { Run } from '../../../core/runs/run.ts';
import { SourceError } from '../../../core/runs/source-error.ts';
import { EngineWorld } from '../../support/engine-world.ts';
import { FakeIndex } from '../../support/fake-index.ts';
import { FakeSource } from '../../support/fake-source.ts';
import { startTable, type TestTable } from '../../support/table.ts';

let table: TestTable;
beforeAll(async () => {
  table = await startTable();
});
afterAll(async () => table.stop());

/** A source with record sets, each of one record that is named after it, and an index for each. */
function shopOf(plan: (signal: AbortSignal) => Promise<readonly string[]>) {
  const indices = new Map<string, FakeIndex>();
  const indexOf = (name: string) => {
    const index = indices.get(name) ?? new FakeIndex();
    indices.set(name, index);
    return index;
  };
  const world: EngineWorld = new EngineWorld(table, {
    openConnection: async (run): Promise<RunConnection> => {
      const indexName = run.recordSet ? `shop_${run.recordSet}` : 'shop_all';
      const source = new FakeSource([{ objectID: run.recordSet || 'all' }]);
      const isUpdate = run.type === 'update';
      return {
        index: { searchAppID: world.appID, indexName },
        sourceDescription: 'shop',
        source: isUpdate ? createEntitySource(source, (await readRunEntities(table, run)).entityIDs) : source,
        destination: world.worker.guard('index', indexOf(indexName).open(run.runID, run.action)),
        policy: DEFAULT_RUN_POLICY,
        ...(run.recordSet === undefined ? { plan } : {}),
      };
    },
  });
  const contents = () =>
    Object.fromEntries(
      [...indices].filter(([, { live }]) => live).map(([name, { objectIDs }]) => [name, objectIDs]),
    );
  return { world, contents };
}

async function runsOf(world: EngineWorld): Promise<Run[]> {
  const { runs } = await world.runStore.list(world.appID, {
    startDate: new Date(0),
    endDate: new Date('2100-01-01'),
    sort: 'createdAt',
    order: 'asc',
    page: 1,
    itemsPerPage: 100,
  });
  return runs;
}

const locales = async () => ['de', 'en', 'fr'];
const ofEach = { shop_de: ['de'], shop_en: ['en'], shop_fr: ['fr'] };

describe('a run of a source of several record sets', () => {
  test('becomes that of the first set, with a run for each other, and fills an index for each', async () => {
    const { world, contents } = shopOf(locales);
    const first = await world.startAndWork('replace');
    expect(first).toMatchObject({ recordSet: 'de', outcome: 'success' });
    expect(contents()).toEqual(ofEach);
    const runs = await runsOf(world);
    expect(runs.map(({ recordSet }) => recordSet).toSorted()).toEqual(['de', 'en', 'fr']);
    for (const run of runs) {
      expect(run).toMatchObject({ taskID: first.taskID, trigger: first.trigger, createdAt: first.createdAt });
      expect(run).toMatchObject({ outcome: 'success', counts: { received: 1, applied: 1 } });
    }
    const divided = (await world.events(first)).find(({ data }) => data?.['code'] === 'run.divided');
    const others = runs.filter(({ runID }) => runID !== first.runID);
    const expected = Object.fromEntries(others.map(({ recordSet = '', runID }) => [recordSet, runID]));
    expect(divided?.data?.['runs']).toEqual(expected);
  });

  test('is one run where there is one set', async () => {
    const { world, contents } = shopOf(async () => ['de']);
    expect(await world.startAndWork('replace')).toMatchObject({ recordSet: '', outcome: 'success' });
    expect(contents()).toEqual({ shop_all: ['all'] });
    expect(await runsOf(world)).toHaveLength(1);
  });

  test('fetches in each of its runs the single records that were asked for', async () => {
    const { world, contents } = shopOf(locales);
    await world.startRun({
      appID: world.appID,
      task: { taskID: 'task', action: 'save', failureThreshold: 0 },
      type: 'update',
      trigger: { kind: 'webhook', key: 'hint' },
      also: (run) => [
        putRunEntities(table.tableName, run, { entityIDs: ['de', 'fr'], hints: [], expiresAt: 4e9 }),
      ],
    });
    await world.deliverAll();
    const runs = await runsOf(world);
    expect(runs.map(({ reason }) => reason)).toEqual(Array(3).fill('2 of 2 records were applied.'));
    expect(contents()).toEqual({ shop_de: ['de'], shop_en: [], shop_fr: ['fr'] });
  });

  test('is divided once, wherever its worker dies on the way', async () => {
    const counting = shopOf(locales);
    await counting.world.startAndWork('replace');
    // What comes after is as in every run.
    const steps = counting.world.worker.calls.indexOf('leaseStore.acquire');
    expect(steps).toBeGreaterThan(5);
    for (let step = 1; step <= steps; step += 1) {
      for (const when of ['before', 'after'] as const) {
        const { world, contents } = shopOf(locales);
        world.worker.dieAt(step, when);
        await world.start('replace');
        await world.deliverUntilDeath();
        await world.recover();
        expect(contents(), `${when} step ${step}`).toEqual(ofEach);
        const runs = await runsOf(world);
        expect(runs.map(({ recordSet }) => recordSet).toSorted()).toEqual(['de', 'en', 'fr']);
        expect(runs.every(({ outcome }) => outcome === 'success')).toBe(true);
      }
    }
  });

  test('is tried again while the source cannot name them, and ends with what is wrong', async () => {
    let asked = 0;
    const failing = async () => {
      asked += 1;
      throw new SourceError('source.server_error', 'The shop is down.', { disposition: 'retryable' });
    };
    const down = await shopOf(failing).world.startAndWork('replace');
    expect(down).toMatchObject({ outcome: 'failure', reasonCode: 'critical' });
    expect(down.reason).toContain('The shop is down.');
    expect(asked).toBe(5);
    const refused = await shopOf(async () => {
      throw new SourceError('source.access_denied', 'The shop refuses the key.');
    }).world.startAndWork('replace');
    expect(refused).toMatchObject({ outcome: 'failure', reasonCode: 'critical', attempts: 0 });
  });

  test('waits no longer than two minutes for a source that asks for more', async () => {
    const { world } = shopOf(async () => {
      const details = { disposition: 'retryable', retryAfterSeconds: 3_600 } as const;
      throw new SourceError('source.too_many_requests', 'The shop is busy.', details);
    });
    const slept: number[] = [];
    world.clock.sleep = async (milliseconds) => {
      slept.push(milliseconds);
      world.clock.jump(milliseconds);
    };
    const run = await world.startAndWork('replace');
    expect(run).toMatchObject({ outcome: 'failure', reasonCode: 'critical' });
    expect(slept).toEqual(Array(4).fill(120_000));
  });

  test('of too many sets ends with a reason, and starts no other', async () => {
    const { world } = shopOf(async () => Array.from({ length: 41 }, (_, index) => `set-${index}`));
    const run = await world.startAndWork('replace');
    expect(run).toMatchObject({ outcome: 'failure', reasonCode: 'critical' });
    expect(run.reason).toContain('41 record sets');
    expect(await runsOf(world)).toHaveLength(1);
  });
});

describe('the runs that one trigger asked for', () => {
  const trigger = (world: EngineWorld, overlap: OverlapPolicy, key: string) =>
    world.startRun({
      appID: world.appID,
      task: { taskID: `task-of-${world.appID}`, action: 'replace', failureThreshold: 0 },
      overlap,
      trigger: { kind: 'api', key },
    });

  /** The first trigger's run is divided, and none of its runs is worked on yet. */
  async function withDivided(overlap: OverlapPolicy) {
    const { world, contents } = shopOf(locales);
    const first = await trigger(world, overlap, 'first');
    world.queue.length = 0;
    await world.work(first);
    expect(await runsOf(world)).toHaveLength(3);
    world.clock.advance(1000);
    return { world, contents, first };
  }

  test('do not stand in each other’s way, and the next trigger waits behind all of them', async () => {
    const { world, contents } = await withDivided('queue');
    expect(await trigger(world, 'queue', 'second')).toMatchObject({ status: 'created' });
    expect(await trigger(world, 'queue', 'third')).toMatchObject({ status: 'skipped' });
    await world.deliverAll();
    expect(contents()).toEqual(ofEach);
    const ended = await runsOf(world);
    expect(ended.filter(({ outcome }) => outcome === 'success')).toHaveLength(6);
  });

  test('are overlapped as long as one of them has not ended', async () => {
    const { world, first } = await withDivided('skip');
    const messages = world.queue.splice(0);
    await world.work(first);
    expect(await world.read(first)).toMatchObject({ outcome: 'success' });
    expect(await trigger(world, 'skip', 'second')).toMatchObject({ status: 'skipped' });
    world.queue.push(...messages);
    await world.deliverAll();
    expect(await trigger(world, 'skip', 'third')).toMatchObject({ status: 'created' });
  });

  test('are all cancelled by the next where the task cancels', async () => {
    const { world, contents } = await withDivided('cancelOld');
    const newer = await trigger(world, 'cancelOld', 'second');
    await world.deliverAll();
    const runs = await runsOf(world);
    expect(runs.filter(({ reasonCode }) => reasonCode === 'cancelled')).toHaveLength(3);
    expect(runs.filter(({ outcome }) => outcome === 'success')).toHaveLength(3);
    expect(await world.read(newer)).toMatchObject({ recordSet: 'de' });
    expect(contents()).toEqual(ofEach);
  });
});
