import type { BatchLimits } from '../runs/ports.ts';
import { heldBytes } from './kept-content.ts';
import type { Cursor, RecordBatch } from './record-batch.ts';
import type { RejectedRecord } from './rejected-record.ts';

/** So many rejections end a batch, so that a file of nothing but bad rows is not collected in memory. */
const MAX_REJECTED_PER_BATCH = 1000;
/** As many buffers as batches fly at once; more would only be held. */
const MAX_FREE_BUFFERS = 8;
/** The first batch's guess; later batches begin with what the one before needed. */
const FIRST_CAPACITY_BYTES = 65_536;
const FIRST_CAPACITY_RECORDS = 1024;
const HEADROOM = 1.2;

/** Records as `RecordBatch` has them, on their way into a batch. */
export interface WrittenRecords {
  readonly bytes: Uint8Array;
  readonly ends: Uint32Array;
  readonly idEnds: Uint32Array;
  readonly positions: Uint32Array;
}

/**
 * Where parsers write records as bytes. A writer reserves room, writes at `bytes[length ..]` and commits; what is not
 * committed is overwritten by the next record. Every sealed batch owns its buffer, since batches fly in parallel.
 */
export class BatchBuilder {
  /** Valid after `reserve` until the next `reserve` or `seal`. */
  bytes: Buffer<ArrayBuffer> = Buffer.allocUnsafeSlow(FIRST_CAPACITY_BYTES);
  /** The same bytes, for writing several at a time. */
  view = new DataView(this.bytes.buffer);
  length = 0;
  count = 0;
  readonly #limits: BatchLimits;
  #index = createIndex(FIRST_CAPACITY_RECORDS);
  #rejected: RejectedRecord[] = [];
  #rejectedBytes = 0;
  /** Fresh memory per batch lies outside the collector's heap and grows the process by many times what flies. */
  readonly #free: BatchMemory[] = [];

  constructor(limits: BatchLimits) {
    this.#limits = limits;
  }

  /** Makes room for at least `sizeBytes` after `length`. */
  reserve(sizeBytes: number): void {
    const needed = this.length + sizeBytes;
    if (needed <= this.bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.bytes.length * 2));
    this.bytes.copy(grown, 0, 0, this.length);
    this.#write(grown);
  }

  /**
   * Takes the record written up to `end`. False when it does not fit into the batch any more: the batch is then to be
   * sealed and the record written again. A record larger than a whole batch travels alone.
   */
  commit(end: number, idEnd: number, position: number): boolean {
    if (end > this.#limits.maxBytes && this.count > 0) return false;
    if (this.count === this.#index.ends.length) this.#index = grow(this.#index);
    const { ends, idEnds, positions } = this.#index;
    ends[this.count] = end;
    idEnds[this.count] = idEnd;
    positions[this.count] = position;
    this.count += 1;
    this.length = end;
    return true;
  }

  /** How many more records there is room for, and how many more bytes of them. */
  get roomRecords(): number {
    return Math.max(0, this.#limits.maxRecords - this.count - this.#rejected.length);
  }

  get roomBytes(): number {
    return Math.max(0, this.#limits.maxBytes - this.length);
  }

  /** Takes records that were written elsewhere, for which there is room; `ends` and `idEnds` count from the batch's start. */
  append({ bytes, ends, idEnds, positions }: WrittenRecords): void {
    this.reserve(bytes.length);
    this.bytes.set(bytes, this.length);
    while (this.count + ends.length > this.#index.ends.length) this.#index = grow(this.#index);
    this.#index.ends.set(ends, this.count);
    this.#index.idEnds.set(idEnds, this.count);
    this.#index.positions.set(positions, this.count);
    this.count += ends.length;
    this.length += bytes.length;
  }

  reject(record: RejectedRecord): void {
    this.#rejected.push(record);
    if (record.content !== undefined) this.#rejectedBytes += heldBytes(record.content);
  }

  isFull(): boolean {
    return (
      this.count + this.#rejected.length >= this.#limits.maxRecords ||
      this.length >= this.#limits.maxBytes ||
      this.#rejected.length >= MAX_REJECTED_PER_BATCH ||
      this.#rejectedBytes >= this.#limits.maxBytes
    );
  }

  /** Gives the batch away and begins the next one. */
  seal(cursor: Cursor, sourceBytesRead: number): RecordBatch {
    const { ends, idEnds, positions } = this.#index;
    const batch = {
      release: this.#releaseOnce({ bytes: this.bytes, index: this.#index }),
      bytes: this.bytes.subarray(0, this.length),
      ends: ends.subarray(0, this.count),
      idEnds: idEnds.subarray(0, this.count),
      count: this.count,
      firstPosition: this.count === 0 ? 0 : (positions[0] ?? 0),
      positions: positions.subarray(0, this.count),
      rejected: this.#rejected,
      cursor,
      sourceBytesRead,
    };
    this.#takeMemory();
    this.length = 0;
    this.count = 0;
    this.#rejected = [];
    this.#rejectedBytes = 0;
    return batch;
  }

  #takeMemory(): void {
    const free = this.#free.pop();
    // What is too small is dropped: the pool grows with the batches.
    const isEnough = free !== undefined && free.bytes.length >= this.length;
    // A little more than this batch took, so that the next one seldom grows.
    const sizeBytes = Math.max(FIRST_CAPACITY_BYTES, Math.ceil(this.length * HEADROOM));
    this.#write(isEnough ? free.bytes : Buffer.allocUnsafeSlow(sizeBytes));
    this.#index = free?.index ?? createIndex(Math.max(FIRST_CAPACITY_RECORDS, this.count));
  }

  #releaseOnce(memory: BatchMemory): () => void {
    let isReleased = false;
    return () => {
      if (isReleased) return;
      isReleased = true;
      if (this.#free.length < MAX_FREE_BUFFERS) this.#free.push(memory);
    };
  }

  #write(bytes: Buffer<ArrayBuffer>): void {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer);
  }
}

/** What `RecordBatch` says of each record; all of one length. */
interface BatchIndex {
  readonly ends: Uint32Array<ArrayBuffer>;
  readonly idEnds: Uint32Array<ArrayBuffer>;
  readonly positions: Uint32Array<ArrayBuffer>;
}

interface BatchMemory {
  readonly bytes: Buffer<ArrayBuffer>;
  readonly index: BatchIndex;
}

function createIndex(records: number): BatchIndex {
  return {
    ends: new Uint32Array(records),
    idEnds: new Uint32Array(records),
    positions: new Uint32Array(records),
  };
}

function grow(index: BatchIndex): BatchIndex {
  const grown = createIndex(index.ends.length * 2);
  grown.ends.set(index.ends);
  grown.idEnds.set(index.idEnds);
  grown.positions.set(index.positions);
  return grown;
}
