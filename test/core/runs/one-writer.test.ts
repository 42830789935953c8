import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunCommitRefusedError } from '../../../core/runs/run-commit-refused-error.ts';
import { LeaseLostError } from '../../../core/leases/lease-lost-error.ts';
import { EngineWorld, records } from '../../support/engine-world.ts';
import { startTable, type TestTable } from '../../support/table.ts';

let table: TestTable;
beforeAll(async () => {
  table = await startTable();
});
afterAll(async () => table.stop());

/** Resolves `reached` when the source is asked for the batch at `position`, and waits there for `goOn`. */
function pauseAt(world: EngineWorld, position: number) {
  const reached = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  let isFirst = true;
  world.source.beforeBatch = async (at) => {
    if (at !== position || !isFirst) return;
    isFirst = false;
    reached.resolve();
    await goOn.promise;
  };
  return { reached: reached.promise, goOn: goOn.resolve };
}

describe('two runs of one index', () => {
  it('never write at the same time: the second waits and comes after the first', async () => {
    const world = new EngineWorld(table, { entries: records(6) });
    const first = await world.start('save', 0, 'first');
    const second = await world.start('save', 0, 'second');
    world.queue.length = 0;
    const pause = pauseAt(world, 4);
    const working = world.work(first);
    await pause.reached;

    await world.work(second);
    expect(await world.read(second)).toMatchObject({ status: 'created', attempts: 0 });
    expect(world.queue).toMatchObject([{ message: { runID: second.runID }, delaySeconds: 2 }]);
    pause.goOn();
    await working;
    await world.deliverAll();
    expect(await world.read(second)).toMatchObject({ status: 'finished', outcome: 'success' });
  });

  it('come in the order in which they were created', async () => {
    const world = new EngineWorld(table, { entries: records(2) });
    const runs = [];
    for (const key of ['first', 'second', 'third']) {
      runs.push(await world.start('save', 0, key));
      world.clock.advance(1000);
    }
    const [first, second, third] = runs as [(typeof runs)[0], (typeof runs)[0], (typeof runs)[0]];
    world.queue.length = 0;
    const pause = pauseAt(world, 0);
    const working = world.work(first);
    await pause.reached;
    await world.work(third);
    await world.work(second);
    pause.goOn();
    await working;
    // The index is free now, but the second was there before the third.
    world.clock.advance(3000);
    await world.work(third);
    expect((await world.read(third)).status).toBe('created');
    await world.deliverAll();
    const ends = await Promise.all(runs.map(async (run) => (await world.read(run)).finishedAt ?? ''));
    expect(ends).toEqual(ends.toSorted());
    expect(ends[1]).not.toBe(ends[2]);
  });

  it('do not multiply their messages while they wait', async () => {
    const world = new EngineWorld(table, { entries: records(6) });
    const first = await world.start('save', 0, 'first');
    const second = await world.start('save', 0, 'second');
    world.queue.length = 0;
    const pause = pauseAt(world, 4);
    const working = world.work(first);
    await pause.reached;
    for (let delivery = 0; delivery < 4; delivery += 1) await world.work(second);
    expect(world.queue).toHaveLength(1);
    pause.goOn();
    await working;
  });
});

describe('two messages of one run', () => {
  it('find one worker at it, and the second one is done at once', async () => {
    const world = new EngineWorld(table, { entries: records(6) });
    const run = await world.start('replace');
    world.queue.length = 0;
    const pause = pauseAt(world, 4);
    const working = world.work(run);
    await pause.reached;
    await world.work(run);
    expect(world.queue).toHaveLength(0);
    expect((await world.read(run)).attempts).toBe(1);
    pause.goOn();
    await working;
    expect(await world.read(run)).toMatchObject({ outcome: 'success', attempts: 1 });
    expect(world.index.swaps).toBe(1);
  });

  it('after the end change nothing', async () => {
    const world = new EngineWorld(table, { entries: records(3) });
    const run = await world.startAndWork('replace');
    await world.work(run);
    expect(await world.read(run)).toEqual(run);
    expect(world.index.swaps).toBe(1);
    expect(world.bus).toHaveLength(1);
  });
});

describe('a worker that was stopped for longer than its lease', () => {
  it('cannot commit any more and acknowledges nothing that was not done', async () => {
    const world = new EngineWorld(table, { entries: records(6), settings: { checkpointBytes: 1 } });
    const run = await world.start('save');
    world.queue.length = 0;
    const pause = pauseAt(world, 4);
    const zombie = world.work(run);
    await pause.reached;
    const { leaseKey = '' } = await world.read(run);
    const stolen = await steal(world, leaseKey);
    expect(stolen).toBeGreaterThan((await world.read(run)).fence);
    const before = await world.read(run);
    pause.goOn();
    await expect(zombie).rejects.toThrow(/is worked on by another worker|was lost/);
    expect((await world.read(run)).cursor).toEqual(before.cursor);
  });

  it('acknowledges its message when the run went on without it', async () => {
    const world = new EngineWorld(table, { entries: records(6), settings: { checkpointBytes: 1 } });
    const run = await world.start('save');
    world.queue.length = 0;
    const pause = pauseAt(world, 4);
    const zombie = world.work(run);
    await pause.reached;
    const { leaseKey = '' } = await world.read(run);
    await expire(world, leaseKey);
    await world.work(run);
    expect(await world.read(run)).toMatchObject({ outcome: 'success', attempts: 2 });
    pause.goOn();
    await zombie;
    expect(await world.read(run)).toMatchObject({ outcome: 'success', counts: { applied: 6 } });
  });

  it('does not swap its index in, even when it lost the lease after it had decided to', async () => {
    const world = new EngineWorld(table, { entries: records(4), live: [{ objectID: 'old' }] });
    const run = await world.start('replace');
    let isStolen = false;
    world.worker.afterCall = async (call) => {
      if (call !== 'runStore.commit' || isStolen) return;
      const { leaseKey = '', settlement } = await world.read(run);
      if (settlement === undefined) return;
      isStolen = true;
      await steal(world, leaseKey);
    };
    await expect(world.work(run)).rejects.toThrow(LeaseLostError);
    expect(isStolen).toBe(true);
    expect(world.index.swaps).toBe(0);
  });

  it('does not swap its index in', async () => {
    const world = new EngineWorld(table, { entries: records(4), live: [{ objectID: 'old' }] });
    const run = await world.start('replace');
    world.queue.length = 0;
    world.index.fault = async (step, when) => {
      if (step !== 'count' || when !== 'before') return;
      const { leaseKey = '' } = await world.read(run);
      await steal(world, leaseKey);
    };
    await expect(world.work(run)).rejects.toThrow(/is worked on by another worker|was lost/);
    expect(world.index.swaps).toBe(0);
    expect(world.index.objectIDs).toEqual(['old']);
  });

  it('sends no batch once its term is over, even before a heartbeat noticed', async () => {
    const world = new EngineWorld(table, { entries: records(6) });
    const run = await world.start('save');
    world.source.beforeBatch = (position) => {
      // Time passes without the heartbeat being woken, as when the process is stopped and goes on.
      if (position === 4) world.clock.jump(61_000);
    };
    await expect(world.work(run)).rejects.toThrow(LeaseLostError);
    expect(world.index.steps.filter((step) => step === 'write')).toHaveLength(2);
  });
});

describe('a commit', () => {
  it('is refused when another one came first', async () => {
    const world = new EngineWorld(table);
    const run = await world.start('save');
    await world.runStore.commit({ run, changes: { attempts: 1 } });
    await expect(world.runStore.commit({ run, changes: { attempts: 2 } })).rejects.toThrow(
      RunCommitRefusedError,
    );
    expect((await world.read(run)).attempts).toBe(1);
  });

  it('is refused under a lower fence than the run has seen', async () => {
    const world = new EngineWorld(table);
    const run = await world.start('save');
    const lease = {
      appID: world.appID,
      key: 'x/y',
      runID: run.runID,
      fence: 4,
      heldUntil: new Date('2026-03-01T11:00:00Z'),
    };
    const seen = await world.runStore.commit({ run, changes: { fence: 5 } });
    await expect(world.runStore.commit({ run: seen, lease, changes: { attempts: 2 } })).rejects.toThrow(
      RunCommitRefusedError,
    );
  });

  it('never changes a run that has ended', async () => {
    const world = new EngineWorld(table, { entries: records(1) });
    const run = await world.startAndWork('save');
    await expect(world.runStore.commit({ run, changes: { status: 'started' } })).rejects.toThrow(
      RunCommitRefusedError,
    );
  });
});

/** Another run gets the lease, as if its term were over; gives the fence. */
async function steal(world: EngineWorld, key: string): Promise<number> {
  await expire(world, key);
  const answer = await world.leaseStore.acquire({
    appID: world.appID,
    key,
    runID: 'another-run',
    createdAt: '2026-01-01T00:00:00.000Z',
    reserveSeconds: 10,
  });
  if (!('lease' in answer)) throw new Error('The lease is still held');
  return answer.lease.fence;
}

/** The term of the lease ends without the clock of the worker moving: its heartbeats were lost. */
async function expire(world: EngineWorld, key: string): Promise<void> {
  await table.client.send(
    new UpdateCommand({
      TableName: table.tableName,
      Key: { pk: `${world.appID}#lease`, sk: key },
      UpdateExpression: 'SET heldUntil = :past',
      ExpressionAttributeValues: { ':past': '2026-01-01T00:00:00.000Z' },
    }),
  );
}
