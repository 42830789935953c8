import { DestinationError } from '../../../core/runs/destination-error.ts';
import type { AttributeSample } from '../../../core/runs/ports.ts';
import type { IndexOperations } from './index-operations.ts';

/** So many records of an index are looked at: at most some 30 MB, as no record is above 100 KB. */
const SAMPLE_SIZE = 300;

/** Looks at some records of both indices; nothing when the key lacks the right to browse, which no run needs else. */
export async function sampleAttributes(
  operations: IndexOperations,
  names: { readonly live: string; readonly temporary: string },
  signal: AbortSignal,
): Promise<{ written: AttributeSample; live: AttributeSample } | undefined> {
  try {
    return {
      written: count(await operations.readSome(names.temporary, SAMPLE_SIZE, signal)),
      live: count(await operations.readSome(names.live, SAMPLE_SIZE, signal)),
    };
  } catch (error) {
    if (error instanceof DestinationError && error.code === 'destination.forbidden') return undefined;
    throw error;
  }
}

/** An attribute that is null is not there. */
function count(records: readonly Readonly<Record<string, unknown>>[]): AttributeSample {
  const attributes = new Map<string, number>();
  for (const record of records) {
    for (const [name, value] of Object.entries(record)) {
      if (value !== null) attributes.set(name, (attributes.get(name) ?? 0) + 1);
    }
  }
  return { records: records.length, attributes };
}
