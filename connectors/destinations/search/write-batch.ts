import type { RecordBatch } from '../../../core/records/record-batch.ts';
import type { RejectedRecord } from '../../../core/records/rejected-record.ts';
import { DestinationError } from '../../../core/runs/destination-error.ts';
import type { WriteReceipt } from '../../../core/runs/ports.ts';
import { buildBatchBody, recordSize, type BatchAction } from './batch-body.ts';
import type { BodyBuffers } from './body-buffers.ts';
import type { IndexOperations } from './index-operations.ts';
import { compactSize, recordsAtFault } from './record-at-fault.ts';
import { rejectedAsUnrepeatable, rejectedBeforeSending, rejectedByDestination } from './rejection.ts';
import { RefusedSearchError, type Refusal } from './search-failures.ts';
import { findUnrepeatable, type UnrepeatableOperation } from './unrepeatable-operations.ts';

export interface BatchTarget {
  readonly operations: IndexOperations;
  readonly indexName: string;
  readonly action: BatchAction;
  readonly bodyBuffers: BodyBuffers;
  readonly maxRecordBytes?: number;
}

/**
 * So many records refused one by one, all with the same words and none accepted: it is not the records. Going on would
 * send each of a million records by itself.
 */
const REFUSED_ALIKE_LIMIT = 16;

/**
 * Sends a batch; when it is refused, sends it again without the records at fault, found by what the service says or by
 * halving. What is accepted keeps its order: the parts go out one after the other. `records`: the indexes of those to send,
 * all by default.
 */
export async function writeBatch(
  target: BatchTarget,
  batch: RecordBatch,
  signal: AbortSignal,
  records: readonly number[] = allOf(batch),
): Promise<WriteReceipt> {
  const books = createBooks(batch);
  const waiting: (readonly number[])[] = [sendable(target, batch, { records, books })];
  for (let selection = waiting.pop(); selection !== undefined; selection = waiting.pop()) {
    if (selection.length === 0) continue;
    const outcome = await sendSelection(target, batch, { selection, signal });
    if (typeof outcome === 'number') {
      books.accept(selection.length, outcome);
      continue;
    }
    const atFault = recordsAtFault(batch, selection, outcome);
    if (atFault.length > 0) {
      books.reject(atFault, outcome, { aloneRefused: selection.length === 1 });
      waiting.push(selection.filter((index) => !atFault.includes(index)));
    } else {
      const middle = selection.length >> 1;
      // The last pushed goes first.
      waiting.push(selection.slice(middle), selection.slice(0, middle));
    }
  }
  return books.receipt();
}

/** The task to wait for, or why the service refused these records. */
async function sendSelection(
  target: BatchTarget,
  batch: RecordBatch,
  { selection, signal }: { selection: readonly number[]; signal: AbortSignal },
): Promise<number | Refusal> {
  const { bodyBuffers, operations, indexName } = target;
  const action = batch.isDeletion === true ? 'deleteObject' : target.action;
  const bytes = buildBatchBody(batch, action, selection, (sizeBytes) => bodyBuffers.take(sizeBytes));
  const body = { bytes, onFree: () => bodyBuffers.give(bytes) };
  try {
    return await operations.writeBatch(indexName, body, signal);
  } catch (error) {
    if (error instanceof RefusedSearchError) return error.refusal;
    throw error;
  }
}

/** 0, 1, 2 …: most batches of a run are full, and so all of one size. */
let lastIndexes: readonly number[] = [];

function allOf({ count }: RecordBatch): readonly number[] {
  if (lastIndexes.length !== count) lastIndexes = Array.from({ length: count }, (_, index) => index);
  return lastIndexes;
}

function sendable(
  { action, maxRecordBytes }: BatchTarget,
  batch: RecordBatch,
  { records, books }: { records: readonly number[]; books: Books },
): readonly number[] {
  const isPartial = action === 'partialUpdateObject' || action === 'partialUpdateObjectNoCreate';
  const unrepeatable = isPartial ? findUnrepeatable(batch) : undefined;
  const isTooBig = (index: number) => maxRecordBytes !== undefined && isOver(batch, index, maxRecordBytes);
  const heldBack = records.filter((index) => unrepeatable?.has(index) === true || isTooBig(index));
  // As it nearly always is: no second list of thousands.
  if (heldBack.length === 0) return records;
  for (const index of heldBack) {
    const operation = unrepeatable?.get(index);
    if (operation !== undefined) books.rejectUnrepeatable(index, operation);
    else books.rejectUnsent(index, maxRecordBytes ?? 0);
  }
  const isHeldBack = new Set(heldBack);
  return records.filter((index) => !isHeldBack.has(index));
}

/** The service may count without white space: only what is too big either way is kept back. */
function isOver(batch: RecordBatch, index: number, maxBytes: number): boolean {
  return recordSize(batch, index) > maxBytes && compactSize(batch, index) > maxBytes;
}

type Books = ReturnType<typeof createBooks>;

function createBooks(batch: RecordBatch) {
  const rejected = new Map<number, RejectedRecord>();
  const publications: number[] = [];
  let accepted = 0;
  let refusedAlike = 0;
  let lastSaid: string | undefined;
  return {
    accept: (records: number, taskID: number) => {
      accepted += records;
      publications.push(taskID);
    },
    rejectUnsent: (index: number, limitBytes: number) => {
      rejected.set(index, rejectedBeforeSending(batch, index, limitBytes));
    },
    rejectUnrepeatable: (index: number, operation: UnrepeatableOperation) => {
      rejected.set(index, rejectedAsUnrepeatable(batch, index, operation));
    },
    reject: (indexes: readonly number[], refusal: Refusal, { aloneRefused }: { aloneRefused: boolean }) => {
      for (const index of indexes) rejected.set(index, rejectedByDestination(batch, index, refusal));
      refusedAlike = aloneRefused && !refusal.tooBig && refusal.said === lastSaid ? refusedAlike + 1 : 1;
      lastSaid = refusal.said;
      if (accepted === 0 && refusedAlike >= REFUSED_ALIKE_LIMIT) throw refusesAll(refusal);
    },
    receipt: (): WriteReceipt => ({
      accepted,
      rejected: [...rejected].sort(([left], [right]) => left - right).map(([, record]) => record),
      publications,
    }),
  };
}

function refusesAll(refusal: Refusal): DestinationError {
  return new DestinationError(
    'destination.refuses_all',
    `The search service refuses every record with the same words: "${refusal.said}"`,
  );
}
