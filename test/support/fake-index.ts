import { keepRecord } from '../../core/records/kept-content.ts';
import { positionOf, type RecordBatch } from '../../core/records/record-batch.ts';
import type { RejectedRecord } from '../../core/records/rejected-record.ts';
import { DestinationError } from '../../core/runs/destination-error.ts';
import type { AttributeSample, RecordDestination, WriteReceipt } from '../../core/runs/ports.ts';
import type { TaskAction } from '../../core/runs/run.ts';
import { recordsOf, type TestRecord } from './record-batches.ts';

type Records = Map<string, TestRecord>;

/** Where a fault can be put; `after` has its effect and loses the answer. */
export type IndexStep = 'prepare' | 'write' | 'wait' | 'count' | 'sample' | 'publish' | 'discard';
type FaultHook = (step: IndexStep, when: 'before' | 'after', batch?: RecordBatch) => void | Promise<void>;

/** One index in memory with the temporary indices beside it; accepted records show only once they are published. */
export class FakeIndex {
  live: Records | undefined;
  readonly temporary = new Map<string, Records>();
  readonly refused = new Set<string>();
  readonly steps: string[] = [];
  swaps = 0;
  writesInFlight = 0;
  mostInFlight = 0;
  fault: FaultHook = () => undefined;
  #nextTask = 1;
  readonly #accepted = new Map<number, () => void>();

  constructor(live?: readonly TestRecord[]) {
    if (live) this.live = new Map(live.map((record) => [record.objectID, record]));
  }

  get objectIDs(): string[] {
    return [...(this.live?.keys() ?? [])].toSorted();
  }

  /** As one run sees it. */
  open(runID: string, action: TaskAction): RecordDestination {
    const name = `tmp_${runID}`;
    const isReplace = action === 'replace';
    const appended = new Set<string>();
    return {
      prepare: () =>
        this.#step('prepare', () => {
          if (isReplace && !this.temporary.has(name)) this.temporary.set(name, new Map());
        }),
      write: async (batch, signal) => {
        this.writesInFlight += 1;
        this.mostInFlight = Math.max(this.mostInFlight, this.writesInFlight);
        try {
          const accept = () => this.#accept(batch, isReplace ? name : '', { action, appended });
          return await this.#step('write', accept, batch);
        } finally {
          this.writesInFlight -= 1;
          signal.throwIfAborted();
        }
      },
      waitForPublication: (publications, signal) =>
        this.#step('wait', () => {
          signal.throwIfAborted();
          for (const task of publications) this.#publishTask(task);
        }),
      countRecords: () =>
        this.#step('count', () => ({
          written: this.temporary.get(name)?.size ?? 0,
          live: this.live?.size ?? 0,
        })),
      sampleAttributes: () =>
        this.#step('sample', () => ({
          written: sampleOf(this.temporary.get(name)),
          live: sampleOf(this.live),
        })),
      publish: (_, expected) =>
        this.#step('publish', () => {
          const records = this.temporary.get(name);
          const size = records?.size ?? 0;
          if (records !== undefined && size === expected.records) {
            this.live = records;
            this.temporary.delete(name);
            this.swaps += 1;
          } else if (!expected.mayBeMoved || (size > 0 && this.live?.size !== expected.records)) {
            throw new DestinationError('destination.temporary_index_changed', 'It is not as it was.');
          } else this.temporary.delete(name);
        }),
      discard: () =>
        this.#step('discard', () => {
          this.temporary.delete(name);
        }),
    };
  }

  async #step<Result>(step: IndexStep, act: () => Result, batch?: RecordBatch): Promise<Result> {
    this.steps.push(step);
    await this.fault(step, 'before', batch);
    const result = act();
    await this.fault(step, 'after', batch);
    return result;
  }

  /** `appended`: what this worker has added to what it finds in the index. */
  #accept(
    batch: RecordBatch,
    name: string,
    { action, appended }: { action: TaskAction; appended: Set<string> },
  ): WriteReceipt {
    const rejected: RejectedRecord[] = [];
    const accepted: TestRecord[] = [];
    for (const [index, record] of recordsOf(batch).entries()) {
      if (action === 'append' && (appended.has(record.objectID) || this.live?.has(record.objectID))) continue;
      if (!this.refused.has(record.objectID)) accepted.push(record);
      else {
        rejected.push({
          position: positionOf(batch, index),
          objectID: record.objectID,
          code: 'record.refused',
          message: 'It was refused.',
          stage: 'destination',
          content: keepRecord(JSON.stringify(record)),
        });
      }
    }
    const isDeletion = batch.isDeletion === true;
    const task = this.#nextTask;
    this.#nextTask += 1;
    this.#accepted.set(task, () => {
      this.live ??= new Map();
      // A temporary index that was removed comes back with the records that were still on their way.
      if (name !== '' && !this.temporary.has(name)) this.temporary.set(name, new Map());
      const records = name === '' ? this.live : (this.temporary.get(name) as Records);
      for (const record of accepted) {
        if (isDeletion) {
          records.delete(record.objectID);
          continue;
        }
        const before = records.get(record.objectID);
        if (action === 'partialNoCreate' && before === undefined) continue;
        records.set(record.objectID, action.startsWith('partial') ? { ...before, ...record } : record);
      }
    });
    if (action === 'append') for (const { objectID } of accepted) appended.add(objectID);
    return {
      accepted: accepted.length,
      rejected,
      unchanged: batch.count - accepted.length - rejected.length,
      publications: accepted.length > 0 ? [task] : [],
    };
  }

  /** Tasks of an index are published in order, so one takes those before it along. */
  #publishTask(task: number): void {
    for (const [id, apply] of this.#accepted) {
      if (id > task) continue;
      apply();
      this.#accepted.delete(id);
    }
  }
}

function sampleOf(records: Records = new Map()): AttributeSample {
  const attributes = new Map<string, number>();
  for (const record of records.values()) {
    for (const name of Object.keys(record)) attributes.set(name, (attributes.get(name) ?? 0) + 1);
  }
  return { records: records.size, attributes };
}
