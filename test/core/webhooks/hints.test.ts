import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { CrashError } from '../../support/mortal.ts';
import { startTable, type TestTable } from '../../support/table.ts';
import { WebhookWorld } from '../../support/webhook-world.ts';

let table: TestTable;
beforeAll(async () => {
  table = await startTable();
});
afterAll(async () => {
  await table.stop();
});

describe('hints', () => {
  test('that come within the window are taken by one run of what they name', async () => {
    const world = await WebhookWorld.create(table);
    await world.deliver({ objectID: 'a' });
    await world.deliver({ objectIDs: ['b', 'a'] });
    await world.deliver({ objectID: 'c' });
    expect(world.queue).toHaveLength(1);
    await world.startAll();
    const [run, another] = await world.runs();
    expect(run).toMatchObject({ type: 'update', action: 'save', status: 'created' });
    expect(run?.trigger.kind).toBe('webhook');
    expect(run && (await world.entitiesOf(run))).toEqual(['a', 'b', 'c']);
    expect(another).toBeUndefined();
    expect(run && (await world.firstEvent(run))).toMatchObject({
      type: 'log',
      data: {
        message: 'Deliveries of the webhook that this run takes: 3. Records that they name: 3.',
        objectIDs: expect.arrayContaining(['a', 'b', 'c']),
      },
    });
    const { deliveries } = await world.deliveries();
    expect(deliveries.map(({ status, runID }) => ({ status, runID }))).toEqual(
      Array.from({ length: 3 }, () => ({ status: 'taken', runID: run?.runID })),
    );
  });

  test('that come after a window was closed are taken by another run', async () => {
    const world = await WebhookWorld.create(table);
    await world.deliver({ objectID: 'a' });
    world.starter.beforeCall = async (call) => {
      if (call !== 'line.leave') return;
      world.starter.beforeCall = () => undefined;
      await world.deliver({ objectID: 'late' });
    };
    await world.startAll();
    const runs = await world.runs();
    const entities = await Promise.all(runs.map((run) => world.entitiesOf(run)));
    expect(entities.toSorted()).toEqual([['a'], ['late']]);
  });

  test('of which one names nothing are taken by a run of the whole source', async () => {
    const world = await WebhookWorld.create(table);
    await world.deliver({ objectID: 'a' });
    await world.deliver({ changed: 'something' });
    await world.startAll();
    expect(await world.runs()).toMatchObject([{ type: 'reindex', action: 'replace' }]);
  });

  test('that name more than one run takes are shared among several', async () => {
    const world = await WebhookWorld.create(table);
    const ids = (from: number) => Array.from({ length: 600 }, (_, index) => `r${from + index}`);
    await world.deliver({ objectIDs: ids(0) });
    await world.deliver({ objectIDs: ids(600) });
    await world.startAll();
    const entities = await Promise.all((await world.runs()).map((run) => world.entitiesOf(run)));
    expect(entities.map(({ length }) => length)).toEqual([600, 600]);
    expect(new Set(entities.flat()).size).toBe(1_200);
  });

  test('for a task that is disabled are told of by a run that was skipped', async () => {
    const world = await WebhookWorld.create(table, { task: { enabled: false } });
    await world.deliver({ objectID: 'a' });
    await world.startAll();
    expect(await world.runs()).toMatchObject([{ type: 'update', status: 'skipped' }]);
    const { deliveries } = await world.deliveries();
    expect(deliveries).toMatchObject([{ status: 'taken' }]);
  });

  test('of a task that is gone are forgotten', async () => {
    const world = await WebhookWorld.create(table);
    await world.deliver({ objectID: 'a' });
    await world.tasks.delete(world.appID, world.taskID);
    await world.startAll();
    expect(await world.line.list(world.owner, 10)).toEqual([]);
    expect(await world.deliver({ objectID: 'b' })).toEqual({ kind: 'accepted' });
    world.clock.advance(60_000);
    expect(await world.deliver({ objectID: 'c' })).toEqual({ kind: 'refused' });
  });
});

describe('a repeat', () => {
  test('starts nothing and is counted, also when many come at once', async () => {
    const world = await WebhookWorld.create(table);
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => world.deliver({ objectID: 'a' }, 'event-1')),
    );
    expect(answers).toEqual(Array.from({ length: 8 }, () => ({ kind: 'accepted' })));
    await world.startAll();
    await world.deliver({ objectID: 'a' }, 'event-1');
    await world.startAll();
    expect(await world.runs()).toHaveLength(1);
    const { deliveries } = await world.deliveries();
    expect(deliveries).toMatchObject([{ senderID: 'event-1', duplicates: 8 }]);
  });

  test('is known for seven days', async () => {
    const world = await WebhookWorld.create(table);
    await world.deliver({ objectID: 'a' }, 'event-1');
    await world.startAll();
    world.clock.advance(6.9 * 86_400_000);
    await world.deliver({ objectID: 'a' }, 'event-1');
    await world.startAll();
    expect(await world.runs()).toHaveLength(1);
    world.clock.advance(0.2 * 86_400_000);
    await world.deliver({ objectID: 'a' }, 'event-1');
    await world.startAll();
    expect(await world.runs()).toHaveLength(2);
  });
});

describe('whatever stops', () => {
  test('a delivery that was cut off is taken by a run once its sender repeats it', async () => {
    const calls = await callsOf(async (world) => world.deliver({ objectID: 'a' }, 'event-1'), 'receiver');
    expect(calls).toBeGreaterThan(2);
    for (let call = 1; call <= calls; call += 1) {
      for (const when of ['before', 'after'] as const) {
        const world = await WebhookWorld.create(table);
        world.receiver.dieAt(call, when);
        await world.deliver({ objectID: 'a' }, 'event-1').catch(expectCrash);
        world.receiver.revive();
        expect(await world.deliver({ objectID: 'a' }, 'event-1')).toEqual({ kind: 'accepted' });
        await recover(world);
        const runs = await world.runs();
        expect({ call, when, runs: runs.length }).toEqual({ call, when, runs: 1 });
        expect(runs[0] && (await world.entitiesOf(runs[0]))).toEqual(['a']);
      }
    }
  });

  test('what starts runs starts one run for a window, which has every hint', async () => {
    const deliver = async (world: WebhookWorld) => {
      await world.deliver({ objectID: 'a' });
      await world.deliver({ objectID: 'b' });
    };
    const calls = await callsOf(async (world) => {
      await deliver(world);
      await world.startAll();
    }, 'starter');
    expect(calls).toBeGreaterThan(4);
    for (let call = 1; call <= calls; call += 1) {
      for (const when of ['before', 'after'] as const) {
        const world = await WebhookWorld.create(table);
        await deliver(world);
        world.starter.dieAt(call, when);
        await world.startAll().catch(expectCrash);
        world.starter.revive();
        await recover(world);
        const runs = await world.runs();
        expect({ call, when, runs: runs.length }).toEqual({ call, when, runs: 1 });
        expect(runs[0] && (await world.entitiesOf(runs[0]))).toEqual(['a', 'b']);
        expect(await world.line.list(world.owner, 10)).toEqual([]);
      }
    }
  });

  test('a message that was lost, or never sent, is sent again by the sweep', async () => {
    const world = await WebhookWorld.create(table);
    world.queueFails = true;
    expect(await world.deliver({ objectID: 'a' })).toEqual({ kind: 'accepted' });
    world.queueFails = false;
    await recover(world);
    expect(await world.runs()).toHaveLength(1);
    world.clock.advance(600_000);
    expect((await world.windows.takeDue(1_000)).filter(({ appID }) => appID === world.appID)).toEqual([]);
  });
});

/** Time passes with its sweeps. */
async function recover(world: WebhookWorld): Promise<void> {
  for (let minute = 0; minute < 3; minute += 1) {
    world.clock.advance(61_000);
    await world.sweepWindows();
    // Other tests' windows are due in the same table.
    const own = world.queue.filter(({ appID }) => appID === world.appID);
    world.queue.splice(0, world.queue.length, ...own);
    await world.startAll();
  }
}

async function callsOf(
  act: (world: WebhookWorld) => Promise<unknown>,
  process: 'receiver' | 'starter',
): Promise<number> {
  const world = await WebhookWorld.create(table);
  await act(world);
  return world[process].calls.length;
}

function expectCrash(error: unknown): void {
  if (!(error instanceof CrashError)) throw error;
}
