import type { RecordDestination } from './ports.ts';

/** The destination, in whose live index nobody misses what is excluded since it was written. */
export function overlookExcluded(
  destination: RecordDestination,
  excluded: ReadonlySet<string>,
): RecordDestination {
  return {
    ...destination,
    sampleAttributes: async (signal) => {
      const samples = await destination.sampleAttributes(signal);
      if (samples === undefined) return undefined;
      const { written, live } = samples;
      const attributes = new Map([...live.attributes].filter(([name]) => !excluded.has(name)));
      return { written, live: { ...live, attributes } };
    },
  };
}
