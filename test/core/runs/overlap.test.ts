import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OverlapPolicy } from '../../../core/runs/overlap.ts';
import type { Run } from '../../../core/runs/run.ts';
import { EngineWorld, records } from '../../support/engine-world.ts';
import { startTable, type TestTable } from '../../support/table.ts';

let table: TestTable;
beforeAll(async () => {
  table = await startTable();
});
afterAll(async () => table.stop());

function trigger(world: EngineWorld, overlap: OverlapPolicy, key: string, task = 'task'): Promise<Run> {
  return world.startRun({
    appID: world.appID,
    task: { taskID: `${task}-of-${world.appID}`, action: 'save', failureThreshold: 0 },
    overlap,
    trigger: { kind: 'api', key },
  });
}

/** The first run stands before its third record until `goOn`. */
async function withOneRunning(overlap: OverlapPolicy) {
  const world = new EngineWorld(table, { entries: records(6), settings: { cancelCheckMilliseconds: 0 } });
  const running = await trigger(world, overlap, 'first');
  world.queue.length = 0;
  const reached = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  world.source.beforeBatch = async (position) => {
    if (position !== 2) return;
    reached.resolve();
    await goOn.promise;
  };
  const working = world.work(running);
  await reached.promise;
  const finish = async () => {
    world.source.beforeBatch = () => undefined;
    goOn.resolve();
    await working;
    await world.deliverAll();
  };
  return { world, running, finish };
}

describe('a run that starts while another one of its task has not ended', () => {
  it('is skipped where the task skips, and names the run that it made way for', async () => {
    const { world, running, finish } = await withOneRunning('skip');
    const skipped = await trigger(world, 'skip', 'second');
    expect(skipped).toMatchObject({ status: 'skipped', outcome: 'failure', reasonCode: 'blocking' });
    expect(skipped.reason).toContain(running.runID);
    await finish();
    expect(await world.read(skipped)).toMatchObject({
      status: 'skipped',
      attempts: 0,
      gaveWayTo: running.runID,
    });
    expect(await world.read(running)).toMatchObject({ outcome: 'success' });
    expect(await world.events(skipped)).toMatchObject([
      { type: 'log', data: { code: 'run.gave_way', runID: running.runID } },
    ]);
    expect(world.bus.map(({ runID }) => runID).toSorted()).toEqual([running.runID, skipped.runID].toSorted());
  });

  it('waits where the task queues, and a third one makes way for the one that waits', async () => {
    const { world, running, finish } = await withOneRunning('queue');
    const waiting = await trigger(world, 'queue', 'second');
    const third = await trigger(world, 'queue', 'third');
    expect(waiting.status).toBe('created');
    expect(third).toMatchObject({ status: 'skipped', reasonCode: 'blocking', gaveWayTo: waiting.runID });
    await finish();
    for (const run of [running, waiting]) expect(await world.read(run)).toMatchObject({ outcome: 'success' });
  });

  it('has the earlier one end where the task cancels, which says for which run', async () => {
    const { world, running, finish } = await withOneRunning('cancelOld');
    world.clock.advance(1000);
    const newer = await trigger(world, 'cancelOld', 'second');
    await finish();
    const ended = await world.read(running);
    expect(ended).toMatchObject({ status: 'finished', outcome: 'failure', reasonCode: 'cancelled' });
    expect(ended.reason).toContain(`because the run ${newer.runID} of the same task was started after it`);
    expect(await world.read(newer)).toMatchObject({ outcome: 'success', counts: { applied: 6 } });
  });

  it('has one that waits end without having begun where the task cancels', async () => {
    const { world, finish } = await withOneRunning('cancelOld');
    const waiting = await trigger(world, 'cancelOld', 'second');
    world.clock.advance(1000);
    const newest = await trigger(world, 'cancelOld', 'third');
    await finish();
    expect(await world.read(waiting)).toMatchObject({ status: 'skipped', gaveWayTo: newest.runID });
    expect(await world.read(newest)).toMatchObject({ outcome: 'success' });
  });

  it('is not stopped by runs of other tasks, nor by one that is being cancelled', async () => {
    const { world, running, finish } = await withOneRunning('skip');
    expect((await trigger(world, 'skip', 'other', 'another-task')).status).toBe('created');
    await world.runControl.cancel(world.appID, running.runID);
    expect((await trigger(world, 'skip', 'after-the-cancel')).status).toBe('created');
    await finish();
  });

  it('runs when the earlier one has ended', async () => {
    const { world, finish } = await withOneRunning('skip');
    await finish();
    const next = await trigger(world, 'skip', 'next');
    await world.deliverAll();
    expect(await world.read(next)).toMatchObject({ outcome: 'success' });
  });

  it('is the same run when its own trigger comes again', async () => {
    const { world, finish } = await withOneRunning('queue');
    const waiting = await trigger(world, 'queue', 'second');
    const third = await trigger(world, 'queue', 'third');
    expect(await trigger(world, 'queue', 'second')).toMatchObject({
      runID: waiting.runID,
      status: 'created',
    });
    expect(await trigger(world, 'queue', 'third')).toMatchObject({ runID: third.runID, status: 'skipped' });
    await finish();
  });
});

describe('triggers of one task at the same time', () => {
  it.each([
    ['skip', 1],
    ['queue', 2],
  ] as const)('where the task says %s let %i through', async (overlap, through) => {
    const world = new EngineWorld(table, { entries: records(2) });
    const keys = Array.from({ length: 6 }, (_, index) => `key-${index}`);
    const runs = await Promise.all(keys.map((key) => trigger(world, overlap, key)));
    expect(runs.filter(({ status }) => status === 'created')).toHaveLength(through);
    const stored = await Promise.all(runs.map((run) => world.read(run)));
    expect(stored.map(({ status }) => status)).toEqual(runs.map(({ status }) => status));
  });

  it('leave one to run where the task cancels: the others end for it', async () => {
    const world = new EngineWorld(table, { entries: records(2) });
    const keys = Array.from({ length: 4 }, (_, index) => `key-${index}`);
    await Promise.all(keys.map((key) => trigger(world, 'cancelOld', key)));
    await world.deliverAll();
    const runs = await Promise.all(world.bus.map((run) => world.read(run)));
    expect(runs.map(({ reasonCode }) => reasonCode).toSorted()).toEqual([
      'cancelled',
      'cancelled',
      'cancelled',
      'ok',
    ]);
  });
});
