import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runFinishedSchema } from '../../../core/runs/run-finished.ts';
import { runMessageSchema } from '../../../core/runs/run-message.ts';
import { startMessageSchema } from '../../../core/triggers/start-message.ts';
import { EngineWorld, records } from '../../support/engine-world.ts';
import { startTable, type TestTable } from '../../support/table.ts';

let table: TestTable;
beforeAll(async () => {
  table = await startTable();
});
afterAll(async () => table.stop());

describe('a trigger', () => {
  it('claims one run, however often it is delivered', async () => {
    const world = new EngineWorld(table);
    const [first, second] = await Promise.all([world.start('save'), world.start('save')]);
    expect(second).toEqual(first);
    expect(world.queue).toHaveLength(1);
    expect((await world.start('save', 0, 'another')).runID).not.toBe(first.runID);
  });

  it('succeeds though its message cannot be sent: the sweep sends it', async () => {
    const world = new EngineWorld(table, { entries: records(2) });
    world.queueFails = true;
    const run = await world.start('save');
    world.queueFails = false;
    await world.sweepRuns();
    expect(world.queue).toMatchObject([{ message: { runID: run.runID }, delaySeconds: 60 }]);
    await world.deliverAll();
    expect((await world.read(run)).outcome).toBe('success');
  });
});

describe('the sweep', () => {
  it('reports a run that waits for half an hour without a worker, and no other', async () => {
    const world = new EngineWorld(table, { entries: records(1) });
    const run = await world.start('save');
    world.clock.advance(29 * 60_000);
    await world.sweepRuns();
    expect(world.stuck).toEqual([]);
    world.clock.advance(31 * 60_000);
    await world.sweepRuns();
    expect(world.stuck).toEqual([run.runID]);
    await world.deliverAll();
    world.clock.advance(31 * 60_000);
    await world.sweepRuns();
    expect(world.stuck).toHaveLength(1);
  });

  it('brings a run to its end whose messages were all lost', async () => {
    const world = new EngineWorld(table, { entries: records(4) });
    const run = await world.start('replace');
    await world.recover(2);
    expect(await world.read(run)).toMatchObject({ outcome: 'success' });
  });

  it('sends nothing when nothing is due', async () => {
    const world = new EngineWorld(table, { entries: records(1) });
    await world.startAndWork('save');
    world.clock.advance(3_600_000);
    expect(await world.sweepRuns()).toEqual({ sent: 0, handedOff: 0, failed: 0 });
  });

  it('sends a run less and less often that waits for a free worker', async () => {
    const world = new EngineWorld(table);
    await world.start('save');
    for (let minute = 0; minute < 120; minute += 1) {
      world.clock.advance(60_000);
      await world.sweepRuns();
    }
    expect(world.queue.length).toBeGreaterThan(8);
    expect(world.queue.length).toBeLessThan(40);
  });
});

describe('the end of a run', () => {
  it('is told by the sweep when the bus was down', async () => {
    const world = new EngineWorld(table, { entries: records(2) });
    world.busFails = true;
    const run = await world.start('save');
    await expect(world.deliverAll()).rejects.toThrow('The bus is down');
    expect(await world.read(run)).toMatchObject({ status: 'finished', notification: 'pending' });

    world.clock.advance(60_000);
    expect(await world.sweepRuns()).toMatchObject({ handedOff: 0, failed: 1 });
    world.busFails = false;
    world.clock.advance(60_000);
    expect(await world.sweepRuns()).toMatchObject({ handedOff: 1, failed: 0 });
    expect(world.bus).toMatchObject([{ runID: run.runID, outcome: 'success' }]);
    const told = await world.read(run);
    expect([told.notification, told.dueAt]).toEqual([undefined, undefined]);
    world.clock.advance(60_000);
    expect(await world.sweepRuns()).toMatchObject({ handedOff: 0 });
  });

  it('is told with the books of the run', async () => {
    const world = new EngineWorld(table, { entries: records(2) });
    const run = await world.startAndWork('save');
    expect(world.bus).toEqual([runFinishedSchema.parse({ version: 1, ...run })]);
    expect(JSON.stringify(world.bus)).not.toContain('cursor');
  });
});

describe('the examples of messages', () => {
  it.each([
    ['RunMessage', runMessageSchema],
    ['RunFinished', runFinishedSchema],
    ['StartMessage', startMessageSchema],
  ])('of %s are valid, and no other version is', (_, schema) => {
    const examples = schema.meta()?.['examples'] as object[];
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples) {
      expect(schema.parse(example)).toEqual(example);
      expect(schema.safeParse({ ...example, version: 2 }).success).toBe(false);
    }
  });
});
