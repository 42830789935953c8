import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { openSource } from '../../../connectors/registry.ts';
import type { SourceContext } from '../../../connectors/contract/source-connector.ts';
import type { Clock } from '../../../core/foundation/clock.ts';
import { MillraceError } from '../../../core/foundation/errors.ts';
import type { Cursor, RecordBatch } from '../../../core/records/record-batch.ts';
import type { BatchLimits } from '../../../core/runs/ports.ts';
import { SourceError } from '../../../core/runs/source-error.ts';
import { collect, type Parsed } from '../support/parse-bytes.ts';

/** Batches so small that a source of 50 records has many cursors. */
export const FEW: BatchLimits = { maxRecords: 7, maxBytes: 1024 * 1024 };
/** As large as in a run. */
export const MANY: BatchLimits = { maxRecords: 5_000, maxBytes: 2 * 1024 * 1024 };

export interface SubjectReading extends Parsed {
  readonly cursors: Cursor[];
}

type Unlimited = Omit<SourceContext<unknown>, 'limits'>;

/** Reads a source from a cursor, taken through JSON as between two workers, to its end. */
export async function read(
  type: string,
  context: Unlimited,
  options: { cursor?: Cursor | undefined; limits?: BatchLimits; entityIDs?: readonly string[] } = {},
): Promise<SubjectReading> {
  const reading: SubjectReading = { texts: [], rejected: [], cursors: [] };
  for await (const batch of open(type, context, options)) {
    collect(batch, reading);
    reading.cursors.push(batch.cursor);
  }
  return reading;
}

/** The batches of a source; the caller may stop whenever it likes. */
export async function* open(
  type: string,
  context: Unlimited,
  options: {
    cursor?: Cursor | undefined;
    limits?: BatchLimits;
    entityIDs?: readonly string[];
    signal?: AbortSignal;
  } = {},
): AsyncGenerator<RecordBatch> {
  const { cursor, limits = FEW, entityIDs, signal = new AbortController().signal } = options;
  const source = await openSource(type, { ...context, limits });
  const from = cursor === undefined ? undefined : (JSON.parse(JSON.stringify(cursor)) as Cursor);
  if (entityIDs === undefined) yield* source.read(from, signal);
  else if (source.readEntities !== undefined) yield* source.readEntities(entityIDs, signal);
  else throw new Error(`${type} cannot be asked for single records`);
}

/** What `act` fails with, which must be one of ours. */
export async function failureOf(act: () => Promise<unknown>): Promise<MillraceError> {
  const outcome: unknown = await act().then(
    () => undefined,
    (error: unknown) => error,
  );
  if (outcome instanceof MillraceError) return outcome;
  throw new Error('An error of Millrace was expected', { cause: outcome });
}

/** Reads a source to its end as a run does: what it calls retryable is tried once more, after what it asks to wait. */
export async function readPatiently(
  type: string,
  context: Unlimited,
): Promise<SubjectReading & { waitedSeconds: number }> {
  const waited = { seconds: 0 };
  const clock: Clock = {
    now: () => new Date(),
    sleep: async (milliseconds, signal) => {
      signal?.throwIfAborted();
      waited.seconds += milliseconds / 1000;
    },
  };
  const opened = { ...context, clock };
  try {
    return { ...(await read(type, opened)), waitedSeconds: waited.seconds };
  } catch (error) {
    if (!(error instanceof SourceError) || error.disposition !== 'retryable') throw error;
    waited.seconds += error.retryAfterSeconds ?? 0;
    return { ...(await read(type, opened)), waitedSeconds: waited.seconds };
  }
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** What is still in use, in the heap and beside it. */
export function liveBytes(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
