import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DestinationError } from '../../../core/runs/destination-error.ts';
import type { Run, TaskAction } from '../../../core/runs/run.ts';
import { EngineWorld, records } from '../../support/engine-world.ts';
import { rejectedOf, replay, startReplay } from '../../support/replays.ts';
import { startTable, type TestTable } from '../../support/table.ts';

let table: TestTable;
beforeAll(async () => {
  table = await startTable();
});
afterAll(async () => table.stop());

/** A run of ten records of which the destination refused the second, the fifth and the seventh. */
async function withRejected(action: TaskAction = 'save') {
  const world = new EngineWorld(table, {
    entries: records(10, { by: 'first' }),
    settings: { checkpointBytes: 1 },
  });
  world.source.batchSize = 5;
  for (const id of BAD) world.index.refused.add(id);
  const run = await world.startAndWork(action, 100);
  expect(run).toMatchObject({ outcome: 'success', rejectedKept: 3 });
  expect(world.index.objectIDs).toHaveLength(7);
  return { world, run };
}

const BAD = ['r0002', 'r0005', 'r0007'];

async function openOf(world: EngineWorld, run: Run): Promise<(string | undefined)[]> {
  const rejected = await rejectedOf(world, run);
  return rejected.filter(({ replayedBy }) => replayedBy === undefined).map(({ objectID }) => objectID);
}

describe('a replay of all', () => {
  it.each<TaskAction>(['replace', 'save', 'partial'])('completes the index of a %s run', async (action) => {
    const { world, run } = await withRejected(action);
    world.index.refused.clear();
    const ended = await replay(world, table, { run });
    expect(ended).toMatchObject({
      type: 'update',
      outcome: 'success',
      counts: { received: 3, applied: 3, rejected: 0 },
    });
    expect(world.index.objectIDs).toEqual(records(10).map(({ objectID }) => objectID));
    expect(await openOf(world, run)).toEqual([]);
  });

  it('leaves open what is refused again, and writes only that the next time', async () => {
    const { world, run } = await withRejected();
    world.index.refused.delete('r0002');
    const first = await replay(world, table, { run, key: 'one' });
    expect(first.counts).toMatchObject({ applied: 1, rejected: 2 });
    expect(await openOf(world, run)).toEqual(['r0005', 'r0007']);
    expect((await rejectedOf(world, first)).map(({ position }) => position)).toEqual([5, 7]);
    world.index.refused.clear();
    const second = await replay(world, table, { run, key: 'two' });
    expect(second.counts).toMatchObject({ received: 2, applied: 2 });
    await expect(replay(world, table, { run, key: 'three' })).rejects.toThrow(
      /No rejected record .* is left/,
    );
  });

  it('leaves open what was accepted and never published', async () => {
    const { world, run } = await withRejected();
    world.index.refused.clear();
    world.index.fault = (step) => {
      if (step === 'wait') throw new DestinationError('destination.gone', 'The index is gone.');
    };
    expect(await replay(world, table, { run })).toMatchObject({ reasonCode: 'critical' });
    expect(await openOf(world, run)).toEqual(BAD);
  });

  it('is the same run for the same trigger', async () => {
    const { world, run } = await withRejected();
    const first = await startReplay(world, table, { run });
    expect((await startReplay(world, table, { run })).runID).toBe(first.runID);
    expect(world.queue).toHaveLength(1);
  });

  it('goes on at its last checkpoint when its worker dies', async () => {
    const world = new EngineWorld(table, { entries: records(1_100), settings: { checkpointBytes: 1 } });
    world.source.batchSize = 1_000;
    for (const { objectID } of records(1_100)) world.index.refused.add(objectID);
    const run = await world.startAndWork('save', 100);
    world.index.refused.clear();
    const started = await startReplay(world, table, { run });
    let marks = 0;
    world.worker.beforeCall = (call) => {
      if (call === 'rejectedRecords.markReplayed' && ++marks === 2) world.worker.dieNow();
    };
    await world.deliverUntilDeath();
    world.worker.beforeCall = () => undefined;
    expect((await world.read(started)).counts.applied).toBe(1_000);
    await world.recover(4);
    expect((await world.read(started)).counts).toMatchObject({ received: 1_100, applied: 1_100 });
    expect(world.index.objectIDs).toHaveLength(1_100);
    expect(await openOf(world, run)).toEqual([]);
  });

  it.each(['before', 'after'] as const)(
    'whose worker dies %s any call it makes is brought to the same end',
    async (when) => {
      const clean = await withRejected();
      const before = clean.world.worker.calls.length;
      clean.world.index.refused.clear();
      await replay(clean.world, table, { run: clean.run });
      const calls = clean.world.worker.calls.slice(before);
      expect(calls).toContain('rejectedRecords.markReplayed');

      for (const [index, call] of calls.entries()) {
        const { world, run } = await withRejected();
        world.index.refused.clear();
        const started = await startReplay(world, table, { run });
        world.worker.dieAt(before + index + 1, when);
        await world.deliverUntilDeath();
        await world.recover(4);
        expect(await world.read(started), `${index} ${call}`).toMatchObject({
          outcome: 'success',
          counts: { received: 3, applied: 3 },
        });
        expect(world.index.objectIDs, `${index} ${call}`).toHaveLength(10);
        expect(await openOf(world, run), `${index} ${call}`).toEqual([]);
      }
    },
  );
});

describe('a replay of some', () => {
  it('writes those at the positions named, also if they were replayed before', async () => {
    const { world, run } = await withRejected();
    world.index.refused.clear();
    await replay(world, table, { run, positions: [7, 2], key: 'one' });
    expect(await openOf(world, run)).toEqual(['r0005']);
    const again = await replay(world, table, { run, positions: [2], key: 'two' });
    expect(again.counts).toMatchObject({ received: 1, applied: 1 });
  });

  it('writes what was corrected in the place of what is kept', async () => {
    const { world, run } = await withRejected();
    world.index.refused.clear();
    world.corrections.set(2, '{"objectID":"r0005","by":"hand"}');
    const records = [{ position: 5, record: { by: 'hand' } }];
    const ended = await replay(world, table, { run, records });
    expect(ended).toMatchObject({ replay: { numbers: [2], isCorrected: true }, counts: { applied: 1 } });
    expect(world.index.live?.get('r0005')).toEqual({ objectID: 'r0005', by: 'hand' });
    expect(await openOf(world, run)).toEqual(['r0002', 'r0007']);
  });

  it.each([
    [{ positions: [3] }, 'positions[0]: names no rejected record of this run'],
    [{ positions: [2, 11] }, 'positions[1]: names no rejected record of this run'],
    [{ positions: [] }, 'positions: must name at least one record'],
    [{ records: [{ position: 1, record: {} }] }, 'records[0].position: names no rejected record of this run'],
    [
      { records: [{ position: 2, record: { objectID: [] } }] },
      'records[0].record.objectID: must be a text or a number',
    ],
    [
      { records: [{ position: 2, record: { text: 'x'.repeat(90_000) } }] },
      'records[0].record: must have at most 90000 bytes of JSON',
    ],
  ])('of %j is refused', async (choice, message) => {
    const { world, run } = await withRejected();
    await expect(startReplay(world, table, { run, ...choice })).rejects.toThrow(message);
  });

  it('of what never was a record needs the corrected one', async () => {
    const world = new EngineWorld(table, {
      entries: [
        { objectID: 'a' },
        {
          rejected: {
            position: 2,
            code: 'json.invalid',
            message: 'No.',
            content: { sizeBytes: 2, text: '{,' },
          },
        },
      ],
    });
    const run = await world.startAndWork('save', 100);
    await expect(startReplay(world, table, { run })).rejects.toThrow(/Give corrected ones in records/);
    const problem = 'positions[0]: names what is not kept as a record';
    await expect(startReplay(world, table, { run, positions: [2] })).rejects.toThrow(problem);
    world.corrections.set(1, '{"objectID":"b"}');
    await replay(world, table, { run, records: [{ position: 2, record: { objectID: 'b' } }] });
    expect(world.index.objectIDs).toEqual(['a', 'b']);
  });
});

describe('the order of runs', () => {
  it('does not let a replay write over what a later run of the task has written, unless it is forced', async () => {
    const { world, run } = await withRejected();
    world.index.refused.clear();
    world.source.entries = records(10, { by: 'second' });
    world.clock.advance(60_000);
    await world.start('save', 0, 'second');
    await world.deliverAll();
    await expect(startReplay(world, table, { run })).rejects.toMatchObject({
      code: 'replay.superseded',
      message: expect.stringContaining('started later'),
    });
    const forced = await replay(world, table, { run, isForced: true });
    expect(forced).toMatchObject({ outcome: 'success', counts: { applied: 3 } });
    expect(world.index.live?.get('r0002')?.['by']).toBe('first');
  });

  it('holds too for a later run that writes between the request and the replay', async () => {
    const { world, run } = await withRejected();
    world.index.refused.clear();
    world.clock.advance(60_000);
    const waiting = await startReplay(world, table, { run });
    world.queue.length = 0;
    world.source.entries = records(10, { by: 'second' });
    await world.start('save', 0, 'second');
    await world.deliverAll();
    await world.work(waiting);
    expect(await world.read(waiting)).toMatchObject({ outcome: 'failure', reasonCode: 'blocking' });
    expect(world.index.live?.get('r0002')?.['by']).toBe('second');
    expect(await openOf(world, run)).toEqual(BAD);
  });

  it('lets a run go on that was started between the first run and its replay', async () => {
    const { world, run } = await withRejected();
    world.index.refused.clear();
    world.source.entries = records(10, { by: 'second' });
    world.clock.advance(60_000);
    const second = await world.start('save', 0, 'second');
    world.queue.length = 0;
    world.clock.advance(1000);
    await replay(world, table, { run });
    await world.work(second);
    expect(await world.read(second)).toMatchObject({ outcome: 'success' });
    expect(world.index.live?.get('r0002')?.['by']).toBe('second');
  });
});

describe('a replay is refused', () => {
  it('for a replace run that failed, unless it is forced', async () => {
    const world = new EngineWorld(table, { entries: records(4), live: [{ objectID: 'old' }] });
    world.index.refused.add('r0002');
    const run = await world.startAndWork('replace', 0);
    expect(run).toMatchObject({ reasonCode: 'too_many_errors', rejectedKept: 1 });
    await expect(startReplay(world, table, { run })).rejects.toMatchObject({ code: 'replay.not_applied' });
    world.index.refused.clear();
    await replay(world, table, { run, isForced: true });
    expect(world.index.objectIDs).toEqual(['old', 'r0002']);
  });

  it('for a run that goes on', async () => {
    const world = new EngineWorld(table, { entries: records(4) });
    const run = await world.start('save');
    await expect(startReplay(world, table, { run })).rejects.toMatchObject({ code: 'replay.not_ended' });
  });

  it('for a run that rejected nothing', async () => {
    const world = new EngineWorld(table, { entries: records(4) });
    const run = await world.startAndWork('save');
    await expect(startReplay(world, table, { run })).rejects.toThrow('The run rejected no records');
  });
});

describe('a transformation', () => {
  it('is applied to what it failed on and to what was corrected, and not to what it has made', async () => {
    const world = new EngineWorld(table, {
      entries: [
        { objectID: 'good' },
        {
          rejected: {
            position: 2,
            objectID: 'failed',
            code: 'transform.failed',
            message: 'No.',
            stage: 'transform',
            content: { sizeBytes: 21, record: '{"objectID":"failed"}' },
          },
        },
        { objectID: 'refused', seen: 1 },
      ],
    });
    world.index.refused.add('refused');
    const run = await world.startAndWork('save', 100);
    world.index.refused.clear();
    world.stage = {
      transformationID: 't',
      transform: async (inputs) => ({
        outcomes: inputs.map(({ objectID, json }) => {
          const { seen = 0 } = JSON.parse(json) as { seen?: number };
          const transformed = `{"objectID":"${objectID}","seen":${seen + 1}}`;
          return { records: [{ objectIDJson: `"${objectID}"`, json: transformed }] };
        }),
        logs: [],
      }),
    };
    await replay(world, table, { run });
    expect([...(world.index.live?.values() ?? [])]).toEqual([
      { objectID: 'good' },
      { objectID: 'failed', seen: 1 },
      { objectID: 'refused', seen: 1 },
    ]);
    expect(await openOf(world, run)).toEqual([]);
  });
});
