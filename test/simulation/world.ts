import { openIndexDestination } from '../../connectors/destinations/search/open-search-destination.ts';
import { TABLE_INDEXES, TABLE_KEYS } from '../../core/foundation/table.ts';
import { createLeaseStore, type LeaseStore } from '../../core/leases/lease-store.ts';
import { leaseKeyOf } from '../../core/leases/lease.ts';
import { createRejectedRecordStore } from '../../core/rejected-records/rejected-record-store.ts';
import type { Engine } from '../../core/runs/engine.ts';
import { createEntitySource } from '../../core/runs/entity-source.ts';
import { createHandOff } from '../../core/runs/hand-off.ts';
import { readRunEntities } from '../../core/runs/run-entities.ts';
import type { RunMessage } from '../../core/runs/run-message.ts';
import { createRunStore } from '../../core/runs/run-store.ts';
import type { Run } from '../../core/runs/run.ts';
import { createSweepRuns } from '../../core/runs/sweep-runs.ts';
import { createWorkRun } from '../../core/runs/work-run.ts';
import { MemoryClient } from '../support/memory-table/memory-client.ts';
import { MemoryTable } from '../support/memory-table/memory-table.ts';
import type { Item } from '../support/memory-table/values.ts';
import { IndexWatch } from './index-watch.ts';
import type { Scenario } from './scenario.ts';
import { APP_ID, createApi, RETENTION_DAYS, TABLE_NAME, type Api } from './sim-api.ts';
import { SimProcess, type CallRules, type Surroundings } from './sim-process.ts';
import { SimQueue } from './sim-queue.ts';
import { SimSearch } from './sim-search.ts';
import { planSets } from './sim-source.ts';
import { connectTable } from './sim-table.ts';
import { taskOf } from './sim-task.ts';
import { TableWatch } from './table-watch.ts';

const SWEEP_SECONDS = 60;
const LEFT_OVER_MINUTES = 15;
/** One to ask, and as long as the slowest answer takes. */
const TERMS_TO_HEAR = 2.5;

const PUBLISHES: CallRules = {
  faults: ['failBefore', 'executeAndFail', 'slow', 'crashBefore', 'crashAfter', 'zombie', 'lateApply'],
  failure: () => new Error('The bus did not answer'),
};

/** The engine as it is deployed, in processes that die, over a table, a queue, sources and indices in memory. */
export class World {
  readonly tableWatch: TableWatch;
  readonly indexWatch: IndexWatch;
  readonly search: SimSearch;
  readonly queue: SimQueue;
  readonly table: MemoryTable;
  /** Whose end was told. */
  readonly told = new Set<string>();
  readonly #around: Surroundings;
  readonly #scenario: Scenario;
  readonly #client: MemoryClient;
  /** How many callers wait for an answer. */
  asking = 0;
  #processes = 0;
  #events = 0;

  constructor(around: Surroundings, scenario: Scenario) {
    this.#around = around;
    this.#scenario = scenario;
    this.table = new MemoryTable(TABLE_KEYS, [TABLE_INDEXES.due]);
    this.#client = new MemoryClient(TABLE_NAME, this.table);
    this.indexWatch = new IndexWatch({
      history: around.history,
      tasks: scenario.tasks,
      maxStalls: scenario.tuning.settings.maxStalls,
      run: (runID) => this.tableWatch.runs.get(runID),
      index: (name) => this.search.indexes.get(name),
      mayWrite: (runID, process) => this.#mayWrite(runID, process),
      isCancelOld: (run, process) => this.#isCancelOld(run, process),
    });
    this.tableWatch = new TableWatch({
      ...around,
      table: this.table,
      tasks: scenario.tasks,
      index: this.indexWatch,
      settings: scenario.tuning.settings,
    });
    this.search = new SimSearch(around, this.indexWatch);
    for (const [name, ids] of scenario.held) {
      const records = ids.map(
        (objectID) => [objectID, { objectID, version: 0, position: 0, kept: 'as it was' }] as const,
      );
      this.search.indexes.set(name, new Map(records));
    }
    const { maxWorkers, visibilitySeconds } = scenario.tuning;
    const work = (message: RunMessage, ended: (isDone: boolean) => void) => this.#work(message, ended);
    this.queue = new SimQueue({ around, maxWorkers, visibilitySeconds, work });
  }

  /** What the API does for a caller who asks until it is answered. */
  async ask(what: string, request: (api: Api) => Promise<unknown>): Promise<void> {
    this.asking += 1;
    for (let isAnswered = false; !isAnswered;) {
      const process = this.#newProcess('api');
      this.#around.history.note(process.name, what);
      const { promise, resolve } = Promise.withResolvers<boolean>();
      request(this.#api(process)).then(
        () => resolve(true),
        // A conflict is an answer too.
        (error: Error) => resolve(error.name === 'ConflictError' || error.name === 'NotFoundError'),
      );
      this.#around.timeline.in(30_000, () => {
        process.die();
        resolve(false);
      });
      isAnswered = await promise;
    }
    this.asking -= 1;
  }

  /** Each minute from now on. */
  sweep(): void {
    this.#around.timeline.in(SWEEP_SECONDS * 1000, () => this.sweep());
    this.#checkLeftOvers();
    const process = this.#newProcess('sweep');
    const runStore = this.#runStore(process);
    const sweepRuns = createSweepRuns({
      runStore,
      runQueue: this.queue.connect(process),
      handOff: this.#handOff(process),
      reportStuck: async (run) => this.#around.history.note(process.name, `${run.runID} is stuck`),
      clock: process.clock,
      log: this.#log(process),
    });
    sweepRuns().catch((error: Error) => this.#around.history.note(process.name, `failed: ${error.message}`));
    this.#around.timeline.in(SWEEP_SECONDS * 1000, () => process.die());
  }

  /** Of a run that is over nothing stays for long; a search service that fails makes it longer. */
  #checkLeftOvers(): void {
    const { timeline, history, faults } = this.#around;
    for (const name of this.search.indexes.keys()) {
      const runID = /_tmp_([^_]+)/.exec(name)?.[1] ?? '';
      const doneAt = this.tableWatch.doneAt.get(runID) ?? Infinity;
      if (!faults.isActive && timeline.now > doneAt + LEFT_OVER_MINUTES * 60_000) {
        history.violate(`I22 ${name} is there ${LEFT_OVER_MINUTES} minutes after its run`);
      }
    }
  }

  #work(message: RunMessage, ended: (isDone: boolean) => void): void {
    const process = this.#newProcess('worker');
    const { timeline, history } = this.#around;
    const deadline = timeline.now + this.#scenario.tuning.functionSeconds * 1000;
    let isOver = false;
    const end = (isDone: boolean) => {
      if (!isOver) ended(isDone);
      isOver = true;
      // A function that has answered gets no time any more.
      process.die();
    };
    process.onDeath = () => end(false);
    timeline.at(deadline, () => process.die());
    history.note(process.name, `takes ${message.runID}`);
    const workRun = createWorkRun(this.#engine(process));
    workRun(message, { remainingMilliseconds: () => deadline - timeline.now }).then(
      () => end(true),
      (error: Error) => {
        history.note(process.name, `failed: ${error.message}`);
        end(false);
      },
    );
  }

  #engine(process: SimProcess): Engine {
    const { settings, batchSize, readMilliseconds } = this.#scenario.tuning;
    const { clock } = process;
    const access = { client: connectTable(process, this.#client), tableName: TABLE_NAME, clock };
    const { chance } = this.#around;
    return {
      runStore: this.#runStore(process),
      leaseStore: this.#leaseStore(process),
      rejectedRecords: createRejectedRecordStore({ ...access, retentionDays: RETENTION_DAYS }),
      runQueue: this.queue.connect(process),
      handOff: this.#handOff(process),
      openConnection: async (run, assertHeld) => {
        const { indexName, source, policy, sets } = taskOf(this.#scenario.tasks, run);
        const operations = this.search.connect(process, run.runID, assertHeld);
        const pace = () => chance.whole(0, readMilliseconds);
        const whole = source.connect(process, { batchSize, pace });
        const isUpdate = run.type === 'update';
        const isToDivide = sets.size > 0 && run.recordSet === undefined;
        return {
          index: indexOf(indexName),
          sourceDescription: `the source of ${run.taskID}`,
          source: isUpdate
            ? createEntitySource(whole, (await readRunEntities(access, run)).entityIDs)
            : whole,
          ...(isToDivide ? { plan: () => planSets(process, [...sets.keys()]) } : {}),
          destination: openIndexDestination(operations, {
            clock,
            indexName,
            action: run.action,
            runID: run.runID,
            generation: run.generation,
          }),
          policy,
        };
      },
      readSample: async () => ({ sample: [] }),
      arrangeHooks: async () => 'Nothing to arrange.',
      clock,
      random: () => chance.next(),
      newEventID: () => `event-${(this.#events += 1)}`,
      log: this.#log(process),
      settings,
    };
  }

  #api(process: SimProcess): Api {
    const { clock } = process;
    return createApi({ runStore: this.#runStore(process), runQueue: this.queue.connect(process), clock });
  }

  #runStore(process: SimProcess) {
    const client = connectTable(process, this.#client);
    return createRunStore({
      client,
      tableName: TABLE_NAME,
      clock: process.clock,
      retentionDays: RETENTION_DAYS,
    });
  }

  #leaseStore(process: SimProcess): LeaseStore {
    const { leaseSeconds } = this.#around;
    const client = connectTable(process, this.#client);
    const store = createLeaseStore({ client, tableName: TABLE_NAME, clock: process.clock, leaseSeconds });
    return {
      ...store,
      acquire: async (request) => {
        const answer = await store.acquire(request);
        if ('lease' in answer) process.fence = answer.lease.fence;
        return answer;
      },
    };
  }

  #handOff(process: SimProcess) {
    const publish = (message: { readonly runID: string }) =>
      process.call('bus.publish', () => void this.told.add(message.runID), PUBLISHES);
    return createHandOff({
      runStore: this.#runStore(process),
      runBus: { publish },
      blockTask: async () => undefined,
    });
  }

  #log(process: SimProcess): Engine['log'] {
    const note = (message: string) => this.#around.history.note(process.name, `says: ${message}`);
    return { info: note, error: (message, error) => note(`${message}: ${String(error)}`) };
  }

  /** Whether somebody holds the lease of this index now. */
  isHeld(indexName: string): boolean {
    return Date.parse(String(this.#lease(indexName)['heldUntil'])) > this.#around.timeline.now;
  }

  #lease(indexName: string): Item {
    return this.tableWatch.lease(APP_ID, leaseKeyOf(indexOf(indexName)));
  }

  #newProcess(kind: string): SimProcess {
    this.#processes += 1;
    return new SimProcess(`${kind} ${this.#processes}`, this.#around);
  }

  #mayWrite(runID: string, process: SimProcess): boolean {
    const run = this.tableWatch.runs.get(runID) as Run;
    const { indexName } = taskOf(this.#scenario.tasks, run);
    return this.#lease(indexName)['fence'] === process.fence && this.isHeld(indexName);
  }

  /** A worker hears of it within a term of its lease, if it runs and the table answers. */
  #isCancelOld({ runID }: Run, { stoodStillUntil }: SimProcess): boolean {
    const cancelledAt = this.tableWatch.cancelledAt.get(runID);
    if (cancelledAt === undefined) return false;
    const { timeline, leaseSeconds } = this.#around;
    const since = Math.max(cancelledAt, stoodStillUntil);
    return timeline.now > since + leaseSeconds * 1000 * TERMS_TO_HEAR;
  }
}

function indexOf(indexName: string) {
  return { searchAppID: 'SEARCH', indexName };
}
