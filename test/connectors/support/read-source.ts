import { openSource } from '../../../connectors/registry.ts';
import type { SourceContext } from '../../../connectors/contract/source-connector.ts';
import type { Cursor, RecordBatch } from '../../../core/records/record-batch.ts';
import { systemClock } from '../../../core/foundation/clock.ts';
import { SourceError } from '../../../core/runs/source-error.ts';
import { collect, LARGE_LIMITS, type Parsed } from './parse-bytes.ts';

/** What a source on loopback is opened with. */
export function contextOf(
  input: unknown,
  more: Partial<SourceContext<unknown>> = {},
): SourceContext<unknown> {
  return {
    input,
    limits: LARGE_LIMITS,
    network: { allowPrivate: ['127.0.0.0/8'], trustedHosts: [] },
    vendorHosts: {},
    clock: systemClock,
    triggeredAt: new Date(),
    taskID: 'task-1',
    ...more,
  };
}

export interface Reading extends Parsed {
  batches: RecordBatch[];
}

/** Reads a source to its end. */
export async function readSource(
  type: string,
  context: SourceContext<unknown>,
  cursor?: Cursor,
  signal: AbortSignal = new AbortController().signal,
): Promise<Reading> {
  const reading: Reading = { texts: [], rejected: [], batches: [] };
  for await (const batch of (await openSource(type, context)).read(cursor, signal)) {
    collect(batch, reading);
    reading.batches.push(batch);
  }
  return reading;
}

/** Reads a source that cannot be read to its end; gives what it says. */
export async function readError(type: string, context: SourceContext<unknown>, cursor?: Cursor) {
  const error: unknown = await readSource(type, context, cursor).catch((thrown: unknown) => thrown);
  if (!(error instanceof SourceError)) throw new Error('A SourceError was expected', { cause: error });
  return { code: error.code, disposition: error.disposition, message: error.message };
}
