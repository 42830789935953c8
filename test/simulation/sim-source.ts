import { deriveID } from '../../core/foundation/ids.ts';
import type { Cursor, RecordBatch } from '../../core/records/record-batch.ts';
import { createPositionID } from '../../core/records/record-id.ts';
import type { RejectedRecord } from '../../core/records/rejected-record.ts';
import type { RecordSource } from '../../core/runs/ports.ts';
import { SourceError } from '../../core/runs/source-error.ts';
import { toBatch, type TestRecord } from '../support/record-batches.ts';
import type { CallRules, SimProcess } from './sim-process.ts';

const READS: CallRules = {
  faults: ['failBefore', 'throttle', 'slow', 'crashBefore', 'crashAfter', 'zombie'],
  failure: () =>
    new SourceError('source.unreachable', 'The source did not answer.', { disposition: 'retryable' }),
};

/**
 * A row of a source. Some cannot be read (`isBroken`), some the index refuses (`isRefused`). One that brings no id
 * (`isNameless`) has here the id that its record must get from its place, and says no id when it cannot be read.
 */
export interface Row {
  readonly objectID: string;
  readonly isNameless?: boolean;
  readonly isBroken?: boolean;
  readonly isRefused?: boolean;
}

interface Reading {
  readonly cursor: Cursor | undefined;
  readonly signal: AbortSignal;
  readonly batchSize: number;
  readonly pace: () => number;
}

/** The id that a row without one must get, whoever reads it, and whenever. */
export function namelessID(taskID: string, place: number): string {
  return `${deriveID(taskID)}-${place}`;
}

/** A shop names its record sets. */
export async function planSets(process: SimProcess, names: readonly string[]): Promise<readonly string[]> {
  return process.call('source.plan', () => names, READS);
}

interface SimSourceOptions {
  readonly taskID: string;
  /** Whether it can be asked for single records. */
  readonly isAskable: boolean;
}

/** A file or a shop that its owner changes now and then; each record says which version and place it came from. */
export class SimSource {
  readonly #versions: { readonly rows: readonly Row[]; readonly since: number }[] = [];
  readonly #options: SimSourceOptions;

  constructor(rows: readonly Row[], options: SimSourceOptions) {
    this.#options = options;
    this.change(rows, 0);
  }

  get isAskable(): boolean {
    return this.#options.isAskable;
  }

  /** From 1. */
  get version(): number {
    return this.#versions.length;
  }

  change(rows: readonly Row[], since: number): void {
    this.#versions.push({ rows, since });
  }

  versionAt(time: number): number {
    return this.#versions.findLastIndex(({ since }) => since <= time) + 1;
  }

  rows(version: number): readonly Row[] {
    return this.#versions[version - 1]?.rows ?? [];
  }

  /** Whether there was a version without this record. */
  wasWithout(objectID: string): boolean {
    return this.#versions.some(({ rows }) => !rows.some((row) => row.objectID === objectID));
  }

  /** What an index must hold of a version: per objectID the place of the last record that can be applied. */
  expected(version: number): Map<string, number> {
    const places = new Map<string, number>();
    for (const [index, { objectID, isBroken, isRefused }] of this.rows(version).entries()) {
      if (isBroken !== true && isRefused !== true) places.set(objectID, index + 1);
    }
    return places;
  }

  /** As one process reads it; `pace` says how long the next batch takes. */
  connect(process: SimProcess, { batchSize, pace }: { batchSize: number; pace: () => number }): RecordSource {
    const readings = { batchSize, pace };
    return {
      read: (cursor, signal) => this.#read(process, { cursor, signal, ...readings }),
      ...(this.isAskable
        ? {
            readEntities: (entityIDs, signal) =>
              this.#readNamed(process, entityIDs, { cursor: undefined, signal, ...readings }),
          }
        : {}),
    };
  }

  async *#read(
    process: SimProcess,
    { cursor, signal, batchSize, pace }: Reading,
  ): AsyncIterable<RecordBatch> {
    // Whoever has the file open reads on in the version that it opened.
    const version = await process.call('source.open', () => this.version, READS);
    if (cursor !== undefined && cursor['version'] !== version) {
      throw new SourceError('source.changed', 'The source has changed.');
    }
    const rows = this.rows(version);
    let position = Number(cursor?.['position'] ?? 0);
    while (position < rows.length) {
      await process.clock.sleep(pace(), signal);
      const start = position;
      position = Math.min(rows.length, position + batchSize);
      yield await process.call(
        `source.read ${position}`,
        () => this.#batchOf(version, [start, position], () => true),
        READS,
      );
    }
  }

  /** Batch by batch, though every one of them may have nothing of what is asked for. */
  async *#readNamed(
    process: SimProcess,
    entityIDs: readonly string[],
    { signal, batchSize, pace }: Reading,
  ): AsyncIterable<RecordBatch> {
    const version = await process.call('source.open', () => this.version, READS);
    const { length } = this.rows(version);
    for (let start = 0; start < length; start += batchSize) {
      await process.clock.sleep(pace(), signal);
      const end = Math.min(length, start + batchSize);
      const isNamed = ({ objectID, isNameless }: Row) => isNameless !== true && entityIDs.includes(objectID);
      yield await process.call(
        `source.ask ${end}`,
        () => this.#batchOf(version, [start, end], isNamed),
        READS,
      );
    }
  }

  #batchOf(
    version: number,
    [start, end]: readonly [number, number],
    isWanted: (row: Row) => boolean,
  ): RecordBatch {
    const rows = this.rows(version).slice(start, end);
    const wanted = rows.map((row, index) => ({ ...row, position: start + index + 1 })).filter(isWanted);
    return batchOf(wanted, { taskID: this.#options.taskID, version, end });
  }
}

function batchOf(
  rows: readonly (Row & { readonly position: number })[],
  { taskID, version, end }: { readonly taskID: string; readonly version: number; readonly end: number },
): RecordBatch {
  const positionID = createPositionID(taskID);
  const records: TestRecord[] = [];
  const positions: number[] = [];
  const rejected: RejectedRecord[] = [];
  for (const { objectID: named, isNameless, isBroken, isRefused, position } of rows) {
    const objectID = isNameless === true ? positionID(position) : named;
    if (isBroken === true) {
      const id = isNameless === true ? {} : { objectID };
      rejected.push({ ...id, position, code: 'row.broken', message: 'The row cannot be read.' });
      continue;
    }
    positions.push(position);
    records.push({ objectID, version, position, ...(isRefused === true ? { isRefused } : {}) });
  }
  const batch = toBatch(records, {
    firstPosition: positions[0] ?? 0,
    rejected,
    cursor: { position: end, version },
    sourceBytesRead: end * 10,
  });
  // What is read after it was given back is not a record any more, and shows in the index.
  return { ...batch, positions: Uint32Array.from(positions), release: () => void batch.bytes.fill(0) };
}
