import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SourceError } from '../../../core/runs/source-error.ts';
import { EngineWorld } from '../../support/engine-world.ts';
import type { SourceEntry } from '../../support/fake-source.ts';
import { rejectedOf } from '../../support/replays.ts';
import { startTable, type TestTable } from '../../support/table.ts';

let table: TestTable;
beforeAll(async () => {
  table = await startTable();
});
afterAll(async () => table.stop());

function badRow(position: number): SourceEntry {
  const content = { sizeBytes: 3, text: 'a,b' };
  return { rejected: { position, code: 'csv.too_few_columns', message: 'It is too short.', content } };
}

const entries: SourceEntry[] = [
  { objectID: 'a', n: 1 },
  badRow(2),
  { objectID: 'bad1', n: 3 },
  { objectID: 'b', n: 4 },
  { objectID: 'bad2', n: 5 },
  badRow(6),
  { objectID: 'c', n: 7 },
];

function newWorld(): EngineWorld {
  // A checkpoint after every batch, so that there is something to resume from.
  const world = new EngineWorld(table, { entries, settings: { checkpointBytes: 1 } });
  world.source.batchSize = 4;
  world.index.refused.add('bad1').add('bad2');
  return world;
}

async function summaryOf(world: EngineWorld, run: { runID: string }) {
  const rejected = await rejectedOf(world, run);
  return rejected.map(({ number, position, stage, objectID }) => [number, position, stage, objectID]);
}

const EXPECTED = [
  [1, 2, 'source', undefined],
  [2, 3, 'destination', 'bad1'],
  [3, 5, 'destination', 'bad2'],
  [4, 6, 'source', undefined],
];

describe('what a run rejects', () => {
  it('is kept in the order of the source, with what was read or sent', async () => {
    const world = newWorld();
    const run = await world.startAndWork('save', 100);
    expect(run).toMatchObject({ outcome: 'success', counts: { rejected: 4 }, rejectedKept: 4 });
    expect(await summaryOf(world, run)).toEqual(EXPECTED);
    const [first, second] = await rejectedOf(world, run);
    expect([first?.content?.text, second?.content?.record]).toEqual(['a,b', '{"objectID":"bad1","n":3}']);
  });

  it('is told by events without the records', async () => {
    const world = newWorld();
    const run = await world.startAndWork('save', 100);
    const failed = (await world.events(run)).filter(({ status }) => status === 'failed');
    expect(failed.length).toBeGreaterThan(0);
    expect(JSON.stringify(failed)).toContain('csv.too_few_columns');
    expect(JSON.stringify(failed)).not.toContain('content');
  });

  it('costs a run without rejections nothing', async () => {
    const world = newWorld();
    world.source.entries = [{ objectID: 'a' }, { objectID: 'b' }];
    const run = await world.startAndWork('save');
    expect(run.rejectedKept).toBeUndefined();
    expect(world.worker.calls).not.toContain('rejectedRecords.keep');
  });

  it('is only of the second reading when the source changed meanwhile', async () => {
    const world = newWorld();
    const failure = { disposition: 'retryable' } as const;
    world.source.changedError = new SourceError('source.changed', 'The file changed.', failure);
    let failures = 1;
    world.source.beforeBatch = (position) => {
      if (position !== 4 || failures-- === 0) return;
      world.source.entries = [{ objectID: 'new' }, badRow(2)];
      world.source.version = 2;
      throw new SourceError('source.unreachable', 'It went away.', failure);
    };
    const run = await world.startAndWork('save', 100);
    expect(run).toMatchObject({ restarts: 1, counts: { received: 2, rejected: 1 } });
    expect(await summaryOf(world, run)).toEqual([[1, 2, 'source', undefined]]);
  });

  it('is not what a worker noted that died before its checkpoint, if it is good the second time', async () => {
    const world = newWorld();
    world.source.entries = [{ objectID: 'bad1' }, { objectID: 'a' }];
    const run = await world.start('save', 100);
    world.worker.afterCall = (call) => {
      if (call === 'rejectedRecords.keep') world.worker.dieNow();
    };
    await world.deliverUntilDeath();
    expect(world.worker.isDead).toBe(true);
    world.worker.afterCall = () => undefined;
    world.index.refused.clear();
    await world.recover();
    expect(await world.read(run)).toMatchObject({ outcome: 'success', counts: { applied: 2, rejected: 0 } });
    expect(await summaryOf(world, run)).toEqual([]);
  });
});

describe('a worker that dies', () => {
  it.each(['before', 'after'] as const)(
    '%s any call it makes has each rejected record kept once',
    async (when) => {
      const clean = newWorld();
      await clean.startAndWork('save', 100);
      const { calls } = clean.worker;
      expect(calls).toContain('rejectedRecords.keep');

      for (const [index, call] of calls.entries()) {
        const world = newWorld();
        const run = await world.start('save', 100);
        world.worker.dieAt(index + 1, when);
        await world.deliverUntilDeath();
        await world.recover(4);
        const ended = await world.read(run);
        expect(ended, `${index} ${call}`).toMatchObject({ outcome: 'success', counts: { rejected: 4 } });
        expect(await summaryOf(world, run), `${index} ${call}`).toEqual(EXPECTED);
      }
    },
  );
});

it('tells how many bytes of the source were read', async () => {
  const world = newWorld();
  const run = await world.startAndWork('save', 100);
  const fetched = (await world.events(run)).find(
    ({ type, status }) => type === 'fetch' && status === 'succeeded',
  );
  expect(fetched?.data).toMatchObject({ records: 7, bytes: 70 });
});
