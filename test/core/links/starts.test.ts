import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { createDestinationStore } from '../../../core/destinations/destination-store.ts';
import { createLog } from '../../../core/foundation/logging.ts';
import type { Run } from '../../../core/runs/run.ts';
import { createSourceStore } from '../../../core/sources/source-store.ts';
import { createRunTask } from '../../../core/tasks/run-task.ts';
import { createStartOrSkip } from '../../../core/triggers/start-or-skip.ts';
import { createStartScheduledRun } from '../../../core/triggers/start-scheduled-run.ts';
import { startApi, type ApiService } from '../../support/api-service.ts';
import { HostedSide, startHostedWorld, type HostedWorld } from '../../support/hosted-world.ts';

let api: ApiService;
let world: HostedWorld;
let linkID: string;
let taskID: string;

beforeAll(async () => {
  api = await startApi();
});
afterAll(async () => {
  await api.stop();
});
beforeEach(async () => {
  world = await startHostedWorld(api);
  taskID = await new HostedSide(api, world.hosted).createTask();
  linkID = await world.link();
  await world.poll(linkID);
  world.us.arrivals.length = 0;
});
afterEach(async () => {
  await world.stop();
});

/** What a trigger does, and what the message does that it sends. */
async function trigger(key: string): Promise<Run> {
  const { body: task } = await world.dependencies.tasks.get(world.appID, taskID);
  return world.runHostedTask({
    appID: world.appID,
    taskID,
    task,
    linkID,
    trigger: { kind: 'schedule', key },
  });
}

async function carryOut(stand: Run): Promise<void> {
  await world.carryOutStart({ appID: world.appID, startID: stand.runID });
}

async function startOf(stand: Run) {
  return world.dependencies.starts.find(world.appID, stand.runID);
}

const hostedRuns = async () => (await world.hosted.client.listRuns({})).runs;
const calls = () => world.us.arrivals.filter(({ method }) => method === 'POST').length;

describe('a trigger of a hosted task', () => {
  test('starts one run at Algolia however often it and its message come', async () => {
    const stands = [await trigger('03:00'), await trigger('03:00')];
    expect(stands[1]?.runID).toBe(stands[0]?.runID);
    const [stand] = stands as [Run, Run];
    await Promise.all([carryOut(stand), carryOut(stand), carryOut(stand)]);
    await carryOut(stand);

    const runs = await hostedRuns();
    expect(runs).toHaveLength(1);
    expect(calls()).toBe(1);
    expect(await startOf(stand)).toMatchObject({ status: 'started', runID: runs[0]?.runID });
    // The copy is there at once, and the poller makes no second one of it.
    expect((await world.own.client.getRun({ runID: runs[0]?.runID ?? '' })).status).toBe('created');
    await world.pollMinutes(linkID, 1);
    expect((await world.own.client.listRuns({})).pagination.nbItems).toBe(1);
  });

  test('is a schedule of ours: its instants ask for one run each, and one that is disabled there is skipped', async () => {
    const { links: _, ...stores } = world.dependencies;
    const { clock, runStore } = world;
    const sources = createSourceStore({ ...api.table, clock });
    const destinations = createDestinationStore({ ...api.table, clock });
    const startRun = async () => {
      throw new Error('Nothing of it runs here');
    };
    const runTask = createRunTask({
      ...stores,
      sources,
      destinations,
      startRun,
      runHostedTask: world.runHostedTask,
    });
    const startScheduledRun = createStartScheduledRun({
      ...stores,
      startOrSkip: createStartOrSkip({ ...stores, runTask, runStore }),
      marks: { add: async () => undefined },
      log: createLog({}, () => undefined),
    });
    await stores.tasks.update(world.appID, taskID, ({ body }) => ({ ...body, cron: '* * * * *' }));
    const scheduledAt = `${clock.now().toISOString().slice(0, 16)}:00Z`;
    const message = { version: 1, kind: 'schedule', appID: world.appID, taskID, scheduledAt } as const;

    await Promise.all([startScheduledRun(message), startScheduledRun(message)]);
    const [start, ...others] = await stores.starts.listNewest(world.appID, linkID, 10);
    expect(others).toEqual([]);
    expect(start).toMatchObject({ taskID, status: 'asked', trigger: { kind: 'schedule' } });

    await stores.tasks.update(world.appID, taskID, ({ body }) => ({ ...body, enabled: false }));
    clock.jump(60_000);
    const next = `${clock.now().toISOString().slice(0, 16)}:00Z`;
    await startScheduledRun({ ...message, scheduledAt: next });
    const { runs } = await world.own.client.listRuns({ taskID });
    expect(runs).toMatchObject([{ status: 'skipped', reason: expect.stringContaining('disabled') }]);
  });

  test('leads from the id that it was given to the run at Algolia', async () => {
    const stand = await trigger('03:00');
    expect(await world.own.client.getRun({ runID: stand.runID })).toMatchObject({
      status: 'created',
      taskID,
    });
    await carryOut(stand);

    const run = await world.own.client.getRun({ runID: stand.runID });
    expect(run.runID).toBe((await hostedRuns())[0]?.runID);
    expect((await world.own.client.listEvents({ runID: stand.runID })).events).toEqual([]);
  });

  test('that Algolia refuses says why, and is not asked again', async () => {
    world.us.fault = ({ method }) => (method === 'POST' ? { status: 400 } : undefined);
    const stand = await trigger('03:00');
    await carryOut(stand);
    await carryOut(stand);

    expect(calls()).toBe(1);
    expect(await startOf(stand)).toMatchObject({
      status: 'refused',
      reason: 'Algolia answered 400: as the test says',
    });
    expect(await world.own.client.getRun({ runID: stand.runID })).toMatchObject({ status: 'skipped' });
  });

  test('waits when Algolia asks for patience, and is asked for then', async () => {
    world.us.fault = ({ method }) => (method === 'POST' ? { status: 429, retryAfter: 100 } : undefined);
    const stand = await trigger('03:00');
    await carryOut(stand);
    world.us.fault = () => undefined;
    await carryOut(stand);
    expect(await startOf(stand)).toMatchObject({ status: 'asked' });

    world.clock.jump(101_000);
    await carryOut(stand);

    expect(await startOf(stand)).toMatchObject({ status: 'started' });
    expect(await hostedRuns()).toHaveLength(1);
  });
});

describe('when the answer to a start is lost', () => {
  test('the run that was started is found, and no second one is started', async () => {
    world.us.fault = ({ method }) => (method === 'POST' ? { cut: 'answer' } : undefined);
    const stand = await trigger('03:00');
    await carryOut(stand);
    expect(await startOf(stand)).toMatchObject({ status: 'calling' });

    world.clock.jump(31_000);
    await carryOut(stand);

    expect(calls()).toBe(1);
    const [run] = await hostedRuns();
    expect(await startOf(stand)).toMatchObject({ status: 'started', runID: run?.runID });
  });

  test('two that were lost are found each by its own run', async () => {
    world.us.fault = ({ method }) => (method === 'POST' ? { cut: 'answer' } : undefined);
    const stands = [await trigger('03:00'), await trigger('03:01')];
    for (const stand of stands) await carryOut(stand);
    world.clock.jump(31_000);
    for (const stand of stands) await carryOut(stand);

    const found = await Promise.all(stands.map(async (stand) => (await startOf(stand))?.runID));
    const runs = await hostedRuns();
    expect(found.toSorted()).toEqual(runs.map(({ runID }) => runID).toSorted());
  });

  test('and no run shows, it is said so and not asked again', async () => {
    world.us.fault = ({ method }) => (method === 'POST' ? { cut: 'request' } : undefined);
    const stand = await trigger('03:00');
    await carryOut(stand);
    for (let minute = 0; minute < 4; minute += 1) {
      world.clock.jump(60_000);
      await carryOut(stand);
    }

    expect(calls()).toBe(1);
    expect(await startOf(stand)).toMatchObject({ status: 'unknown' });
    expect((await startOf(stand))?.reason).toContain('It is not asked again');
  });

  test('because the caller died, the next one looks before it would ask', async () => {
    const stand = await trigger('03:00');
    const start = await startOf(stand);
    const calledAt = world.clock.now().toISOString();
    if (start) {
      const dueAt = new Date(world.clock.now().getTime() + 60_000).toISOString();
      await world.dependencies.starts.change(start, { status: 'calling', calledAt, dueAt });
    }
    const { runID } = await world.hosted.client.runTask({ taskID });
    await carryOut(stand);
    expect(await startOf(stand)).toMatchObject({ status: 'calling' });
    world.clock.jump(61_000);
    await carryOut(stand);

    expect(calls()).toBe(0);
    expect(await startOf(stand)).toMatchObject({ status: 'started', runID });
  });
});
