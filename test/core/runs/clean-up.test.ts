import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DestinationError } from '../../../core/runs/destination-error.ts';
import { EngineWorld, records } from '../../support/engine-world.ts';
import { startTable, type TestTable } from '../../support/table.ts';

let table: TestTable;
beforeAll(async () => {
  table = await startTable();
});
afterAll(async () => table.stop());

const late = new Map([['late', { objectID: 'late' }]]);

describe('the temporary index of a run that has ended', () => {
  it('is removed within 15 minutes when a late batch made it anew', async () => {
    const world = new EngineWorld(table, { entries: records(4) });
    const run = await world.startAndWork('replace');
    world.index.temporary.set(`tmp_${run.runID}`, late);
    await world.recover(15);
    expect(world.index.temporary.size).toBe(0);
    expect(world.index.objectIDs).toHaveLength(4);
    expect((await world.read(run)).dueAt).toBeUndefined();
  });

  it('is removed within 15 minutes when its removal failed', async () => {
    const world = new EngineWorld(table, { live: records(4), entries: [{ rejected: bad }, ...records(4)] });
    let failures = 2;
    world.index.fault = (step) => {
      if (step !== 'discard' || failures === 0) return;
      failures -= 1;
      throw new DestinationError('destination.unavailable', 'It is away.', { disposition: 'retryable' });
    };
    const run = await world.startAndWork('replace');
    expect(run.reasonCode).toBe('too_many_errors');
    expect(world.index.temporary.size).toBe(1);
    await world.recover(15);
    expect(world.index.temporary.size).toBe(0);
  });

  it('is given up after a day when nobody can reach it', async () => {
    const world = new EngineWorld(table, { entries: records(4) });
    const run = await world.startAndWork('replace');
    Object.assign(world.engine, {
      openConnection: async () => {
        throw new DestinationError('task.not_found', 'The task is gone.');
      },
    });
    await world.recover(10);
    expect((await world.read(run)).cleanUpAt).toBeDefined();
    world.clock.advance(86_400_000);
    await world.recover(20);
    expect((await world.read(run)).dueAt).toBeUndefined();
  });

  it('is no reason to forget that nobody was told of the end yet', async () => {
    const world = new EngineWorld(table, { entries: records(4) });
    world.busFails = true;
    const run = await world.start('replace');
    await expect(world.deliverAll()).rejects.toThrow('The bus is down');
    world.clock.advance(5 * 60_000);
    await expect(world.work(run)).rejects.toThrow('The bus is down');
    expect(await world.read(run)).toMatchObject({ notification: 'pending', dueAt: expect.any(String) });
    world.busFails = false;
    await world.recover(2);
    expect(world.bus).toHaveLength(1);
    expect((await world.read(run)).dueAt).toBeUndefined();
  });

  it('does not concern a run that wrote into its index directly', async () => {
    const world = new EngineWorld(table, { entries: records(4) });
    const run = await world.startAndWork('save');
    expect([run.cleanUpAt, run.dueAt]).toEqual([undefined, undefined]);
  });
});

const bad = { position: 1, code: 'csv.bad_number', message: 'line 1: no number' };
