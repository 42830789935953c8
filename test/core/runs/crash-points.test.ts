import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TaskAction } from '../../../core/runs/run.ts';
import { EngineWorld } from '../../support/engine-world.ts';
import { startTable, type TestTable } from '../../support/table.ts';

let table: TestTable;
beforeAll(async () => {
  table = await startTable();
});
afterAll(async () => table.stop());

const entries = [
  { objectID: 'a', n: 1 },
  { objectID: 'b', n: 1 },
  { objectID: 'c', n: 1 },
  { objectID: 'a', n: 2 },
  { objectID: 'd', n: 1 },
];
const live = [
  { objectID: 'old', n: 0 },
  { objectID: 'b', n: 0, kept: true },
];

const expected: Record<string, unknown> = {
  replace: { a: { n: 2 }, b: { n: 1 }, c: { n: 1 }, d: { n: 1 } },
  save: { a: { n: 2 }, b: { n: 1 }, c: { n: 1 }, d: { n: 1 }, old: { n: 0 } },
  partial: { a: { n: 2 }, b: { n: 1, kept: true }, c: { n: 1 }, d: { n: 1 }, old: { n: 0 } },
  partialNoCreate: { b: { n: 1, kept: true }, old: { n: 0 } },
  append: { a: { n: 1 }, b: { n: 0, kept: true }, c: { n: 1 }, d: { n: 1 }, old: { n: 0 } },
};

function newWorld(): EngineWorld {
  // A checkpoint after every batch, so that there is something to resume from.
  return new EngineWorld(table, { entries, live, settings: { checkpointBytes: 1 } });
}

function stateOf(world: EngineWorld): unknown {
  return Object.fromEntries(
    [...(world.index.live ?? [])].map(([id, record]) => [id, { ...record, objectID: undefined }]),
  );
}

describe.each<TaskAction>(['replace', 'save', 'partial', 'partialNoCreate', 'append'])(
  'a worker that dies in a %s run',
  (action) => {
    it.each(['before', 'after'] as const)(
      'dies %s any call it makes, and the next one brings the run to the same end',
      async (when) => {
        const clean = newWorld();
        await clean.startAndWork(action);
        const { calls } = clean.worker;
        expect(calls.length).toBeGreaterThan(12);

        for (const [index, call] of calls.entries()) {
          const world = newWorld();
          const run = await world.start(action);
          world.worker.dieAt(index + 1, when);
          await world.deliverUntilDeath();
          expect(world.worker.isDead, `${index} ${call}`).toBe(true);
          // Readers of an index that is replaced see the old one or the new one; the other actions write into it.
          const whole = action === 'replace' ? ['b,old', 'a,b,c,d'] : [world.index.objectIDs.join()];
          expect(whole, `${index} ${call}`).toContain(world.index.objectIDs.join());
          await world.recover();
          const ended = await world.read(run);
          expect(ended, `${index} ${call}`).toMatchObject({ status: 'finished', outcome: 'success' });
          const { received, applied, unchanged, rejected } = ended.counts;
          expect([received, rejected, applied + unchanged], `${index} ${call}`).toEqual([5, 0, 5]);
          expect(stateOf(world), `${index} ${call}`).toEqual(expected[action]);
          expect(world.index.temporary.size).toBe(0);
          expect(world.bus.length, `${index} ${call}`).toBeGreaterThan(0);
          expect(ended.dueAt).toBeUndefined();
        }
      },
    );
  },
);
