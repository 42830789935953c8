import { InvalidInputError } from '../foundation/errors.ts';
import { describeMissingConnector, hasConnector, type ConnectedSourceType } from './source-types.ts';
import type { Source } from './source.ts';

/** A source that a connector reads. */
export type ConnectedSource = Extract<Source, { type: ConnectedSourceType }>;

/** Refuses a source that nothing here can read, and says why; all types can be stored. */
export function requireConnector(source: Source): asserts source is ConnectedSource {
  if (hasConnector(source.type)) return;
  throw new InvalidInputError(
    'source.unsupported',
    `The source cannot be read: ${describeMissingConnector(source.type)}.`,
  );
}
