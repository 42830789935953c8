import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DestinationError } from '../../../core/runs/destination-error.ts';
import type { Run } from '../../../core/runs/run.ts';
import { EngineWorld, records, type WorldOptions } from '../../support/engine-world.ts';
import { startTable, type TestTable } from '../../support/table.ts';

let table: TestTable;
beforeAll(async () => {
  table = await startTable();
});
afterAll(async () => table.stop());

const DAY = 86_400_000;

/** A replace run that brings 8 records where the live index has 10. */
async function hold(options: WorldOptions = {}): Promise<{ world: EngineWorld; run: Run }> {
  const world = new EngineWorld(table, { entries: records(8), live: records(10), ...options });
  return { world, run: await world.startAndWork('replace') };
}

/** Time passes and the sweeps with it. */
async function pass(world: EngineWorld, milliseconds: number): Promise<void> {
  world.clock.advance(milliseconds);
  await world.sweepRuns();
  await world.deliverAll();
}

describe('the gate of a replace run', () => {
  it.each([
    { live: 10, fresh: 9, maxDropPercent: 10, outcome: 'success' },
    { live: 10, fresh: 8, maxDropPercent: 10, outcome: 'failure' },
    { live: 10, fresh: 8, maxDropPercent: 20, outcome: 'success' },
    { live: 100, fresh: 99, maxDropPercent: 0, outcome: 'failure' },
    { live: 10, fresh: 1, maxDropPercent: 100, outcome: 'success' },
    { live: 10, fresh: 30, maxDropPercent: 10, outcome: 'success' },
  ])(
    'with $fresh records for $live where the task accepts a drop of $maxDropPercent % is a $outcome',
    async ({ live, fresh, maxDropPercent, outcome }) => {
      const { world, run } = await hold({
        entries: records(fresh),
        live: records(live),
        policy: { maxDropPercent },
      });
      expect(run.outcome).toBe(outcome);
      expect(world.index.live?.size).toBe(outcome === 'success' ? fresh : live);
    },
  );

  it('says what it objects to, until when it waits, and that the old index is as it was', async () => {
    const { world, run } = await hold();
    expect(run).toMatchObject({ status: 'finished', outcome: 'failure', reasonCode: 'lacking_events' });
    expect(run.reason).toBe(
      'The new index holds 8 records and the live one 10: 20 % fewer, where the task accepts 10 %. The index was left ' +
        'as it was. The run is held until 2026-03-08: approve it to put the new index in the place of the live one all ' +
        'the same, or discard it.',
    );
    expect(run.held).toMatchObject({ records: 8 });
    expect(world.index.temporary.size).toBe(1);
    expect(world.bus).toMatchObject([{ runID: run.runID, outcome: 'failure' }]);
  });

  it.each([
    { name: 'is lost by all', lost: 10, accepted: 50, outcome: 'failure' },
    { name: 'is lost by more than the task accepts', lost: 6, accepted: 50, outcome: 'failure' },
    { name: 'is lost by as many as the task accepts', lost: 5, accepted: 50, outcome: 'success' },
    { name: 'is lost by all where the task does not mind', lost: 10, accepted: 100, outcome: 'success' },
  ])('when an attribute $name is a $outcome', async ({ lost, accepted, outcome }) => {
    const entries = [
      ...records(10, { price: 1 })
        .slice(lost)
        .map((record) => ({ ...record })),
      ...records(lost),
    ];
    const { run } = await hold({
      entries,
      live: records(10, { price: 1 }),
      policy: { vanishedAttributesPercent: accepted },
    });
    expect(run.outcome).toBe(outcome);
    expect(run.reason?.includes('The attribute price is on')).toBe(outcome === 'failure');
  });

  it.each([
    { name: 'fewer', lost: 1, strange: 0, reasonCode: 'lacking_events', stored: '7 records though 8' },
    { name: 'more', lost: 0, strange: 1, reasonCode: 'internal', stored: '9 records though only 8' },
  ])('holds an index back that has $name records than were sent', async ({ lost, strange, ...expected }) => {
    const world = new EngineWorld(table, { entries: records(8), live: records(7) });
    world.worker.beforeCall = (call) => {
      const [fresh] = world.index.temporary.values();
      if (call !== 'index.countRecords') return;
      for (const objectID of [...(fresh?.keys() ?? [])].slice(0, lost)) fresh?.delete(objectID);
      for (let number = 0; number < strange; number += 1) fresh?.set('strange', { objectID: 'strange' });
    };
    const run = await world.startAndWork('replace');
    expect(run).toMatchObject({ outcome: 'failure', reasonCode: expected.reasonCode });
    expect(run.reason).toContain(`The new index holds ${expected.stored} were sent.`);
    expect(run.held).toMatchObject({ records: 8 - lost + strange });
    expect(world.index.live?.size).toBe(7);
  });

  it('holds back an empty index, which takes the place of the live one when that is approved', async () => {
    const { world, run } = await hold({ entries: [] });
    expect(run).toMatchObject({ reasonCode: 'no_events', held: { records: 0 } });
    await world.runControl.decide(world.appID, run.runID, 'approve');
    await world.deliverAll();
    expect(await world.read(run)).toMatchObject({ outcome: 'success' });
    expect(world.index.live?.size).toBe(0);
  });

  it('has nothing to hold when there is neither an old index nor a record', async () => {
    const { world, run } = await hold({ entries: [], live: [] });
    expect(run).toMatchObject({ reasonCode: 'no_events' });
    expect(run.held).toBeUndefined();
    expect(world.index.temporary.size).toBe(0);
  });

  it('does not hold a run that too many records failed in', async () => {
    const bad = { rejected: { position: 1, code: 'csv.bad_number', message: 'line 1: no number' } };
    const { world, run } = await hold({ entries: [...records(3), bad] });
    expect(run).toMatchObject({ reasonCode: 'too_many_errors' });
    expect(run.held).toBeUndefined();
    expect(world.index.temporary.size).toBe(0);
  });
});

describe('a held run', () => {
  it('that is approved puts its index in the place of the live one, once, and is a success', async () => {
    const { world, run } = await hold();
    await world.runControl.decide(world.appID, run.runID, 'approve');
    await world.runControl.decide(world.appID, run.runID, 'approve');
    await world.deliverAll();
    const approved = await world.read(run);
    expect(approved).toMatchObject({ status: 'finished', outcome: 'success', reasonCode: 'ok' });
    expect(approved.reason).toContain('approved');
    expect(approved.held).toBeUndefined();
    expect(world.index.live?.size).toBe(8);
    expect(world.index.swaps).toBe(1);
    expect(world.index.temporary.size).toBe(0);
    expect(world.bus.map(({ outcome }) => outcome)).toEqual(['failure', 'success']);
  });

  it('that is discarded leaves the old index and nothing beside it', async () => {
    const { world, run } = await hold();
    await world.runControl.decide(world.appID, run.runID, 'discard');
    await world.deliverAll();
    const discarded = await world.read(run);
    expect(discarded).toMatchObject({ outcome: 'failure', reasonCode: 'lacking_events' });
    expect(discarded.reason).toMatch(/It was discarded\. The index was left as it was\.$/);
    expect(world.index.live?.size).toBe(10);
    expect(world.index.temporary.size).toBe(0);
  });

  it('is discarded when its time is over, and not before', async () => {
    const { world, run } = await hold({ policy: { heldDays: 2 } });
    await pass(world, 2 * DAY - 120_000);
    expect(world.index.temporary.size).toBe(1);
    await pass(world, 120_000);
    expect(world.index.temporary.size).toBe(0);
    expect((await world.read(run)).reason).toContain('Nobody decided in time');
    await pass(world, DAY);
    expect((await world.read(run)).dueAt).toBeUndefined();
  });

  it('is approved though the message was lost: the sweep sends it', async () => {
    const { world, run } = await hold();
    world.queueFails = true;
    await world.runControl.decide(world.appID, run.runID, 'approve');
    world.queueFails = false;
    await pass(world, 60_000);
    expect(await world.read(run)).toMatchObject({ outcome: 'success' });
  });

  it('is decided once: the other decision comes too late', async () => {
    const { world, run } = await hold();
    await world.runControl.decide(world.appID, run.runID, 'approve');
    const refused = { code: 'run.decided' };
    await expect(world.runControl.decide(world.appID, run.runID, 'discard')).rejects.toMatchObject(refused);
    await world.deliverAll();
    const late = { code: 'run.not_held' };
    await expect(world.runControl.decide(world.appID, run.runID, 'discard')).rejects.toMatchObject(late);
  });

  it('that is approved after a newer run has swapped is superseded, and its index is removed', async () => {
    const { world, run } = await hold();
    world.clock.advance(1000);
    world.source.entries = records(11);
    await world.start('replace', 0, 'second');
    await world.deliverAll();
    await world.runControl.decide(world.appID, run.runID, 'approve');
    await world.deliverAll();
    const approved = await world.read(run);
    expect(approved).toMatchObject({ outcome: 'failure', reasonCode: 'blocking' });
    expect(approved.reason).toContain('superseded');
    expect(world.index.live?.size).toBe(11);
    expect(world.index.temporary.size).toBe(0);
  });

  it('whose index was written to meanwhile is not moved, says so, and can still be discarded', async () => {
    const { world, run } = await hold();
    [...world.index.temporary.values()][0]?.delete('r0002');
    await world.runControl.decide(world.appID, run.runID, 'approve');
    await world.deliverAll();
    expect(world.index.live?.size).toBe(10);
    const critical = (await world.events(run)).filter(({ status }) => status === 'critical');
    expect(critical).toMatchObject([{ data: { code: 'destination.temporary_index_changed' } }]);
    await world.runControl.decide(world.appID, run.runID, 'discard');
    await world.deliverAll();
    expect(world.index.temporary.size).toBe(0);
  });

  it('whose credentials are gone keeps its index, and can be decided again', async () => {
    const { world, run } = await hold();
    const { openConnection } = world.engine;
    Object.assign(world.engine, {
      openConnection: async () => {
        throw new DestinationError('destination.forbidden', 'The key is gone.');
      },
    });
    await world.runControl.decide(world.appID, run.runID, 'approve');
    await world.deliverAll();
    expect((await world.read(run)).held).toMatchObject({ records: 8 });
    Object.assign(world.engine, { openConnection });
    await world.runControl.decide(world.appID, run.runID, 'approve');
    await world.deliverAll();
    expect(await world.read(run)).toMatchObject({ outcome: 'success' });
  });

  it.each(['before', 'after'] as const)(
    'whose worker dies %s any call it makes is approved all the same, with one swap',
    async (when) => {
      const clean = await hold();
      clean.world.worker.calls.length = 0;
      await clean.world.runControl.decide(clean.world.appID, clean.run.runID, 'approve');
      await clean.world.deliverAll();
      const calls = [...clean.world.worker.calls];
      expect(calls.length).toBeGreaterThan(6);
      for (const [index, call] of calls.entries()) {
        const { world, run } = await hold();
        world.worker.calls.length = 0;
        await world.runControl.decide(world.appID, run.runID, 'approve');
        world.worker.dieAt(index + 1, when);
        await world.deliverUntilDeath();
        expect(world.worker.isDead, `${index} ${call}`).toBe(true);
        await world.recover();
        expect(await world.read(run), `${index} ${call}`).toMatchObject({ outcome: 'success' });
        expect([world.index.live?.size, world.index.swaps], `${index} ${call}`).toEqual([8, 1]);
        expect(world.index.temporary.size).toBe(0);
      }
    },
  );
});
