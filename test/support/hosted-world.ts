import { createOpenHostedApi } from '../../connectors/hosted/open-hosted-api.ts';
import { createLog } from '../../core/foundation/logging.ts';
import { newID, newTimeOrderedID } from '../../core/foundation/ids.ts';
import { createCarryOutStart } from '../../core/links/carry-out-start.ts';
import { createHostedRunEvents } from '../../core/links/hosted-run-events.ts';
import { createHostedRuns } from '../../core/links/hosted-runs.ts';
import { createHostedStarts } from '../../core/links/hosted-starts.ts';
import { createLinkService } from '../../core/links/link-service.ts';
import { createLinkStates, type LinkState } from '../../core/links/link-states.ts';
import { createLinkStore } from '../../core/links/link-store.ts';
import { createPollLink } from '../../core/links/poll-link.ts';
import { createRunHostedTask } from '../../core/links/run-hosted-task.ts';
import type { RunEvent } from '../../core/run-events/run-event.ts';
import { createHandOff } from '../../core/runs/hand-off.ts';
import { createRunStore } from '../../core/runs/run-store.ts';
import { newRun } from '../../core/runs/start-run.ts';
import { createSweepRuns } from '../../core/runs/sweep-runs.ts';
import type { Run } from '../../core/runs/run.ts';
import { createBlockTask } from '../../core/tasks/block-task.ts';
import { createTaskStore } from '../../core/tasks/task-store.ts';
import { createIngestionClient, type IngestionClient } from './api-client.ts';
import type { ApiService } from './api-service.ts';
import { startHostedServer } from './hosted-server.ts';
import { createMemoryDataKeys } from './memory-data-keys.ts';
import { createRunnableTask } from './resources.ts';
import { TestClock } from './test-clock.ts';

const RETENTION_DAYS = 400;
const DAY = 86_400_000;

/**
 * An application that is hosted elsewhere and one that links to it, both of the API given, between them a server that
 * can fail. The poller has a clock of its own.
 */
export type HostedWorld = Awaited<ReturnType<typeof startHostedWorld>>;

export async function startHostedWorld(api: ApiService) {
  const [us, eu] = await Promise.all([startHostedServer(api.handler), startHostedServer(api.handler)]);
  const hosted = await createApplication(api);
  const own = await createApplication(api);
  const clock = new TestClock(new Date().toISOString());
  const table = { ...api.table, clock, retentionDays: RETENTION_DAYS };
  const dependencies = {
    clock,
    links: createLinkStore(table),
    states: createLinkStates(table),
    starts: createHostedStarts(table),
    tasks: createTaskStore(table),
    runs: createHostedRuns(table),
    events: createHostedRunEvents(table),
    dataKeys: createMemoryDataKeys(),
    openHostedApi: createOpenHostedApi({
      hosts: { [hosted.appID]: { us: us.url, eu: eu.url } },
      network: { allowPrivate: ['127.0.0.0/8'], trustedHosts: [] },
    }),
  };
  const { appID } = own;
  const askPoller = async () => undefined;
  const service = createLinkService({
    ...dependencies,
    store: dependencies.links,
    askPoller,
    waitSeconds: 0,
  });
  const runStore = createRunStore(table);
  const pollLink = createPollLink(dependencies);
  const invocation = { remainingMilliseconds: () => 90_000 };
  return {
    appID,
    hosted,
    own,
    us,
    eu,
    clock,
    dependencies,
    runStore,
    service,
    carryOutStart: createCarryOutStart(dependencies),
    runHostedTask: createRunHostedTask({ ...dependencies, runStore, askPoller, waitSeconds: 0 }),
    async link(options: { region?: 'eu' | 'us'; apiKey?: string; taskIDs?: string[] } = {}): Promise<string> {
      const { region = 'us', apiKey = hosted.apiKey, taskIDs } = options;
      const linkID = newID();
      await service.create(appID, linkID, { applicationID: hosted.appID, region, apiKey, taskIDs });
      return linkID;
    },
    async poll(linkID: string, options = invocation): Promise<LinkState> {
      await pollLink({ appID, linkID }, options);
      return (await dependencies.states.find(appID, linkID)) as LinkState;
    },
    /** A minute passes, and the poller looks again, so often. */
    async pollMinutes(linkID: string, minutes: number): Promise<LinkState> {
      for (let minute = 0; minute < minutes; minute += 1) {
        clock.jump(60_000);
        await pollLink({ appID, linkID }, invocation);
      }
      return (await dependencies.states.find(appID, linkID)) as LinkState;
    },
    /** What a sweep tells on the bus: the ids of the runs that ended. */
    async tell(): Promise<string[]> {
      const told: string[] = [];
      const ofThisWorld = {
        ...runStore,
        listDue: async (until: Date, limit: number) =>
          (await runStore.listDue(until, limit)).filter((run) => run.appID === appID),
      };
      const runBus = { publish: async ({ runID }: { runID: string }) => void told.push(runID) };
      await createSweepRuns({
        runStore: ofThisWorld,
        runQueue: { send: async () => undefined, sendAll: async () => undefined },
        reportStuck: async () => undefined,
        handOff: createHandOff({ runStore, runBus, blockTask: createBlockTask(dependencies) }),
        clock,
        log: createLog({}, () => undefined),
      })();
      return told;
    },
    async stop() {
      await Promise.all([us.stop(), eu.stop()]);
    },
  };
}

interface Application {
  readonly appID: string;
  readonly apiKey: string;
  readonly client: IngestionClient;
}

async function createApplication(api: ApiService): Promise<Application> {
  const appID = `APP${Math.random().toString(36).slice(2, 12).toUpperCase()}`;
  const body = JSON.stringify({ acl: ['admin'], applicationID: appID });
  const answer = await api.send({ method: 'POST', url: '/ext/1/keys', body });
  const { key: apiKey } = JSON.parse(answer.text) as { key: string };
  return { appID, apiKey, client: createIngestionClient(api.handler, { appID, apiKey }) };
}

/** The hosted side: tasks and runs as its own service makes them. */
export class HostedSide {
  readonly #application: Application;
  readonly #runStore: ReturnType<typeof createRunStore>;

  constructor(api: ApiService, application: Application) {
    this.#application = application;
    this.#runStore = createRunStore({ ...api.table, retentionDays: RETENTION_DAYS });
  }

  async createTask(): Promise<string> {
    return (await createRunnableTask(this.#application.client)).taskID;
  }

  /** A run that was made `agoMilliseconds` ago and is under way. */
  async startRun(taskID: string, agoMilliseconds: number): Promise<Run> {
    const { appID } = this.#application;
    const at = new Date(Date.now() - agoMilliseconds);
    const task = { taskID, action: 'replace' as const, failureThreshold: 5 };
    const fresh = newRun({ appID, task, trigger: { kind: 'api', key: newID() } }, at);
    const { run } = await this.#runStore.claim(fresh);
    return run;
  }

  /** `count` events, and the run's end if `outcome` is given. */
  async goOn(run: Run, count: number, outcome?: 'success' | 'failure', hold?: 'held'): Promise<Run> {
    const at = new Date(Date.parse(run.createdAt) + 1000 * (run.revision + 1));
    const events = Array.from({ length: count }, (_, index): RunEvent => ({
      eventID: newTimeOrderedID(at, index),
      runID: run.runID,
      status: 'succeeded',
      type: 'record',
      batchSize: 10,
      data: { index },
      publishedAt: at.toISOString(),
    }));
    const ended = {
      status: 'finished' as const,
      outcome,
      reasonCode: outcome === 'success' ? ('ok' as const) : ('critical' as const),
      reason: outcome === 'success' ? 'All is well.' : 'The source could not be read.',
      finishedAt: at.toISOString(),
      dueAt: undefined,
      ...(hold === undefined ? {} : { held: { records: 1, until: at.toISOString(), cause: 'too few' } }),
    };
    const counts = { received: 10 * count, applied: 10 * count, unchanged: 0, rejected: 0 };
    const changes =
      outcome === undefined ? { status: 'started' as const, startedAt: at.toISOString() } : ended;
    return this.#runStore.commit({ run, changes: { ...changes, counts }, events });
  }

  /** What a person's approval of a held run comes to. */
  async approve(runID: string): Promise<void> {
    const run = await this.#runStore.get(this.#application.appID, runID);
    if (run === undefined) throw new Error(`No run ${runID}`);
    const changes = { outcome: 'success', reasonCode: 'ok', reason: 'Approved.', held: undefined } as const;
    await this.#runStore.commit({ run, changes });
  }

  async endedRun(taskID: string, agoMilliseconds: number, events = 2): Promise<Run> {
    const run = await this.startRun(taskID, agoMilliseconds);
    return this.goOn(run, events, 'success');
  }
}

/** Everything that an application shows: its tasks, its runs, their events. */
export async function historyOf(client: IngestionClient) {
  const [startDate, endDate] = [new Date(Date.now() - 300 * DAY), new Date(Date.now() + DAY)].map((date) =>
    date.toISOString(),
  ) as [string, string];
  const tasks = await allPages(async (page) => {
    const answer = await client.listTasks({ page, itemsPerPage: 100 });
    return { items: answer.tasks, ...answer.pagination };
  });
  const runs = await allPages(async (page) => {
    const answer = await client.listRuns({ page, itemsPerPage: 100, startDate, endDate });
    return { items: answer.runs, ...answer.pagination };
  });
  const events = await Promise.all(
    runs.map(async ({ runID }) =>
      allPages(async (page) => {
        const answer = await client.listEvents({ runID, page, itemsPerPage: 100, startDate, endDate });
        return { items: answer.events, ...answer.pagination };
      }),
    ),
  );
  return {
    tasks: tasks.toSorted((a, b) => (a.taskID < b.taskID ? -1 : 1)),
    runs: runs.toSorted((a, b) => (a.runID < b.runID ? -1 : 1)),
    events: events.flat().toSorted((a, b) => (a.eventID < b.eventID ? -1 : 1)),
  };
}

async function allPages<Item>(
  read: (page: number) => Promise<{ items: Item[]; nbPages: number; nbItems: number }>,
): Promise<Item[]> {
  const items: Item[] = [];
  for (let page = 1; ; page += 1) {
    const answer = await read(page);
    items.push(...answer.items);
    if (page < answer.nbPages) continue;
    if (answer.nbItems !== items.length) throw new Error(`${items.length} items, ${answer.nbItems} counted`);
    return items;
  }
}
