import { newTimeOrderedID } from '../../core/foundation/ids.ts';
import type { LogFields } from '../../core/foundation/logging.ts';
import type { TableAccess } from '../../core/foundation/table-client.ts';
import { createLeaseStore, type LeaseStore } from '../../core/leases/lease-store.ts';
import { createCancelPush } from '../../core/push/cancel-push.ts';
import {
  createRejectedRecordStore,
  type RejectedRecordStore,
} from '../../core/rejected-records/rejected-record-store.ts';
import { Replay } from '../../core/rejected-records/replay.ts';
import type { RunEvent } from '../../core/run-events/run-event.ts';
import { createRunEventStore } from '../../core/run-events/run-event-store.ts';
import {
  DEFAULT_ENGINE_SETTINGS,
  type Engine,
  type EngineSettings,
  type RunConnection,
} from '../../core/runs/engine.ts';
import { createHandOff } from '../../core/runs/hand-off.ts';
import type { Run, TaskAction } from '../../core/runs/run.ts';
import type { RunFinished } from '../../core/runs/run-finished.ts';
import { DEFAULT_RUN_POLICY, type RunPolicy } from '../../core/runs/run-policy.ts';
import type { DelayedRunMessage } from '../../core/runs/run-queue.ts';
import { createRunControl, type RunControl } from '../../core/runs/run-control.ts';
import { createRunStore, type RunStore } from '../../core/runs/run-store.ts';
import { createStartRun, type StartRun } from '../../core/runs/start-run.ts';
import { createSweepRuns, type SweepRuns } from '../../core/runs/sweep-runs.ts';
import { createWorkRun, type WorkRun } from '../../core/runs/work-run.ts';
import type { AttributeExclusion } from '../../core/records/attribute-exclusion.ts';
import type { TransformStage } from '../../core/transformations/transform-stage.ts';
import { FakeIndex } from './fake-index.ts';
import { FakeSource, type SourceEntry } from './fake-source.ts';
import { CrashError, Mortal } from './mortal.ts';
import { TestClock } from './test-clock.ts';

export interface WorldOptions {
  readonly entries?: SourceEntry[];
  readonly live?: { readonly objectID: string }[];
  readonly settings?: Partial<EngineSettings>;
  readonly policy?: Partial<RunPolicy>;
  readonly openConnection?: Engine['openConnection'];
  readonly readSample?: Engine['readSample'];
  readonly progress?: RunConnection['progress'];
}

/** The engine over a real table, with a source, an index, a queue and a bus in memory, for an application of its own. */
export class EngineWorld {
  readonly appID: string;
  readonly clock = new TestClock();
  /** The worker's process; starts and sweeps are done by others. */
  readonly worker = new Mortal();
  readonly source: FakeSource;
  readonly index: FakeIndex;
  readonly queue: DelayedRunMessage[] = [];
  readonly bus: RunFinished[] = [];
  /** Runs that a sweep found stuck, once per time. */
  readonly stuck: string[] = [];
  readonly logged: { readonly message: string; readonly fields?: LogFields }[] = [];
  /** What replays write in the place of rejected records, by number. */
  readonly corrections = new Map<number, string>();
  /** The transformation that replays go through. */
  stage: TransformStage | undefined;
  /** What replays leave out of records. */
  exclusion: AttributeExclusion | undefined;
  queueFails = false;
  busFails = false;
  remainingMilliseconds = 900_000;
  readonly engine: Engine;
  readonly runStore: RunStore;
  readonly leaseStore: LeaseStore;
  readonly rejectedRecords: RejectedRecordStore;
  readonly startRun: StartRun;
  readonly sweepRuns: SweepRuns;
  readonly workRun: WorkRun;
  readonly runControl: RunControl;
  readonly #table: TableAccess;

  constructor(table: TableAccess, options: WorldOptions = {}) {
    this.#table = table;
    this.appID = `APP${Math.random().toString(36).slice(2, 12).toUpperCase()}`;
    this.source = new FakeSource(options.entries ?? []);
    this.index = new FakeIndex(options.live);
    const settings = { ...DEFAULT_ENGINE_SETTINGS, leaseSeconds: 60, ...options.settings };
    const { clock } = this;
    this.runStore = createRunStore({ ...table, clock });
    this.rejectedRecords = createRejectedRecordStore({ ...table, clock, retentionDays: 30 });
    this.leaseStore = createLeaseStore({ ...table, clock, leaseSeconds: settings.leaseSeconds });
    const sendAll = async (messages: readonly DelayedRunMessage[]) => {
      if (this.queueFails) throw new Error('The queue is down');
      this.queue.push(...messages);
    };
    const runQueue = {
      send: (message: DelayedRunMessage['message'], delaySeconds = 0) => sendAll([{ message, delaySeconds }]),
      sendAll,
    };
    const runBus = {
      publish: async (message: RunFinished) => {
        if (this.busFails) throw new Error('The bus is down');
        this.bus.push(message);
      },
    };
    const { worker } = this;
    const runStore = worker.guard('runStore', this.runStore);
    const log = {
      info: (message: string, fields?: LogFields) => void this.logged.push({ message, fields }),
      error: (message: string, _: unknown, fields?: LogFields) => void this.logged.push({ message, fields }),
    };
    this.engine = {
      runStore,
      leaseStore: worker.guard('leaseStore', this.leaseStore),
      rejectedRecords: worker.guard('rejectedRecords', this.rejectedRecords),
      runQueue: worker.guard('runQueue', runQueue),
      handOff: createHandOff({
        runStore,
        runBus: worker.guard('runBus', runBus),
        blockTask: async () => undefined,
      }),
      openConnection:
        options.openConnection ??
        (async (run) => ({
          index: { searchAppID: this.appID, indexName: 'airports' },
          sourceDescription: 'csv file http://127.0.0.1/airports.csv',
          ...this.#open(run),
          policy: { ...DEFAULT_RUN_POLICY, ...options.policy },
          ...(options.progress === undefined ? {} : { progress: options.progress }),
        })),
      readSample: options.readSample ?? (async () => ({ sample: [] })),
      arrangeHooks: async () => 'Nothing to arrange.',
      clock,
      random: () => 0.5,
      newEventID: newTimeOrderedID,
      log,
      settings,
    };
    this.workRun = createWorkRun(this.engine);
    this.runControl = createRunControl({
      runStore: this.runStore,
      runQueue,
      clock,
      cancelPush: createCancelPush({ runStore: this.runStore, tableName: table.tableName, clock }),
      onUnsent: (_, error) => log.error('unsent', error),
    });
    this.startRun = createStartRun({ runStore: this.runStore, runQueue, clock });
    this.sweepRuns = createSweepRuns({
      runStore: this.ofThisWorld(),
      runQueue,
      handOff: createHandOff({ runStore: this.runStore, runBus, blockTask: async () => undefined }),
      reportStuck: async (run) => void this.stuck.push(run.runID),
      clock,
      log,
    });
  }

  #open(run: Run): Pick<RunConnection, 'source' | 'destination'> {
    const destination = this.worker.guard('index', this.index.open(run.runID, run.action));
    if (run.replay === undefined) return { source: this.source, destination };
    const { appID, corrections, exclusion, stage, worker } = this;
    const rejectedRecords = worker.guard('rejectedRecords', this.rejectedRecords);
    const { runID } = run;
    const replay = new Replay({
      appID,
      runID,
      replay: run.replay,
      corrections,
      rejectedRecords,
      exclusion,
      stage,
    });
    return { source: replay.source, destination: replay.mark(destination) };
  }

  /** Claims a run of a task of its own. */
  async start(action: TaskAction, failureThreshold = 0, key = 'first'): Promise<Run> {
    return this.startRun({
      appID: this.appID,
      task: { taskID: `task-of-${this.appID}`, action, failureThreshold },
      trigger: { kind: 'api', key },
    });
  }

  /** What a worker does with a message for the run. */
  async work(run: Pick<Run, 'runID'>): Promise<void> {
    await this.workRun(
      { appID: this.appID, runID: run.runID },
      { remainingMilliseconds: () => this.remainingMilliseconds },
    );
  }

  /** Delivers what is in the queue, and what that brings about, until nothing is left. */
  async deliverAll(): Promise<void> {
    for (let next = this.queue.shift(); next !== undefined; next = this.queue.shift()) {
      this.clock.advance(next.delaySeconds * 1000);
      await this.work(next.message);
    }
  }

  /** Delivers until the worker dies, which is no failure of the test. */
  async deliverUntilDeath(): Promise<void> {
    try {
      await this.deliverAll();
    } catch (error) {
      if (!(error instanceof CrashError)) throw error;
    }
  }

  /** A new worker, and time passing with its sweeps, until nothing is due any more. The messages there were are lost. */
  async recover(minutes = 10): Promise<void> {
    this.worker.revive();
    this.queue.length = 0;
    for (let minute = 0; minute < minutes; minute += 1) {
      this.clock.advance(60_000);
      await this.sweepRuns();
      await this.deliverAll();
    }
  }

  async startAndWork(action: TaskAction, failureThreshold = 0): Promise<Run> {
    const run = await this.start(action, failureThreshold);
    await this.deliverAll();
    return this.read(run);
  }

  async read(run: Pick<Run, 'runID'>): Promise<Run> {
    const found = await this.runStore.get(this.appID, run.runID);
    if (found === undefined) throw new Error(`No run ${run.runID}`);
    return found;
  }

  async events(run: Pick<Run, 'runID'>): Promise<RunEvent[]> {
    const { events } = await createRunEventStore({ ...this.#table, clock: this.clock }).list(
      this.appID,
      run.runID,
      {
        startDate: new Date(0),
        endDate: new Date('2100-01-01'),
        sort: 'publishedAt',
        order: 'asc',
        page: 1,
        itemsPerPage: 100,
      },
    );
    return events;
  }

  /** Other tests' runs are due in the same table: a sweep sees only this world's. */
  private ofThisWorld(): RunStore {
    const { runStore, appID } = this;
    return {
      ...runStore,
      listDue: async (until, limit) =>
        (await runStore.listDue(until, limit)).filter((run) => run.appID === appID),
    };
  }
}

/** `count` records `r0001`, `r0002`, … */
export function records(count: number, attributes: Record<string, unknown> = {}) {
  return Array.from({ length: count }, (_, index) => ({
    objectID: `r${String(index + 1).padStart(4, '0')}`,
    ...attributes,
  }));
}
