import { createHmac } from 'node:crypto';

import { createDeliveryLimiter } from '../../core/applications/rate-limiter.ts';
import { createAuthenticationService } from '../../core/authentications/authentication-service.ts';
import { createAuthenticationStore } from '../../core/authentications/authentication-store.ts';
import { createDestinationStore } from '../../core/destinations/destination-store.ts';
import { newID } from '../../core/foundation/ids.ts';
import { NO_LIMITS, type Limits } from '../../core/foundation/limits.ts';
import { Secret } from '../../core/foundation/secret.ts';
import type { TableAccess } from '../../core/foundation/table-client.ts';
import { createAcceptPush } from '../../core/push/accept-push.ts';
import { createRunEventStore } from '../../core/run-events/run-event-store.ts';
import type { RunEvent } from '../../core/run-events/run-event.ts';
import { readRunEntities } from '../../core/runs/run-entities.ts';
import { createRunStore } from '../../core/runs/run-store.ts';
import { createStartRun } from '../../core/runs/start-run.ts';
import type { Run } from '../../core/runs/run.ts';
import { createSourceStore } from '../../core/sources/source-store.ts';
import { createRunTask } from '../../core/tasks/run-task.ts';
import type { Task } from '../../core/tasks/task.ts';
import { createTaskStore } from '../../core/tasks/task-store.ts';
import type { StartMessage } from '../../core/triggers/start-message.ts';
import { createStartOrSkip } from '../../core/triggers/start-or-skip.ts';
import { createAcceptDelivery, type AcceptDelivery } from '../../core/webhooks/accept-delivery.ts';
import { createDeliveryLedger } from '../../core/webhooks/delivery-ledger.ts';
import { createGatherHints } from '../../core/webhooks/gather-hints.ts';
import { createHintLine } from '../../core/webhooks/hint-line.ts';
import { createHintWindows } from '../../core/webhooks/hint-window.ts';
import { toHookID } from '../../core/webhooks/hook-id.ts';
import { createOpenHooks } from '../../core/webhooks/open-hooks.ts';
import { createReceiveDelivery, type DeliveryAnswer } from '../../core/webhooks/receive-delivery.ts';
import { createStartHintedRun } from '../../core/webhooks/start-hinted-run.ts';
import { createSweepWindows } from '../../core/webhooks/sweep-windows.ts';
import type { WebhookSchemeName } from '../../core/webhooks/webhook-scheme.ts';
import { createWebhookService } from '../../core/webhooks/webhook-service.ts';
import { createWebhookStore } from '../../core/webhooks/webhook-store.ts';
import { createMemoryDataKeys } from './memory-data-keys.ts';
import { Mortal } from './mortal.ts';
import { TestClock } from './test-clock.ts';

const WINDOW_SECONDS = 2;

interface WorldOptions {
  readonly task?: Partial<Task>;
  readonly limits?: Partial<Limits>;
}

/** Everything between a delivery and its run, over a real table: a task with a GitHub-style webhook and its queue. */
export class WebhookWorld {
  readonly appID = `APP${Math.random().toString(36).slice(2, 12).toUpperCase()}`;
  readonly taskID = newID();
  readonly owner = { appID: this.appID, taskID: this.taskID };
  readonly clock = new TestClock();
  /** What receives deliveries, and what starts runs: each a process that can die. */
  readonly receiver = new Mortal();
  readonly starter = new Mortal();
  readonly queue: Extract<StartMessage, { kind: 'webhook' }>[] = [];
  readonly payloads: Uint8Array[] = [];
  queueFails = false;
  secret = '';
  readonly webhooks: ReturnType<typeof createWebhookService>;
  readonly tasks: ReturnType<typeof createTaskStore>;
  readonly ledger: ReturnType<typeof createDeliveryLedger>;
  readonly line: ReturnType<typeof createHintLine>;
  readonly windows: ReturnType<typeof createHintWindows>;
  readonly runStore: ReturnType<typeof createRunStore>;
  readonly startHintedRun: ReturnType<typeof createStartHintedRun>;
  readonly sweepWindows: ReturnType<typeof createSweepWindows>;
  readonly acceptDelivery: AcceptDelivery;
  readonly receiveDelivery: ReturnType<typeof createReceiveDelivery>;
  readonly #table: TableAccess;
  readonly #authentications: ReturnType<typeof createAuthenticationStore>;
  readonly #destinations: ReturnType<typeof createDestinationStore>;
  readonly #sources: ReturnType<typeof createSourceStore>;
  readonly #dataKeys = createMemoryDataKeys();
  readonly #options: WorldOptions;

  private constructor(table: TableAccess, options: WorldOptions) {
    this.#table = table;
    this.#options = options;
    const { clock, receiver, starter } = this;
    const stores = { ...table, clock };
    this.tasks = createTaskStore(stores);
    this.#sources = createSourceStore(stores);
    this.#destinations = createDestinationStore(stores);
    this.#authentications = createAuthenticationStore(stores);
    const store = createWebhookStore(stores);
    this.webhooks = createWebhookService({
      store,
      tasks: this.tasks,
      dataKeys: this.#dataKeys,
      clock,
      commercetoolsProjects: { 'my-project': this.appID },
    });
    this.ledger = createDeliveryLedger(stores);
    this.line = createHintLine(stores);
    this.windows = createHintWindows(stores);
    this.runStore = createRunStore(stores);
    const startQueue = {
      send: async (message: StartMessage) => {
        if (this.queueFails) throw new Error('The queue is down');
        if (message.kind === 'webhook') this.queue.push(message);
      },
    };
    this.sweepWindows = createSweepWindows({ windows: this.windows, startQueue });
    this.acceptDelivery = createAcceptDelivery({
      ledger: receiver.guard('ledger', this.ledger),
      line: receiver.guard('line', this.line),
      gatherHints: createGatherHints({
        windows: receiver.guard('windows', this.windows),
        startQueue: receiver.guard('queue', startQueue),
        onUnsent: () => undefined,
      }),
      acceptPush: createAcceptPush({
        table: stores,
        tasks: this.tasks,
        destinations: this.#destinations,
        authentications: this.#authentications,
        runStore: this.runStore,
        storePayload: async (_, payload) => void this.payloads.push(payload),
        sendMessage: async () => undefined,
        clock,
        onUnsent: () => undefined,
      }),
      windowSeconds: WINDOW_SECONDS,
      clock,
    });
    this.receiveDelivery = createReceiveDelivery({
      openHooks: createOpenHooks({ webhooks: store, tasks: this.tasks, dataKeys: this.#dataKeys, clock }),
      ledger: this.ledger,
      countDelivery: createDeliveryLimiter(stores, { ...NO_LIMITS, ...options.limits }),
      acceptDelivery: this.acceptDelivery,
      clock,
    });
    const runTask = createRunTask({
      tasks: this.tasks,
      sources: this.#sources,
      destinations: this.#destinations,
      startRun: createStartRun({
        runStore: starter.guard('runStore', this.runStore),
        runQueue: { send: async () => undefined, sendAll: async () => undefined },
        clock,
      }),
      runHostedTask: async () => {
        throw new Error('There is no hosted task here');
      },
    });
    this.startHintedRun = createStartHintedRun({
      table: stores,
      tasks: this.tasks,
      startOrSkip: createStartOrSkip({ runTask, tasks: this.tasks, runStore: this.runStore, clock }),
      windows: starter.guard('windows', this.windows),
      line: starter.guard('line', this.line),
      gatherHints: createGatherHints({
        windows: starter.guard('windows', this.windows),
        startQueue,
        onUnsent: () => undefined,
      }),
      clock,
    });
  }

  static async create(table: TableAccess, options: WorldOptions = {}): Promise<WebhookWorld> {
    const world = new WebhookWorld(table, options);
    await world.#createTask();
    await world.setScheme('github');
    return world;
  }

  /** Sets the scheme anew, and answers the secret. */
  async setScheme(scheme: WebhookSchemeName, given?: string): Promise<string> {
    const secret = given === undefined ? undefined : new Secret(given);
    const set = await this.webhooks.set(this.owner, { scheme, secret });
    this.secret = set.secret?.reveal() ?? '';
    // What a process knows of the earlier scheme is forgotten by then.
    this.clock.advance(60_000);
    return this.secret;
  }

  /** A delivery signed with the secret, under an id of its own unless it is given one. */
  deliver(payload: unknown, deliveryID = newID(), secret = this.secret): Promise<DeliveryAnswer> {
    const body = Buffer.from(JSON.stringify(payload));
    return this.receive(
      {
        'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
        'x-github-delivery': deliveryID,
      },
      body,
    );
  }

  receive(
    headers: Record<string, string>,
    body: Buffer,
    hookID = toHookID(this.owner),
  ): Promise<DeliveryAnswer> {
    return this.receiveDelivery(hookID, { headers, body });
  }

  /** Does what the messages in the queue ask for, and what that brings about. */
  async startAll(): Promise<void> {
    for (let next = this.queue.shift(); next !== undefined; next = this.queue.shift()) {
      await this.startHintedRun(next);
    }
  }

  /** The task's runs, the oldest first. */
  async runs(): Promise<Run[]> {
    const { runs } = await this.runStore.list(this.appID, {
      taskID: this.taskID,
      startDate: new Date(0),
      endDate: new Date('2100-01-01'),
      sort: 'createdAt',
      order: 'asc',
      page: 1,
      itemsPerPage: 100,
    });
    return runs;
  }

  async entitiesOf(run: Run): Promise<readonly string[]> {
    return (await readRunEntities(this.#table, run)).entityIDs.toSorted();
  }

  async firstEvent(run: Run): Promise<RunEvent | undefined> {
    const { events } = await createRunEventStore({ ...this.#table, clock: this.clock }).list(
      this.appID,
      run.runID,
      {
        startDate: new Date(0),
        endDate: new Date('2100-01-01'),
        sort: 'publishedAt',
        order: 'asc',
        page: 1,
        itemsPerPage: 1,
      },
    );
    return events[0];
  }

  deliveries() {
    return this.ledger.list(this.owner, { before: undefined, limit: 100 });
  }

  async #createTask(): Promise<void> {
    const { appID, taskID } = this;
    const { task = {} } = this.#options;
    const isPush = task.sourceType === 'push';
    const authentication = await createAuthenticationService({
      store: this.#authentications,
      dataKeys: this.#dataKeys,
    }).create(appID, newID(), {
      type: 'algolia',
      name: 'search',
      input: { appID: 'SEARCHAPP', apiKey: 'key of the search application' },
    });
    const source = await this.#sources.create(
      appID,
      newID(),
      isPush
        ? { type: 'push', name: 'records' }
        : { type: 'json', name: 'records', input: { url: 'https://example.com/records.json' } },
    );
    const destination = await this.#destinations.create(appID, newID(), {
      type: 'search',
      name: 'records',
      input: { indexName: 'records' },
      authenticationID: authentication.id,
    });
    await this.tasks.create(appID, taskID, {
      sourceID: source.id,
      sourceType: 'json',
      destinationID: destination.id,
      action: 'replace',
      subscriptionAction: 'save',
      triggerType: 'subscription',
      enabled: true,
      failureThreshold: 0,
      ...task,
    });
  }
}
