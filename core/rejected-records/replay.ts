import type { AttributeExclusion } from '../records/attribute-exclusion.ts';
import { BatchBuilder } from '../records/batch-builder.ts';
import { positionOf, type Cursor, type RecordBatch } from '../records/record-batch.ts';
import { endOfObjectID } from '../records/record-json.ts';
import type { RecordDestination, RecordSource } from '../runs/ports.ts';
import type { RunReplay } from '../runs/run.ts';
import { transformBatch } from '../transformations/transform-batch.ts';
import type { TransformStage } from '../transformations/transform-stage.ts';
import type { KeptRejection } from './kept-rejection.ts';
import type { RejectedRecordStore } from './rejected-record-store.ts';

/** So many kept records are in memory at once. */
const PAGE_RECORDS = 50;
const LIMITS = { maxRecords: 1_000, maxBytes: 1024 * 1024 };

export interface ReplayOptions {
  readonly appID: string;
  /** The run that writes them again. */
  readonly runID: string;
  readonly replay: RunReplay;
  /** By number. */
  readonly corrections: ReadonlyMap<number, string>;
  readonly rejectedRecords: Pick<RejectedRecordStore, 'read' | 'markReplayed'>;
  /** What the task's destination excludes, where it excludes anything. */
  readonly exclusion: AttributeExclusion | undefined;
  /** Of the task's destination, where it has one. */
  readonly stage: TransformStage | undefined;
}

/**
 * The rejected records of a run as a source for another one, and the destination that it writes to, which marks them
 * once they are published. What a worker marked that died before its checkpoint is written and marked again.
 */
export class Replay {
  readonly #options: ReplayOptions;
  /** The numbers of the records read, by position. */
  readonly #numbers = new Map<number, number[]>();

  constructor(options: ReplayOptions) {
    this.#options = options;
  }

  get source(): RecordSource {
    return { read: (cursor, signal) => this.#read(cursor, signal) };
  }

  /** A position is marked when all that was made of it is published. */
  mark(destination: RecordDestination): RecordDestination {
    const { appID, runID, replay, rejectedRecords } = this.#options;
    const refused = new Set<number>();
    const written = new Map<number, number[]>();
    const markAll = (positions: readonly number[]) => {
      const numbers = positions
        .filter((position) => !refused.has(position))
        .flatMap((position) => this.#numbers.get(position) ?? []);
      return rejectedRecords.markReplayed({ appID, runID: replay.runID }, [...new Set(numbers)], runID);
    };
    return {
      ...destination,
      write: async (batch, signal) => {
        const positions = positionsOf(batch);
        const receipt = await destination.write(batch, signal);
        for (const { position } of receipt.rejected) if (position !== undefined) refused.add(position);
        const [publication] = receipt.publications;
        if (publication !== undefined) written.set(publication, positions);
        // Nothing to wait for: the index was as it should be.
        else await markAll(positions);
        return receipt;
      },
      waitForPublication: async (publications, signal) => {
        await destination.waitForPublication(publications, signal);
        await markAll(publications.flatMap((publication) => written.get(publication) ?? []));
      },
    };
  }

  async *#read(cursor: Cursor | undefined, signal: AbortSignal): AsyncGenerator<RecordBatch> {
    const { appID, replay, rejectedRecords } = this.#options;
    const next = Number(cursor?.['next'] ?? 1);
    const numbers = (replay.numbers ?? upTo(replay.kept)).filter((number) => number >= next);
    const batches = new ReplayBatches();
    for (let start = 0; start < numbers.length; start += PAGE_RECORDS) {
      signal.throwIfAborted();
      const page = numbers.slice(start, start + PAGE_RECORDS);
      for (const rejection of await rejectedRecords.read({ appID, runID: replay.runID }, page)) {
        const record = this.#recordOf(rejection);
        if (record === undefined) continue;
        // What the destination refused was transformed already.
        const isTransformed = rejection.stage === 'destination';
        if (!batches.fits(record, isTransformed)) yield* this.#give(batches, signal);
        const position = rejection.position ?? rejection.number;
        this.#numbers.set(position, [...(this.#numbers.get(position) ?? []), rejection.number]);
        batches.add({ number: rejection.number, record, position, isTransformed });
      }
    }
    yield* this.#give(batches, signal, replay.kept + 1);
  }

  /** Its text if it is to be written, and can be. */
  #recordOf({ number, content, replayedBy }: KeptRejection): string | undefined {
    const { replay, runID, corrections } = this.#options;
    if (replay.numbers === undefined && replayedBy !== undefined && replayedBy !== runID) return undefined;
    return corrections.get(number) ?? content?.record;
  }

  async *#give(
    batches: ReplayBatches,
    signal: AbortSignal,
    next = batches.next,
  ): AsyncGenerator<RecordBatch> {
    const { exclusion, stage } = this.#options;
    const isTransformed = batches.isTransformed && stage !== undefined;
    const batch = batches.seal(next);
    // Its paths are those of the source, which a transformation may use for something else.
    const slim = isTransformed ? batch : (exclusion?.apply(batch) ?? batch);
    if (stage === undefined || isTransformed) yield slim;
    else yield* await transformBatch(stage, slim, signal);
  }
}

/** Puts records together that go the same way. */
class ReplayBatches {
  isTransformed = false;
  /** The number to go on at. */
  next = 1;
  #bytesRead = 0;
  readonly #builder = new BatchBuilder(LIMITS);

  fits(record: string, isTransformed: boolean): boolean {
    const { count, length } = this.#builder;
    if (count === 0) return true;
    const hasRoom = count < LIMITS.maxRecords && length + Buffer.byteLength(record) <= LIMITS.maxBytes;
    return hasRoom && this.isTransformed === isTransformed;
  }

  add(entry: { number: number; record: string; position: number; isTransformed: boolean }): void {
    const builder = this.#builder;
    const sizeBytes = Buffer.byteLength(entry.record);
    builder.reserve(sizeBytes);
    const start = builder.length;
    const end = start + builder.bytes.write(entry.record, start);
    builder.commit(end, endOfObjectID(builder.bytes, start), entry.position);
    this.isTransformed = entry.isTransformed;
    this.next = entry.number + 1;
    this.#bytesRead += sizeBytes;
  }

  seal(next: number): RecordBatch {
    return this.#builder.seal({ next }, this.#bytesRead);
  }
}

function positionsOf(batch: RecordBatch): number[] {
  return Array.from({ length: batch.count }, (_, index) => positionOf(batch, index));
}

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}
