import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Run } from '../../../core/runs/run.ts';
import { EngineWorld, records } from '../../support/engine-world.ts';
import { startTable, type TestTable } from '../../support/table.ts';

let table: TestTable;
beforeAll(async () => {
  table = await startTable();
});
afterAll(async () => table.stop());

/** A world in which the run is cancelled while the source stands at `position`, and asked about at every batch. */
function cancellingAt(position: number): { world: EngineWorld; cancels: (run: Run) => void } {
  const world = new EngineWorld(table, {
    entries: records(40),
    live: records(40, { by: 'live' }),
    settings: { cancelCheckMilliseconds: 0 },
  });
  return {
    world,
    cancels: (run) => {
      world.source.beforeBatch = async (at) => {
        if (at === position) await world.runControl.cancel(world.appID, run.runID);
        // The answer to the last batch's question comes in meanwhile.
        if (at > position) await new Promise((resolve) => setTimeout(resolve, 50));
      };
    },
  };
}

describe('a run that is cancelled', () => {
  it('ends within the next batches, counts what was written and says so', async () => {
    const { world, cancels } = cancellingAt(10);
    const run = await world.start('save');
    cancels(run);
    await world.deliverAll();
    const ended = await world.read(run);
    expect(ended).toMatchObject({ status: 'finished', outcome: 'failure', reasonCode: 'cancelled' });
    const { received, applied } = ended.counts;
    expect(applied).toBe(received);
    expect(received).toBeGreaterThanOrEqual(10);
    expect(received).toBeLessThanOrEqual(14);
    const written = [...(world.index.live?.values() ?? [])].filter((record) => record['by'] === undefined);
    expect(written).toHaveLength(applied);
    expect(ended.reason).toBe(`The run was cancelled. ${applied} records were written before.`);
  });

  it('leaves the old index and removes the new one when it replaces', async () => {
    const { world, cancels } = cancellingAt(10);
    const run = await world.start('replace');
    cancels(run);
    await world.deliverAll();
    const ended = await world.read(run);
    expect(ended).toMatchObject({ outcome: 'failure', reasonCode: 'cancelled' });
    expect(ended.reason).toBe('The run was cancelled. The index was left as it was.');
    expect(world.index.swaps).toBe(0);
    expect(world.index.temporary.size).toBe(0);
    expect(world.index.live?.size).toBe(40);
  });

  it('does not swap when that is asked for at the last moment before the decision', async () => {
    const world = new EngineWorld(table, { entries: records(4), live: records(4) });
    const run = await world.start('replace');
    world.worker.beforeCall = async (call) => {
      if (call === 'index.waitForPublication') await world.runControl.cancel(world.appID, run.runID);
    };
    await world.deliverAll();
    expect(await world.read(run)).toMatchObject({ reasonCode: 'cancelled' });
    expect(world.index.swaps).toBe(0);
  });

  it('is skipped when no worker took it up yet', async () => {
    const world = new EngineWorld(table, { entries: records(4) });
    const run = await world.start('save');
    await world.runControl.cancel(world.appID, run.runID);
    await world.deliverAll();
    expect(await world.read(run)).toMatchObject({ status: 'skipped', reasonCode: 'cancelled', attempts: 0 });
    expect(world.index.steps).toEqual([]);
    expect(world.bus).toMatchObject([{ runID: run.runID, reasonCode: 'cancelled' }]);
  });

  it('hears of it at a heartbeat though its source gives nothing', async () => {
    const world = new EngineWorld(table, { entries: records(4) });
    const run = await world.start('save');
    const reached = Promise.withResolvers<void>();
    const hung = Promise.withResolvers<void>();
    world.source.beforeBatch = async (position) => {
      if (position !== 2) return;
      reached.resolve();
      await hung.promise;
    };
    const heard = Promise.withResolvers<void>();
    world.worker.afterCall = (call) => {
      if (call === 'runStore.isCancelRequested') heard.resolve();
    };
    const working = world.deliverAll();
    await reached.promise;
    await world.runControl.cancel(world.appID, run.runID);
    world.worker.afterCall = (call) => {
      if (call === 'runStore.isCancelRequested') setTimeout(hung.resolve, 20);
    };
    world.clock.advance(20_000);
    await working;
    expect(await world.read(run)).toMatchObject({ reasonCode: 'cancelled', counts: { received: 2 } });
  });

  it('stays as it ended when it had ended before', async () => {
    const world = new EngineWorld(table, { entries: records(2) });
    const run = await world.startAndWork('save');
    await expect(world.runControl.cancel(world.appID, run.runID)).rejects.toMatchObject({
      code: 'run.ended',
    });
    expect(await world.read(run)).toEqual(run);
  });

  it('is cancelled by the next worker when the one that worked on it dies', async () => {
    const world = new EngineWorld(table, { entries: records(8), settings: { checkpointBytes: 1 } });
    const run = await world.start('save');
    world.source.beforeBatch = async (position) => {
      if (position !== 4) return;
      await world.runControl.cancel(world.appID, run.runID);
      world.worker.dieNow();
    };
    await world.deliverUntilDeath();
    await world.recover();
    const ended = await world.read(run);
    expect(ended).toMatchObject({ status: 'finished', reasonCode: 'cancelled' });
    expect(ended.reason).toMatch(/At least \d records were written before\.$/);
  });
});
