import type { Cursor, RecordBatch } from '../../core/records/record-batch.ts';
import type { RejectedRecord } from '../../core/records/rejected-record.ts';
import type { RecordSource } from '../../core/runs/ports.ts';
import { toBatch, type TestRecord } from './record-batches.ts';

export type SourceEntry = TestRecord | { readonly rejected: RejectedRecord };

/** A source of entries in memory; its cursor is `{ position, version }`. */
export class FakeSource implements RecordSource {
  entries: SourceEntry[];
  batchSize = 2;
  version = 1;
  /** Whether it tells how many records can still follow. */
  knowsItsEnd = false;
  /** Called before each batch is given out; what it throws, the source throws. */
  beforeBatch: (position: number) => void | Promise<void> = () => undefined;
  /** What to throw for a cursor of another version. */
  changedError: Error | undefined;
  readonly reads: (Cursor | undefined)[] = [];

  constructor(entries: SourceEntry[]) {
    this.entries = entries;
  }

  async *read(cursor: Cursor | undefined, signal: AbortSignal): AsyncIterable<RecordBatch> {
    this.reads.push(cursor);
    if (cursor !== undefined && cursor['version'] !== this.version && this.changedError) {
      throw this.changedError;
    }
    let position = Number(cursor?.['position'] ?? 0);
    while (position < this.entries.length) {
      await this.beforeBatch(position);
      signal.throwIfAborted();
      const taken = this.entries.slice(position, position + this.batchSize);
      const firstPosition = position + 1;
      position += taken.length;
      const batch = toBatch(
        taken.flatMap((entry) => ('rejected' in entry ? [] : [entry as TestRecord])),
        {
          firstPosition,
          positions: Uint32Array.from(
            taken.flatMap((entry, index) => ('rejected' in entry ? [] : [firstPosition + index])),
          ),
          rejected: taken.flatMap((entry) => ('rejected' in entry ? [entry.rejected as RejectedRecord] : [])),
          cursor: { position, version: this.version },
          sourceBytesRead: position * 10,
        },
      );
      // What is read after it was given back is not a record any more, and shows in the index.
      const maxRecordsLeft = this.knowsItsEnd ? this.entries.length - position : undefined;
      yield { ...batch, maxRecordsLeft, release: () => void batch.bytes.fill(0) };
    }
  }
}
