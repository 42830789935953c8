import type { Clock } from '../../../core/foundation/clock.ts';
import { MillraceError } from '../../../core/foundation/errors.ts';
import type { RecordBatch } from '../../../core/records/record-batch.ts';
import { SourceError } from '../../../core/runs/source-error.ts';
import type { BulkCursor } from './bulk-cursor.ts';
import { cancelOperation, findResult, startOperation, type BulkResult } from './bulk-operation.ts';
import type { ShopifyApi } from './shopify-api.ts';

const FIRST_WAIT_MILLISECONDS = 1_000;
const MAX_WAIT_MILLISECONDS = 30_000;
/** So long others may take before the run is told; it tries again then. */
const MAX_BUSY_MILLISECONDS = 60 * 60 * 1000;

interface BulkRequest {
  readonly api: ShopifyApi;
  readonly query: string;
  readonly clock: Clock;
  /** A batch without records, that only has a cursor. */
  readonly tell: (at: BulkCursor) => RecordBatch;
}

interface Found {
  readonly at: BulkCursor;
  readonly result: BulkResult;
}

/**
 * The result of the operation that a reading is at, or of a new one. What it gives meanwhile is where the reading stands: an
 * operation takes minutes to hours, and whoever waits must be able to stop and let another go on.
 */
export async function* awaitResult(
  request: BulkRequest,
  from: BulkCursor,
  signal: AbortSignal,
): AsyncGenerator<RecordBatch, Found> {
  const wait = createWait(request.clock, signal);
  const at = from.operation === '' ? yield* begin(request, from, { signal, wait }) : from;
  let result: BulkResult | undefined;
  try {
    if (at !== from) yield request.tell(at);
    for (;;) {
      signal.throwIfAborted();
      result = await findResult(request.api, at.operation, signal);
      if (result !== undefined) return { at, result };
      await wait();
      yield request.tell(at);
    }
  } finally {
    if (result === undefined && isCancelled(signal)) await cancelOperation(request.api, at.operation);
  }
}

async function* begin(
  { api, query, clock, tell }: BulkRequest,
  from: BulkCursor,
  { signal, wait }: { readonly signal: AbortSignal; readonly wait: () => Promise<void> },
): AsyncGenerator<RecordBatch, BulkCursor> {
  for (let at = from; ;) {
    signal.throwIfAborted();
    const operation = await startOperation(api, query, signal);
    if (operation !== undefined) return { ...at, operation, waitingSince: 0 };
    const now = clock.now().getTime();
    at = { ...at, waitingSince: at.waitingSince === 0 ? now : at.waitingSince };
    if (now - at.waitingSince >= MAX_BUSY_MILLISECONDS) throw busy();
    yield tell(at);
    await wait();
  }
}

/** A run that stops for a reason of ours goes on later, or elsewhere, with its operation; one that was cancelled does not. */
function isCancelled({ aborted, reason }: AbortSignal): boolean {
  return aborted && !(reason instanceof MillraceError);
}

/** Waits that double. */
function createWait(clock: Clock, signal: AbortSignal): () => Promise<void> {
  let milliseconds = FIRST_WAIT_MILLISECONDS;
  return async () => {
    await clock.sleep(milliseconds, signal);
    milliseconds = Math.min(MAX_WAIT_MILLISECONDS, milliseconds * 2);
  };
}

function busy(): SourceError {
  return new SourceError(
    'source.busy',
    'Shopify runs as many bulk operations for the app and the store as it may, and did so for an hour: look which do not end.',
    { disposition: 'retryable', retryAfterSeconds: 120 },
  );
}
