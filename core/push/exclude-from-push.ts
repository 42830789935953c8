import type { AttributeExclusion } from '../records/attribute-exclusion.ts';
import type { PushDestination } from './push-destination.ts';

/** The destination, without the attributes that are excluded from what is written. */
export function excludeFromPush(
  destination: PushDestination,
  exclusion: AttributeExclusion,
): PushDestination {
  return {
    ...destination,
    write: (batch, signal) => destination.write(exclusion.apply(batch), signal),
  };
}
