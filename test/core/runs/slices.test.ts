import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DestinationError } from '../../../core/runs/destination-error.ts';
import { SourceError } from '../../../core/runs/source-error.ts';
import { EngineWorld, records } from '../../support/engine-world.ts';
import { startTable, type TestTable } from '../../support/table.ts';

let table: TestTable;
beforeAll(async () => {
  table = await startTable();
});
afterAll(async () => table.stop());

const each = { checkpointBytes: 1 };
const outage = () =>
  new SourceError('http.timeout', 'The server did not answer.', { disposition: 'retryable' });

describe('the deadline of the function', () => {
  it('ends a slice in a checkpoint and a message, and the next slice goes on there', async () => {
    const world = new EngineWorld(table, { entries: records(10) });
    const run = await world.start('replace');
    world.remainingMilliseconds = 30_000;
    world.queue.length = 0;
    await world.work(run);
    expect(world.queue).toMatchObject([{ message: { runID: run.runID }, delaySeconds: 0 }]);
    expect(await world.read(run)).toMatchObject({
      status: 'started',
      cursor: { position: 2 },
      counts: { received: 2, applied: 2 },
    });

    await world.deliverAll();
    expect(await world.read(run)).toMatchObject({
      outcome: 'success',
      attempts: 6,
      counts: { received: 10, applied: 10 },
    });
    expect(world.source.reads.map((cursor) => cursor?.['position'])).toEqual([undefined, 2, 4, 6, 8, 10]);
    expect(world.index.objectIDs).toHaveLength(10);
  });

  it('does not take repeats across slices for missing records', async () => {
    const entries = [...records(4), ...records(2, { again: true })];
    const world = new EngineWorld(table, { entries });
    const run = await world.start('replace');
    world.remainingMilliseconds = 30_000;
    await world.deliverAll();
    expect(await world.read(run)).toMatchObject({ outcome: 'success', reasonCode: 'ok' });
    expect(world.index.live?.get('r0001')).toEqual({ objectID: 'r0001', again: true });
    expect(world.index.objectIDs).toHaveLength(4);
  });

  it('still finds records missing that this slice has written', async () => {
    const world = new EngineWorld(table, { entries: records(4), live: [{ objectID: 'old' }] });
    const run = await world.start('replace');
    world.remainingMilliseconds = 30_000;
    world.index.fault = (step, when) => {
      if (step === 'count' && when === 'before') [...world.index.temporary.values()][0]?.clear();
    };
    await world.deliverAll();
    expect(await world.read(run)).toMatchObject({ outcome: 'failure', reasonCode: 'lacking_events' });
    expect(world.index.objectIDs).toEqual(['old']);
  });
});

describe('a source or destination that fails for a while', () => {
  it('is tried again from the last checkpoint, and the run says so', async () => {
    const world = new EngineWorld(table, { entries: records(6) });
    let failures = 2;
    world.source.beforeBatch = (position) => {
      if (position === 4 && failures-- > 0) throw outage();
    };
    const run = await world.startAndWork('replace');
    expect(run).toMatchObject({ outcome: 'success', attempts: 1, counts: { applied: 6, unchanged: 0 } });
    expect(world.source.reads.map((cursor) => cursor?.['position'])).toEqual([undefined, 4, 4]);
    expect(world.clock.slept).toEqual([500, 1000]);
    const retried = (await world.events(run)).filter(({ status }) => status === 'retried');
    expect(retried).toMatchObject([
      { type: 'fetch', data: { code: 'http.timeout', tries: 1 } },
      { type: 'fetch', data: { code: 'http.timeout', tries: 2 } },
    ]);
  });

  it('ends the run as critical when it does not come back', async () => {
    const world = new EngineWorld(table, { entries: records(6) });
    world.source.beforeBatch = () => {
      throw outage();
    };
    const run = await world.startAndWork('save');
    expect(run).toMatchObject({ outcome: 'failure', reasonCode: 'critical' });
    expect(run.reason).toBe('The server did not answer. It was tried 5 times. Nothing was written.');
    expect(world.source.reads).toHaveLength(5);
  });

  it('leaves open whether the index was moved when the answer to the move never comes', async () => {
    const world = new EngineWorld(table, { entries: records(2), live: [{ objectID: 'old' }] });
    world.index.fault = (step, when) => {
      if (step === 'publish' && when === 'after') throw outage();
    };
    const run = await world.startAndWork('replace');
    expect(run).toMatchObject({ outcome: 'failure', reasonCode: 'critical' });
    expect(run.reason).toMatch(
      /It is not certain whether the new index has taken the place of the old one\.$/,
    );
    expect(world.index.objectIDs).toEqual(['r0001', 'r0002']);
  });

  it('leaves it open also when whoever gave up dies again and again before the end is told', async () => {
    const world = new EngineWorld(table, {
      entries: records(2),
      live: [{ objectID: 'old' }],
      settings: { maxStalls: 2 },
    });
    world.index.fault = (step, when) => {
      if (step === 'publish' && when === 'after') throw outage();
    };
    let deaths = 0;
    world.worker.beforeCall = (call) => {
      if (call !== 'index.discard' || deaths === 5) return;
      deaths += 1;
      world.worker.dieNow();
    };
    const run = await world.start('replace');
    await world.deliverUntilDeath();
    while (deaths < 5) {
      world.worker.revive();
      world.clock.advance(60_000);
      await world.sweepRuns();
      await world.deliverUntilDeath();
    }
    await world.recover();
    const ended = await world.read(run);
    expect(ended).toMatchObject({ outcome: 'failure', reasonCode: 'critical' });
    expect(ended.reason).toMatch(/It is not certain whether/);
    expect(world.index.objectIDs).toEqual(['r0001', 'r0002']);
  });

  it('counts no record as a repeat that was written before a failed write and again after it', async () => {
    const world = new EngineWorld(table, { entries: records(6) });
    let failures = 1;
    world.index.fault = (step, when, batch) => {
      if (step === 'write' && when === 'after' && Buffer.from(batch?.bytes ?? []).includes('r0003')) {
        if (failures-- > 0) {
          throw new DestinationError('destination.overloaded', 'Too many requests.', {
            disposition: 'retryable',
          });
        }
      }
    };
    const run = await world.startAndWork('replace');
    expect(run).toMatchObject({
      outcome: 'success',
      counts: { received: 6, applied: 6, unchanged: 0, rejected: 0 },
    });
  });

  it('leaves nothing on the wire when a write has failed for good', async () => {
    const world = new EngineWorld(table, { entries: records(40) });
    const onTheWire: number[] = [];
    world.worker.beforeCall = (call) => {
      if (call === 'runStore.commit') onTheWire.push(world.index.writesInFlight);
    };
    world.index.fault = async (step, when, batch) => {
      if (step !== 'write' || when !== 'before') return;
      if (Buffer.from(batch?.bytes ?? []).includes('r0005')) {
        throw new DestinationError('destination.forbidden', 'The API key may not write.');
      }
      for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    };
    const run = await world.startAndWork('save');
    expect(run).toMatchObject({ outcome: 'failure', reasonCode: 'critical' });
    expect(world.index.mostInFlight).toBeGreaterThan(1);
    expect(onTheWire.at(-1)).toBe(0);
  });
});

describe('a source that changes while it is read', () => {
  it('is read again from the start, into a fresh temporary index', async () => {
    const world = new EngineWorld(table, {
      entries: records(6),
      live: [{ objectID: 'old' }],
      settings: each,
    });
    world.source.changedError = new SourceError('source.changed', 'The file changed.', {
      disposition: 'retryable',
    });
    let failures = 1;
    world.source.beforeBatch = (position) => {
      if (position !== 4 || failures-- === 0) return;
      world.source.entries = [{ objectID: 'new1' }, { objectID: 'new2' }];
      world.source.version = 2;
      throw outage();
    };
    const run = await world.startAndWork('replace');
    expect(run).toMatchObject({
      outcome: 'success',
      restarts: 1,
      counts: { received: 2, applied: 2, unchanged: 0, rejected: 0 },
    });
    expect(world.index.objectIDs).toEqual(['new1', 'new2']);
  });

  it('does not keep the run going round for ever', async () => {
    const world = new EngineWorld(table, { entries: records(6) });
    world.source.beforeBatch = () => {
      throw new SourceError('source.changed', 'The file changed.', { disposition: 'retryable' });
    };
    const run = await world.startAndWork('save');
    expect(run).toMatchObject({ outcome: 'failure', reasonCode: 'critical', restarts: 3 });
  });
});

describe('a worker that stops', () => {
  it('is followed by another that goes on where the last checkpoint stands, and says so', async () => {
    const world = new EngineWorld(table, { entries: records(6), settings: each });
    const run = await world.start('save');
    world.source.beforeBatch = (position) => {
      if (position === 4) world.worker.dieNow();
    };
    await world.deliverUntilDeath();
    const { cursor } = await world.read(run);
    world.source.beforeBatch = () => undefined;
    await world.recover(3);
    expect(await world.read(run)).toMatchObject({ outcome: 'success', attempts: 2, counts: { applied: 6 } });
    expect(world.source.reads.at(-1)).toEqual(cursor);
    const resumed = (await world.events(run)).find(({ data }) => data?.['code'] === 'run.resumed');
    expect(resumed?.data?.['message']).toContain('after the worker stopped');
  });

  it('each time at the same place ends the run as internal', async () => {
    const world = new EngineWorld(table, { entries: records(4), live: [{ objectID: 'old' }] });
    const run = await world.start('replace');
    for (let death = 0; death < 5; death += 1) {
      world.source.beforeBatch = () => world.worker.dieNow();
      await world.deliverUntilDeath();
      world.worker.revive();
      world.clock.advance(120_000);
      await world.sweepRuns();
    }
    await world.deliverAll();
    expect(await world.read(run)).toMatchObject({
      status: 'finished',
      outcome: 'failure',
      reasonCode: 'internal',
    });
    expect(world.index.objectIDs).toEqual(['old']);
    expect(world.index.temporary.size).toBe(0);
  });

  it('by an error of our own sends its message back, and the sweep brings the run to its end', async () => {
    const world = new EngineWorld(table, { entries: records(4) });
    const run = await world.start('save');
    let failures = 1;
    world.source.beforeBatch = () => {
      if (failures-- > 0) throw new TypeError('cannot read properties of undefined');
    };
    await expect(world.deliverAll()).rejects.toThrow(TypeError);
    await world.recover(3);
    expect(await world.read(run)).toMatchObject({ outcome: 'success' });
  });
});
