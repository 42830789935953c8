import type { Cursor, RecordBatch } from '../../core/records/record-batch.ts';
import type { RecordSource } from '../../core/runs/ports.ts';
import { SourceError } from '../../core/runs/source-error.ts';
import { toBatch, type TestRecord } from '../support/record-batches.ts';
import type { CallRules, SimProcess } from './sim-process.ts';

const READS: CallRules = {
  faults: ['failBefore', 'throttle', 'slow', 'crashBefore', 'crashAfter', 'zombie'],
  failure: () =>
    new SourceError('source.unreachable', 'The source did not answer.', { disposition: 'retryable' }),
};

/** A row of a source. Some cannot be read (`isBroken`), some the index refuses (`isRefused`). */
export interface Row {
  readonly objectID: string;
  readonly isBroken?: boolean;
  readonly isRefused?: boolean;
}

interface Reading {
  readonly cursor: Cursor | undefined;
  readonly signal: AbortSignal;
  readonly batchSize: number;
  readonly pace: () => number;
}

/** A file that its owner changes now and then; each record says which version and place it came from. */
export class SimSource {
  readonly #versions: { readonly rows: readonly Row[]; readonly since: number }[] = [];

  constructor(rows: readonly Row[]) {
    this.change(rows, 0);
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
    return { read: (cursor, signal) => this.#read(process, { cursor, signal, batchSize, pace }) };
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
        () => batchOf(rows, version, [start, position]),
        READS,
      );
    }
  }
}

function batchOf(rows: readonly Row[], version: number, [start, end]: [number, number]): RecordBatch {
  const records: TestRecord[] = [];
  const positions: number[] = [];
  const rejected = [];
  for (let index = start; index < end; index += 1) {
    const { objectID, isBroken, isRefused } = rows[index] as Row;
    const position = index + 1;
    if (isBroken === true) {
      rejected.push({ objectID, position, code: 'row.broken', message: 'The row cannot be read.' });
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
