import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { createGatherFacts } from '../../../core/alerts/gather-facts.ts';
import { createDestinationStore } from '../../../core/destinations/destination-store.ts';
import { systemClock } from '../../../core/foundation/clock.ts';
import { createRunEventStore } from '../../../core/run-events/run-event-store.ts';
import { createSourceStore } from '../../../core/sources/source-store.ts';
import { createTaskStore } from '../../../core/tasks/task-store.ts';
import { startApi, type ApiService } from '../../support/api-service.ts';
import { historyOf, HostedSide, startHostedWorld, type HostedWorld } from '../../support/hosted-world.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

let api: ApiService;
let world: HostedWorld;
let side: HostedSide;

beforeAll(async () => {
  api = await startApi();
});
afterAll(async () => {
  await api.stop();
});
beforeEach(async () => {
  world = await startHostedWorld(api);
  side = new HostedSide(api, world.hosted);
});
afterEach(async () => {
  await world.stop();
});

async function expectEqualHistories(): Promise<void> {
  const [hosted, own] = await Promise.all([historyOf(world.hosted.client), historyOf(world.own.client)]);
  expect(own).toEqual(hosted);
}

describe('a linked application', () => {
  test('is copied with its tasks, runs and events, and lists count them exactly', async () => {
    const taskID = await side.createTask();
    for (const days of [20, 6, 1, 0]) await side.endedRun(taskID, days * DAY + HOUR, 3);
    const linkID = await world.link();

    const state = await world.poll(linkID);

    expect(state).toMatchObject({ status: 'active', message: 'Tasks, runs and events are copied.' });
    await expectEqualHistories();
    const { runs } = await historyOf(world.own.client);
    expect(runs).toHaveLength(4);
    expect(runs.every(({ appID }) => appID === world.hosted.appID)).toBe(true);
  });

  test('has its tasks named in alerts as people name them there', async () => {
    const taskID = await side.createTask();
    await world.poll(await world.link());
    const stores = { ...api.table, clock: systemClock };
    const { ofTask } = createGatherFacts({
      tasks: createTaskStore(stores),
      sources: createSourceStore(stores),
      destinations: createDestinationStore(stores),
      runEvents: createRunEventStore(stores),
    });
    expect(await ofTask(world.own.appID, taskID)).toMatchObject({
      sourceName: 'movies',
      destinationName: 'movies',
      indexName: 'movies',
    });
  });

  test('is asked for little when nothing happens', async () => {
    await side.endedRun(await side.createTask(), DAY);
    const linkID = await world.link();
    await world.pollMinutes(linkID, 3);
    world.us.arrivals.length = 0;

    await world.pollMinutes(linkID, 1);

    expect(world.us.arrivals.map(({ url }) => url.split('?')[0])).toEqual(['/2/tasks', '/1/runs']);
  });

  test('shows a run under way as it goes on, and its end', async () => {
    const taskID = await side.createTask();
    const linkID = await world.link();
    let run = await side.goOn(await side.startRun(taskID, MINUTE), 2);
    await world.poll(linkID);
    expect((await world.own.client.getRun({ runID: run.runID })).status).toBe('started');

    run = await side.goOn(run, 80);
    run = await side.goOn(run, 80);
    await side.goOn(run, 1, 'failure');
    await world.pollMinutes(linkID, 2);

    expect(await world.own.client.getRun({ runID: run.runID })).toMatchObject({
      status: 'finished',
      outcome: 'failure',
    });
    await expectEqualHistories();
  });

  test('has what changes in an old run later, or comes late: looking back finds it within two hours', async () => {
    const taskID = await side.createTask();
    const [held, other] = [await side.startRun(taskID, 5 * DAY), await side.endedRun(taskID, HOUR)];
    await side.goOn(held, 1, 'failure', 'held');
    const linkID = await world.link();
    await world.pollMinutes(linkID, 2);

    await side.approve(held.runID);
    const late = await side.endedRun(taskID, 4 * DAY);
    world.clock.jump(61 * MINUTE);
    await world.pollMinutes(linkID, 2);

    expect(await world.own.client.getRun({ runID: held.runID })).toMatchObject({ outcome: 'success' });
    expect((await world.own.client.getRun({ runID: late.runID })).status).toBe('finished');
    expect((await world.own.client.getRun({ runID: other.runID })).status).toBe('finished');
    await expectEqualHistories();
  });

  test('loses a task here that it loses there, and keeps the runs of it', async () => {
    const [gone, kept] = [await side.createTask(), await side.createTask()];
    const run = await side.endedRun(gone, HOUR);
    const linkID = await world.link();
    await world.poll(linkID);

    await world.hosted.client.deleteTask({ taskID: gone });
    await world.pollMinutes(linkID, 1);

    const { tasks } = await world.own.client.listTasks({});
    expect(tasks.map(({ taskID }) => taskID)).toEqual([kept]);
    expect((await world.own.client.getRun({ runID: run.runID })).taskID).toBe(gone);
  });

  test('has the ends of its runs told on the bus, those since it was linked and each once', async () => {
    const taskID = await side.createTask();
    const before = await side.endedRun(taskID, HOUR);
    const linkID = await world.link();
    const run = await side.startRun(taskID, 0);
    await world.poll(linkID);
    await side.goOn(run, 1, 'failure');
    await world.pollMinutes(linkID, 2);

    expect(await world.tell()).toEqual([run.runID]);
    await world.pollMinutes(linkID, 2);
    expect(await world.tell()).toEqual([]);
    expect((await world.own.client.getRun({ runID: before.runID })).status).toBe('finished');
    // Algolia blocks its own tasks: what failed there counts for nothing here.
    expect((await world.dependencies.tasks.get(world.appID, taskID)).body.criticalRuns).toBeUndefined();
  });

  test('is copied in part when the link names tasks', async () => {
    const [wanted, other] = [await side.createTask(), await side.createTask()];
    const run = await side.endedRun(wanted, HOUR);
    await side.endedRun(other, HOUR);
    const linkID = await world.link({ taskIDs: [wanted] });

    await world.poll(linkID);

    const { tasks, runs } = await historyOf(world.own.client);
    expect(tasks.map(({ taskID }) => taskID)).toEqual([wanted]);
    expect(runs.map(({ runID }) => runID)).toEqual([run.runID]);
  });

  test('whose link is deleted has no tasks here any more, but its history', async () => {
    const run = await side.endedRun(await side.createTask(), HOUR);
    const linkID = await world.link();
    await world.poll(linkID);

    await world.service.delete(world.appID, linkID);
    await world.poll(linkID);

    expect((await world.own.client.listTasks({})).pagination.nbItems).toBe(0);
    expect((await world.own.client.getRun({ runID: run.runID })).status).toBe('finished');
    const again = await world.link();
    await world.poll(again);
    await expectEqualHistories();
  });
});

describe('when the hosted side fails', () => {
  test('nothing is missed and nothing comes twice: it is throttled, cut, slow and broken by turns', async () => {
    const taskIDs = [await side.createTask(), await side.createTask()];
    for (let index = 0; index < 8; index += 1) {
      await side.endedRun(taskIDs[index % 2] ?? '', index * DAY + HOUR, (index * 7) % 11);
    }
    const linkID = await world.link();
    let count = 0;
    world.us.fault = () => {
      count += 1;
      if (count % 7 === 1) return { cut: 'request' };
      if (count % 13 === 2) return { status: 429, retryAfter: 3 };
      if (count % 17 === 3) return { cut: 'answer' };
      if (count % 19 === 4) return { status: 503 };
      return count % 5 === 0 ? { delayMilliseconds: 5 } : undefined;
    };

    await world.pollMinutes(linkID, 10);
    await side.endedRun(taskIDs[0] ?? '', MINUTE, 80);
    await world.pollMinutes(linkID, 12);

    expect(new Set(world.us.answers)).toEqual(new Set([200, 429, 503, 'cut']));
    await expectEqualHistories();
  });

  test('runs made while it could not be reached for days are there afterwards', async () => {
    const taskID = await side.createTask();
    await side.endedRun(taskID, 6 * DAY);
    const linkID = await world.link();
    await world.poll(linkID);
    world.us.fault = () => ({ status: 502 });
    expect(await world.pollMinutes(linkID, 2)).toMatchObject({ status: 'unreachable' });
    for (const days of [5, 4, 3, 2, 1, 0]) await side.endedRun(taskID, days * DAY + MINUTE);

    world.us.fault = () => undefined;
    const state = await world.pollMinutes(linkID, 1);

    expect(state.status).toBe('active');
    await expectEqualHistories();
  });

  test('it is left alone for as long as it asks', async () => {
    await side.createTask();
    const linkID = await world.link();
    await world.poll(linkID);
    world.us.fault = () => ({ status: 429, retryAfter: 200 });
    await world.pollMinutes(linkID, 1);
    world.us.fault = () => undefined;
    world.us.arrivals.length = 0;

    await world.pollMinutes(linkID, 3);
    expect(world.us.arrivals).toEqual([]);
    expect((await world.pollMinutes(linkID, 1)).status).toBe('active');
    expect(world.us.arrivals).not.toEqual([]);
  });
});

describe('the poller', () => {
  test('asks for at most 90 things in a slice, and goes on where it was', async () => {
    const taskID = await side.createTask();
    // Each under way takes two requests: for itself, and for its events.
    for (let index = 0; index < 46; index += 1) await side.startRun(taskID, HOUR + index * MINUTE);
    const linkID = await world.link();

    await world.poll(linkID);
    expect(world.us.arrivals).toHaveLength(90);

    world.us.arrivals.length = 0;
    await world.pollMinutes(linkID, 1);
    const looked = new Set(
      world.us.arrivals.flatMap(({ url }) => /\/1\/runs\/([^/]+)$/.exec(url)?.[1] ?? []),
    );
    expect(looked.size).toBeGreaterThan(3);
  });

  test('stores each run and event once when two are at it', async () => {
    const taskID = await side.createTask();
    for (let index = 0; index < 5; index += 1) await side.endedRun(taskID, HOUR + index * MINUTE, 4);
    const linkID = await world.link();
    const state = await world.dependencies.states.find(world.appID, linkID);
    const { states } = world.dependencies;
    const { createPollLink } = await import('../../../core/links/poll-link.ts');
    const careless = createPollLink({
      ...world.dependencies,
      states: {
        ...states,
        hold: async () => ({ save: async () => undefined, release: async () => undefined }),
      },
    });
    const poll = () => careless({ appID: world.appID, linkID }, { remainingMilliseconds: () => 90_000 });

    await Promise.all([poll(), poll(), poll()]);

    expect(state?.status).toBe('unverified');
    await expectEqualHistories();
  });

  test('that dies is followed by one that goes on', async () => {
    const taskID = await side.createTask();
    for (let index = 0; index < 6; index += 1) await side.endedRun(taskID, HOUR + index * MINUTE, 3);
    const linkID = await world.link();
    const { createPollLink } = await import('../../../core/links/poll-link.ts');
    for (const calls of [1, 2, 4]) {
      let count = 0;
      const dying = createPollLink({
        ...world.dependencies,
        openHostedApi: (access) =>
          world.dependencies.openHostedApi({
            ...access,
            beforeRequest: () => {
              count += 1;
              if (count > calls) throw new TypeError('The worker died');
            },
          }),
      });
      await expect(
        dying({ appID: world.appID, linkID }, { remainingMilliseconds: () => 90_000 }),
      ).rejects.toThrow('died');
      // Nobody else gets in before what it held has run out.
      world.us.arrivals.length = 0;
      await world.pollMinutes(linkID, 1);
      expect(world.us.arrivals).toEqual([]);
      world.clock.jump(2 * MINUTE);
    }

    await world.pollMinutes(linkID, 2);
    await expectEqualHistories();
  });
});
