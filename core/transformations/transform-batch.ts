import { BatchBuilder } from '../records/batch-builder.ts';
import { BATCH_LIMITS } from '../records/batch-limits.ts';
import {
  OBJECT_ID_OFFSET,
  positionOf,
  type RecordBatch,
  type TransformReport,
} from '../records/record-batch.ts';
import { keepRecord } from '../records/kept-content.ts';
import { toReason, type RejectedRecord } from '../records/rejected-record.ts';
import type { TransformedRecord } from './read-outputs.ts';
import type { StageAnswer, StageInput, TransformStage } from './transform-stage.ts';

const MAX_NAMED_FAILURES = 20;

/** What one batch may become in all; records beyond it are rejected, or one batch could fill the memory. */
const MAX_OUTPUT_BYTES = 48 * 1024 * 1024;

/**
 * What the stage makes of a batch: one or more batches that together stand in its place, all but the last marked as
 * followed by another. The last one has the cursor's meaning, the rejections and the report.
 */
export async function transformBatch(
  stage: TransformStage,
  batch: RecordBatch,
  signal: AbortSignal,
): Promise<RecordBatch[]> {
  // What follows may become more records than it is.
  if (batch.count === 0) return [{ ...batch, maxRecordsLeft: undefined }];
  if (batch.isDeletion === true) return [batch];
  const inputs = readRecords(batch);
  return new BatchTransformation(stage.transformationID, batch, inputs).finish(
    await stage.transform(inputs, signal),
  );
}

function readRecords({ bytes, ends, idEnds, count }: RecordBatch): StageInput[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: count }, (_, index) => {
    const start = index === 0 ? 0 : (ends[index - 1] ?? 0);
    const json = buffer.toString('utf8', start, ends[index]);
    const id: unknown = JSON.parse(buffer.toString('utf8', start + OBJECT_ID_OFFSET, idEnds[index]));
    return { json, objectID: String(id) };
  });
}

class BatchTransformation {
  readonly #transformationID: string;
  readonly #batch: RecordBatch;
  readonly #inputs: readonly StageInput[];
  readonly #builder = new BatchBuilder(BATCH_LIMITS);
  readonly #parts: RecordBatch[] = [];
  readonly #rejected: RejectedRecord[] = [];
  #bytes = 0;
  #out = 0;
  #dropped = 0;

  constructor(transformationID: string, batch: RecordBatch, inputs: readonly StageInput[]) {
    this.#transformationID = transformationID;
    this.#batch = batch;
    this.#inputs = inputs;
  }

  finish({ outcomes, logs }: StageAnswer): RecordBatch[] {
    for (const [index, outcome] of outcomes.entries()) {
      if ('error' in outcome) this.#reject(index, outcome.error);
      else if (outcome.records.length === 0) this.#dropped += 1;
      else this.#add(index, outcome.records);
    }
    const transformed: TransformReport = {
      transformationID: this.#transformationID,
      in: this.#batch.count,
      out: this.#out,
      dropped: this.#dropped,
      failed: this.#rejected.length,
      failures: this.#rejected.slice(0, MAX_NAMED_FAILURES).map(toReason),
      logs,
    };
    const rejected = [...this.#batch.rejected, ...this.#rejected];
    const continues = this.#batch.continues === true ? { continues: true } : {};
    return [...this.#parts, { ...this.#seal(), rejected, transformed, ...continues }];
  }

  #add(index: number, records: readonly TransformedRecord[]): void {
    const sizeBytes = records.reduce((sum, { json }) => sum + Buffer.byteLength(json), 0);
    if (this.#bytes + sizeBytes > MAX_OUTPUT_BYTES) {
      const message = `The transformation made more than ${MAX_OUTPUT_BYTES} bytes of ${this.#batch.count} records.`;
      return this.#reject(index, { code: 'transform.too_big', message });
    }
    this.#bytes += sizeBytes;
    this.#out += records.length;
    for (const record of records) {
      if (this.#builder.isFull()) this.#parts.push({ ...this.#seal(), continues: true });
      if (this.#write(record, index)) continue;
      this.#parts.push({ ...this.#seal(), continues: true });
      this.#write(record, index);
    }
  }

  #write({ json, objectIDJson }: TransformedRecord, index: number): boolean {
    const builder = this.#builder;
    builder.reserve(Buffer.byteLength(json));
    const end = builder.length + builder.bytes.write(json, builder.length);
    const idEnd = builder.length + OBJECT_ID_OFFSET + Buffer.byteLength(objectIDJson);
    return builder.commit(end, idEnd, this.#positionOf(index));
  }

  #reject(
    index: number,
    error: { readonly code: string; readonly message: string; readonly field?: string },
  ): void {
    const { objectID = '', json = '' } = this.#inputs[index] ?? {};
    const position = this.#positionOf(index);
    this.#rejected.push({ position, objectID, ...error, stage: 'transform', content: keepRecord(json) });
  }

  #positionOf(index: number): number {
    return positionOf(this.#batch, index);
  }

  #seal(): RecordBatch {
    const { cursor, sourceBytesRead, positionUnit } = this.#batch;
    const sealed = this.#builder.seal(cursor, sourceBytesRead);
    return positionUnit === undefined ? sealed : { ...sealed, positionUnit };
  }
}
