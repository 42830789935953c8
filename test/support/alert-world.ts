import { alertInputSchema } from '../../core/alerts/alert-input.ts';
import type { AlertHint } from '../../core/alerts/alert-message.ts';
import { createListAlertDues } from '../../core/alerts/alert-dues.ts';
import { createAlertService, type AlertService } from '../../core/alerts/alert-service.ts';
import { createAlertStore, type AlertStore } from '../../core/alerts/alert-store.ts';
import type { Alert } from '../../core/alerts/alert.ts';
import type { ChannelAnswer, OpenedChannel, OutgoingAlert } from '../../core/alerts/channel-port.ts';
import { createCheckStore } from '../../core/alerts/check-store.ts';
import { createAlerting } from '../../core/alerts/create-alerting.ts';
import { createDeliveryStore, type DeliveryStore } from '../../core/alerts/delivery-store.ts';
import type { HandleAlertMessage } from '../../core/alerts/handle-alert-message.ts';
import type { Incident } from '../../core/alerts/incident.ts';
import { createIncidentStore } from '../../core/alerts/incident-store.ts';
import { createSweepAlerts } from '../../core/alerts/sweep-alerts.ts';
import { createDestinationStore } from '../../core/destinations/destination-store.ts';
import { newID } from '../../core/foundation/ids.ts';
import type { TableAccess } from '../../core/foundation/table-client.ts';
import type { Resource } from '../../core/resources/resource.ts';
import { createRunStore } from '../../core/runs/run-store.ts';
import type { Run } from '../../core/runs/run.ts';
import { createSourceStore } from '../../core/sources/source-store.ts';
import { createTaskStore, type TaskStore } from '../../core/tasks/task-store.ts';
import type { Task } from '../../core/tasks/task.ts';
import { createMemoryDataKeys } from './memory-data-keys.ts';
import { TestClock } from './test-clock.ts';

export interface Sent {
  readonly channel: OpenedChannel;
  readonly alert: OutgoingAlert;
}

const RETENTION_DAYS = 90;

/** Alerting over a real table, for an application of its own; channels answer what a test says. */
export class AlertWorld {
  readonly appID = `APP${Math.random().toString(36).slice(2, 12).toUpperCase()}`;
  readonly clock = new TestClock();
  readonly sent: Sent[] = [];
  readonly queue: { readonly hint: AlertHint; readonly dueAt: number }[] = [];
  readonly deadLetters: { queue: string; count: number }[] = [];
  /** What a channel answers; `delivered` unless a test says otherwise. */
  answer: (sent: Sent) => ChannelAnswer = () => ({ result: 'delivered', answer: 'ok' });
  readonly alerts: AlertService;
  readonly alertStore: AlertStore;
  readonly tasks: TaskStore;
  readonly deliveries: DeliveryStore;
  readonly handle: HandleAlertMessage;
  #ends: { sourceID: string; destinationID: string } | undefined;
  readonly #table: TableAccess & { readonly clock: TestClock };

  constructor(table: TableAccess, options: { readonly recipient?: string } = {}) {
    const { clock } = this;
    this.#table = { client: table.client, tableName: table.tableName, clock };
    const dataKeys = createMemoryDataKeys();
    this.alertStore = createAlertStore(this.#table);
    this.tasks = createTaskStore(this.#table);
    this.deliveries = createDeliveryStore({ ...this.#table, retentionDays: RETENTION_DAYS });
    this.alerts = createAlertService({
      store: this.alertStore,
      tasks: this.tasks,
      checks: createCheckStore(this.#table),
      dataKeys,
      means: { hasEmail: true, topicARNs: [], runRetentionDays: RETENTION_DAYS },
    });
    this.handle = createAlerting({
      table: this.#table,
      dataKeys,
      queue: this.#queuePort(),
      sendThrough: async (channel, alert) => {
        this.sent.push({ channel, alert });
        return this.answer({ channel, alert });
      },
      countDeadLetters: async () => this.deadLetters,
      retentionDays: RETENTION_DAYS,
      apiURL: 'https://api.example',
      recipient: options.recipient,
    });
  }

  #queuePort() {
    return {
      send: async (hint: AlertHint, delaySeconds = 0) => {
        this.queue.push({ hint, dueAt: this.clock.now().getTime() + delaySeconds * 1000 });
      },
    };
  }

  /** An alert with one webhook, unless the test says more. */
  async createAlert(input: object = {}): Promise<Resource<Alert>> {
    const request = alertInputSchema.parse({
      name: 'shop',
      conditions: [{ type: 'runFailed' }],
      channels: [webhook()],
      ...input,
    });
    return this.alerts.create(this.appID, newID(), request, { isOperator: true });
  }

  async createTask(task: Partial<Task> = {}): Promise<string> {
    const taskID = newID();
    const body = { ...(await this.#createEnds()), ...task };
    await this.tasks.create(this.appID, taskID, {
      sourceType: 'csv',
      action: 'replace',
      triggerType: 'onDemand',
      enabled: true,
      failureThreshold: 5,
      ...body,
    });
    return taskID;
  }

  /** The source and the destination of all tasks, made once. */
  async #createEnds(): Promise<{ sourceID: string; destinationID: string }> {
    if (this.#ends !== undefined) return this.#ends;
    const [sourceID, destinationID] = [newID(), newID()];
    await createSourceStore(this.#table).create(this.appID, sourceID, {
      type: 'csv',
      name: 'catalogue',
      input: { url: 'https://shop.example/catalogue.csv' },
    });
    await createDestinationStore(this.#table).create(this.appID, destinationID, {
      type: 'search',
      name: 'products',
      input: { indexName: 'products' },
    });
    this.#ends = { sourceID, destinationID };
    return this.#ends;
  }

  /** A run of the task that ends now; time has passed since the last one. */
  async endRun(taskID: string, end: Partial<Run> = {}): Promise<Run> {
    this.clock.advance(1_000);
    const now = this.clock.now().toISOString();
    const run: Run = {
      runID: newID(),
      appID: this.appID,
      taskID,
      type: 'reindex',
      action: 'replace',
      status: 'finished',
      outcome: 'success',
      reasonCode: 'ok',
      reason: '100 of 100 records were applied.',
      failureThreshold: 5,
      trigger: { kind: 'api', key: newID() },
      counts: { received: 100, applied: 100, unchanged: 0, rejected: 0 },
      fence: 1,
      attempts: 1,
      stalls: 0,
      restarts: 0,
      revision: 1,
      createdAt: now,
      startedAt: now,
      finishedAt: now,
      updatedAt: now,
      ...end,
    };
    await createRunStore({ ...this.#table, retentionDays: RETENTION_DAYS }).claim(run);
    return run;
  }

  async changeRun(run: Run, changes: Partial<Pick<Run, 'outcome' | 'reasonCode' | 'reason' | 'held'>>) {
    return createRunStore({ ...this.#table, retentionDays: RETENTION_DAYS }).commit({ run, changes });
  }

  /** What the bus brings for the end of a run. */
  async hearOf(run: Run): Promise<void> {
    await this.handle({ version: 1, kind: 'runFinished', appID: run.appID, runID: run.runID });
  }

  async endAndHear(taskID: string, end: Partial<Run> = {}): Promise<Run> {
    const run = await this.endRun(taskID, end);
    await this.hearOf(run);
    return run;
  }

  /** Minutes pass, each with its sweep; messages arrive when they are due. */
  async pass(minutes: number): Promise<void> {
    const sweep = createSweepAlerts({
      listDues: this.#listOwnDues(),
      queue: this.#queuePort(),
      clock: this.clock,
    });
    for (let minute = 0; minute < minutes; minute += 1) {
      await sweep();
      const end = this.clock.now().getTime() + 60_000;
      await this.deliverUntil(end);
      this.clock.advance(end - this.clock.now().getTime());
    }
  }

  /** Delivers what is in the queue and due by then, in its order. */
  async deliverUntil(end: number): Promise<void> {
    for (;;) {
      this.queue.sort((a, b) => a.dueAt - b.dueAt);
      const next = this.queue[0];
      if (next === undefined || next.dueAt > end) return;
      this.queue.shift();
      this.clock.advance(Math.max(0, next.dueAt - this.clock.now().getTime()));
      await this.handle(next.hint);
    }
  }

  /** Other tests' dues lie in the same table. */
  #listOwnDues() {
    const listDues = createListAlertDues(this.#table);
    return async (until: Date) =>
      (await listDues(until, 1_000)).filter(({ hint }) => hint.appID === this.appID);
  }

  async incidents(): Promise<(Incident & { readonly incidentID: string })[]> {
    const { items } = await createIncidentStore(this.#table).list(this.appID, {
      filter: {},
      sort: 'createdAt',
      order: 'asc',
      page: 1,
      itemsPerPage: 100,
    });
    return items.map(({ id, body }) => ({ ...body, incidentID: id }));
  }

  /** `cause transition` of everything sent, in its order. */
  told(): string[] {
    return this.sent.map(({ alert: { raised } }) =>
      [raised.incidents[0]?.cause ?? '', raised.transition].join(' ').trim(),
    );
  }
}

export const SECRET = `whsec_${Buffer.from('a secret of at least 24 bytes for tests').toString('base64')}`;

export function webhook(url = 'https://shop.example/alerts') {
  return { type: 'webhook', url, secret: SECRET };
}

export const FAILED = {
  outcome: 'failure',
  reasonCode: 'critical',
  reason: 'The source answered with status 500. The index was left as it was.',
  counts: { received: 0, applied: 0, unchanged: 0, rejected: 0 },
} as const satisfies Partial<Run>;

export const BREACHED = {
  outcome: 'failure',
  reasonCode: 'too_many_errors',
  reason: '12 of 100 records (12 %) were rejected; the task accepts 5 %. The index was left as it was.',
  counts: { received: 100, applied: 88, unchanged: 0, rejected: 12 },
} as const satisfies Partial<Run>;
