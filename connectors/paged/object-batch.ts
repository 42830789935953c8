import { BatchBuilder } from '../../core/records/batch-builder.ts';
import { OBJECT_ID_OFFSET, type Cursor, type RecordBatch } from '../../core/records/record-batch.ts';
import { endOfObjectID } from '../../core/records/record-json.ts';
import type { RejectedRecord } from '../../core/records/rejected-record.ts';
import type { BatchLimits } from '../../core/runs/ports.ts';

/** A record that a vendor's answer was mapped to. What is `undefined` among its attributes is left out. */
export interface MappedRecord {
  readonly objectID: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** A record that the vendor's answer holds as it is to be written. */
export interface RecordBytes {
  readonly objectID: string;
  /** JSON that begins with the objectID. */
  readonly json: Buffer;
}

/** Collects mapped records as batches of bytes. */
export class ObjectBatch {
  readonly #batch: BatchBuilder;

  constructor(limits: BatchLimits) {
    this.#batch = new BatchBuilder(limits);
  }

  /** False when it does not fit any more: the batch is then to be sealed and the record added again. */
  add(record: MappedRecord | RecordBytes, position: number): boolean {
    return 'json' in record ? this.#addBytes(record, position) : this.#addMapped(record, position);
  }

  reject(record: RejectedRecord): void {
    this.#batch.reject(record);
  }

  isFull(): boolean {
    return this.#batch.isFull();
  }

  isEmpty(): boolean {
    return this.#batch.length === 0;
  }

  seal(cursor: Cursor, sourceBytesRead: number): RecordBatch {
    return this.#batch.seal(cursor, sourceBytesRead);
  }

  #addMapped({ objectID, attributes }: MappedRecord, position: number): boolean {
    const id = JSON.stringify(objectID);
    const { objectID: _own, ...others } = attributes;
    const rest = JSON.stringify(others);
    const text = rest === '{}' ? `{"objectID":${id}}` : `{"objectID":${id},${rest.slice(1)}`;
    const sizeBytes = Buffer.byteLength(text);
    this.#batch.reserve(sizeBytes);
    this.#batch.bytes.write(text, this.#batch.length, 'utf8');
    const idEnd = this.#batch.length + OBJECT_ID_OFFSET + Buffer.byteLength(id);
    return this.#batch.commit(this.#batch.length + sizeBytes, idEnd, position);
  }

  #addBytes({ json }: RecordBytes, position: number): boolean {
    this.#batch.reserve(json.length);
    const end = this.#batch.length + json.copy(this.#batch.bytes, this.#batch.length);
    return this.#batch.commit(end, endOfObjectID(this.#batch.bytes, this.#batch.length), position);
  }
}
