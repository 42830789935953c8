import type { RecordSource } from '../runs/ports.ts';
import type { AttributeExclusion } from './attribute-exclusion.ts';

/** The source without the attributes that are excluded. */
export function createExcludingSource(source: RecordSource, exclusion: AttributeExclusion): RecordSource {
  return {
    async *read(cursor, signal) {
      for await (const batch of source.read(cursor, signal)) yield exclusion.apply(batch);
    },
  };
}
