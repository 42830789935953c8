import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isBeyondBudget } from '../../../core/runs/failure-budget.ts';
import { breachesThreshold } from '../../../core/runs/run-counts.ts';
import { EngineWorld, records } from '../../support/engine-world.ts';
import type { SourceEntry } from '../../support/fake-source.ts';
import { startTable, type TestTable } from '../../support/table.ts';

let table: TestTable;
beforeAll(async () => {
  table = await startTable();
});
afterAll(async () => table.stop());

const bad = (position: number): SourceEntry => ({
  rejected: { position, code: 'csv.bad_number', message: `Line ${position}: no number.` },
});

/** A hundred records, of which those at the places given are bad. */
function entries(...places: number[]): SourceEntry[] {
  return records(100).map((record, index) => (places.includes(index) ? bad(index) : record));
}

describe('a run of a task that accepts no failures', () => {
  it('stops reading at the first record that its source cannot give, and says so', async () => {
    const world = new EngineWorld(table, { entries: entries(5), live: [{ objectID: 'old' }] });
    const run = await world.startAndWork('replace');
    expect(run).toMatchObject({
      outcome: 'failure',
      reasonCode: 'too_many_errors',
      counts: { received: 6, applied: 5, rejected: 1 },
      reason:
        '1 of 6 records (16.67 %) were rejected; the task accepts 0 %. Reading stopped there, since the run could ' +
        'not succeed any more. The index was left as it was.',
    });
    expect(world.index.objectIDs).toEqual(['old']);
    expect(world.index.temporary.size).toBe(0);
    const [stopped] = (await world.events(run)).filter(({ data }) => data?.['code'] === 'run.stopped_early');
    expect(stopped).toMatchObject({ type: 'fetch', status: 'failed', data: { records: 6, rejected: 1 } });
  });

  it('says nothing of stopping where nothing was left to read', async () => {
    const world = new EngineWorld(table, { entries: entries(99) });
    world.source.knowsItsEnd = true;
    const { reason } = await world.startAndWork('save');
    expect(reason).toBe(
      '1 of 100 records (1 %) were rejected; the task accepts 0 %. 99 records were written before.',
    );
  });

  it('stops when the index refuses a record, and says what the others wrote', async () => {
    const world = new EngineWorld(table, { entries: entries() });
    world.index.refused.add('r0003');
    world.source.beforeBatch = async (position) => {
      // The answer to the batch before comes in meanwhile.
      if (position > 2) await new Promise(setImmediate);
    };
    const { counts, reason, reasonCode } = await world.startAndWork('save');
    expect(reasonCode).toBe('too_many_errors');
    expect(counts.received).toBeLessThan(20);
    expect(world.index.live?.size).toBe(counts.applied);
    expect(reason).toMatch(new RegExp(`${counts.applied} records were written before\\.$`));
  });

  it('reads nothing more after its worker stopped when it had come so far', async () => {
    const world = new EngineWorld(table, { entries: entries(1), settings: { checkpointBytes: 1 } });
    const run = await world.start('replace');
    world.worker.afterCall = async (call) => {
      if (call === 'runStore.commit' && (await world.read(run)).counts.rejected > 0) world.worker.dieNow();
    };
    await world.deliverUntilDeath();
    expect(world.worker.isDead).toBe(true);
    world.worker.afterCall = () => undefined;
    await world.recover();
    expect(await world.read(run)).toMatchObject({ reasonCode: 'too_many_errors', attempts: 2 });
    expect(world.source.reads).toEqual([undefined]);
  });
});

describe('a run of a task that accepts some failures', () => {
  it('stops once even good records could not make up for those that failed', async () => {
    const world = new EngineWorld(table, { entries: entries(0, 1, 2, 3, 4, 5, 50) });
    world.source.knowsItsEnd = true;
    const run = await world.startAndWork('save', 5);
    expect(run).toMatchObject({ reasonCode: 'too_many_errors', counts: { received: 6, rejected: 6 } });
  });

  it('reads on while good records may follow, and succeeds when they do', async () => {
    const world = new EngineWorld(table, { entries: entries(0, 1, 2, 3, 4) });
    world.source.knowsItsEnd = true;
    expect(await world.startAndWork('save', 5)).toMatchObject({
      outcome: 'success',
      counts: { received: 100, rejected: 5 },
    });
  });

  it('reads a source to its end that does not tell how much is left', async () => {
    const world = new EngineWorld(table, { entries: entries(0, 1, 2, 3, 4, 5) });
    expect(await world.startAndWork('save', 5)).toMatchObject({
      reasonCode: 'too_many_errors',
      counts: { received: 100, rejected: 6 },
    });
  });
});

describe('stopping early', () => {
  it('never ends a run that would have succeeded, wherever it is asked and however much is left', () => {
    fc.assert(
      fc.property(
        fc.array(fc.boolean(), { minLength: 1, maxLength: 200 }),
        fc.integer({ min: 0, max: 100 }),
        fc.nat({ max: 50 }),
        (failed, failureThreshold, overestimate) => {
          const rejected = failed.filter(Boolean).length;
          const fails = breachesThreshold(
            { received: failed.length, applied: 0, unchanged: 0, rejected },
            failureThreshold,
          );
          const stops = failed.some((_, index) => {
            const read = failed.slice(0, index + 1);
            const counts = { received: read.length, rejected: read.filter(Boolean).length };
            const left = failed.length - read.length;
            return (
              isBeyondBudget({ failureThreshold }, counts, left + overestimate) ||
              isBeyondBudget({ failureThreshold }, counts, undefined)
            );
          });
          expect(stops && !fails).toBe(false);
        },
      ),
      { numRuns: 300 },
    );
  });
});
