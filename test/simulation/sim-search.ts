import type { IndexOperations } from '../../connectors/destinations/search/index-operations.ts';
import {
  PassingSearchError,
  RefusedSearchError,
} from '../../connectors/destinations/search/search-failures.ts';
import type { Fault } from './faults.ts';
import type { CallRules, SimProcess, Surroundings } from './sim-process.ts';

/** A record as it is stored; `version` and `position` say where it came from. */
export interface StoredRecord {
  readonly objectID: string;
  readonly version: number;
  readonly position: number;
  readonly kept?: string;
  readonly isRefused?: boolean;
}

export type Records = Map<string, StoredRecord>;

/** One request of a batch. */
export interface Write {
  readonly action: string;
  readonly body: StoredRecord;
}

/** A change that a process asks for on behalf of a run. */
export interface SentChange {
  readonly runID: string;
  readonly what: string;
  readonly indexName: string;
}

/** Writes that are searchable from now on. */
export interface PublishedWrites {
  readonly runID: string;
  readonly indexName: string;
  readonly writes: readonly Write[];
  /** Their sender was told that they failed. */
  readonly isLate: boolean;
}

/** Who watches what becomes of the indices. */
export interface SearchWatch {
  /** A process asks for a change, and could be stopped from it no more. */
  onSend(process: SimProcess, change: SentChange): void;
  onWrites(published: PublishedWrites, before: Records): void;
  onMove(runID: string, names: { from: string; to: string }, records: Records): void;
  onRemove(indexName: string): void;
}

const LONGEST_PUBLICATION_MILLISECONDS = 1_000;
/** What is under way to an index that people search arrives soon or never: nobody could call it back. */
const LATE_ON_LIVE_MILLISECONDS = 2_000;

const failure = (fault: Fault) =>
  fault === 'throttle'
    ? new PassingSearchError('destination.overloaded', 'Too many requests.')
    : new PassingSearchError('destination.unavailable', 'The search service did not answer.');

const READS: CallRules = {
  faults: ['failBefore', 'throttle', 'slow', 'crashBefore', 'crashAfter', 'zombie'],
  failure,
};
const WRITES: CallRules = {
  faults: [
    'failBefore',
    'executeAndFail',
    'throttle',
    'slow',
    'crashBefore',
    'crashAfter',
    'zombie',
    'lateApply',
  ],
  failure,
  lateMilliseconds: LATE_ON_LIVE_MILLISECONDS,
};
/** What is sent again until it is answered, and does its work again when it comes late, is taken to come at once or never. */
const REPEATED_WRITES: CallRules = {
  ...WRITES,
  faults: WRITES.faults.filter((fault) => fault !== 'lateApply'),
};
/** A run's own temporary index: what comes very late must do no harm there. */
const TEMPORARY_WRITES: CallRules = { ...WRITES, lateMilliseconds: 180_000 };

/** The search service: what it accepts is a task, and shows in the index once the task is published, in order. */
export class SimSearch {
  readonly indexes = new Map<string, Records>();
  readonly #around: Surroundings;
  readonly #watch: SearchWatch;
  readonly #publishedAt = new Map<number, number>();
  #lastPublication = 0;

  constructor(around: Surroundings, watch: SearchWatch) {
    this.#around = around;
    this.#watch = watch;
  }

  /** As one process reaches it, at work on a run. */
  connect(process: SimProcess, runID: string, beforeRequest: () => void): IndexOperations {
    const ask = async <Result>(what: string, effect: () => Result) => {
      beforeRequest();
      return process.call(`search.${what}`, effect, READS);
    };
    const change = async <Result>(
      what: string,
      name: string,
      effect: (fault: Fault | undefined) => Result,
    ) => {
      beforeRequest();
      if (process.isDead) return new Promise<Result>(() => undefined);
      this.#watch.onSend(process, { runID, what, indexName: name });
      return process.call(`search.${what} ${name}`, effect, rulesOf(what, name));
    };
    return {
      writeBatch: (name, { bytes, onFree }) => {
        const { requests } = JSON.parse(bytes.toString()) as { requests: Write[] };
        const sent = change('write', name, (fault) =>
          this.#accept({ runID, name, isLate: fault === 'lateApply' }, requests),
        );
        onFree();
        return sent;
      },
      isPublished: (_, taskID) =>
        ask('isPublished', () => (this.#publishedAt.get(taskID) ?? Infinity) <= this.#around.timeline.now),
      exists: (name) => ask('exists', () => this.indexes.has(name)),
      copyScopes: ({ to }) => change('copyScopes', to, () => this.#task(() => void this.#find(to))),
      move: ({ from, to }) => change('move', to, () => this.#task(() => this.#move(runID, from, to))),
      remove: (name) =>
        change('remove', name, () =>
          this.indexes.has(name) ? this.#task(() => this.#remove(name)) : undefined,
        ),
      countEntries: (names) => ask('count', () => names.map((name) => this.indexes.get(name)?.size ?? 0)),
      listIDs: (name) => ask('listIDs', () => ({ objectIDs: [...(this.indexes.get(name)?.keys() ?? [])] })),
      readSome: (name, limit) =>
        ask('readSome', () => {
          const records = [...(this.indexes.get(name)?.values() ?? [])].slice(0, limit);
          return records.map((record) => ({ ...record }));
        }),
      findExisting: (name, objectIDs) =>
        ask('findExisting', () => objectIDs.filter((objectID) => this.indexes.get(name)?.has(objectID))),
    };
  }

  /** All of a batch, or nothing and an error that names the first record at fault, now and then. */
  #accept(
    { runID, name, isLate }: { runID: string; name: string; isLate: boolean },
    writes: readonly Write[],
  ): number {
    const position = writes.findIndex(({ body }) => body.isRefused === true);
    if (position >= 0) {
      const said = `Record ${position} is not accepted`;
      const isNamed = this.#around.chance.is(0.5);
      throw new RefusedSearchError({
        statusCode: 400,
        said,
        tooBig: false,
        ...(isNamed ? { position } : {}),
      });
    }
    return this.#task(() => {
      const records = this.#find(name);
      this.#watch.onWrites({ runID, indexName: name, writes, isLate }, records);
      for (const { action, body } of writes) {
        const before = records.get(body.objectID);
        if (action === 'deleteObject') {
          records.delete(body.objectID);
          continue;
        }
        if (action === 'partialUpdateObjectNoCreate' && before === undefined) continue;
        records.set(body.objectID, action.startsWith('partial') ? { ...before, ...body } : body);
      }
    });
  }

  #task(publish: () => void): number {
    const { timeline, chance } = this.#around;
    const at = Math.max(
      this.#lastPublication,
      timeline.now + chance.whole(5, LONGEST_PUBLICATION_MILLISECONDS),
    );
    this.#lastPublication = at;
    const taskID = this.#publishedAt.size + 1;
    this.#publishedAt.set(taskID, at);
    timeline.at(at, publish);
    return taskID;
  }

  #find(name: string): Records {
    const records = this.indexes.get(name) ?? new Map<string, StoredRecord>();
    this.indexes.set(name, records);
    return records;
  }

  #move(runID: string, from: string, to: string): void {
    const records = this.indexes.get(from);
    if (records === undefined) return;
    this.#watch.onMove(runID, { from, to }, records);
    this.indexes.set(to, records);
    this.indexes.delete(from);
  }

  #remove(name: string): void {
    this.indexes.delete(name);
    this.#watch.onRemove(name);
  }
}

function rulesOf(what: string, name: string): CallRules {
  if (what !== 'write') return REPEATED_WRITES;
  return name.includes('_tmp_') ? TEMPORARY_WRITES : WRITES;
}
