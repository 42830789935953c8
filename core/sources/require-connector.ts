import { InvalidInputError } from '../foundation/errors.ts';
import { hasConnector, type ConnectedSourceType } from './source-types.ts';
import type { Source } from './source.ts';

/** A source that a connector reads. */
export type ConnectedSource = Extract<Source, { type: ConnectedSourceType }>;

/** Refuses a source that there is nothing to read of, and says what to do instead. */
export function requireConnector(source: Source): asserts source is ConnectedSource {
  if (hasConnector(source.type)) return;
  throw new InvalidInputError(
    'source.unsupported',
    `There is nothing to read of a source of type ${source.type}: send records to its tasks by POST /2/tasks/{taskID}/push.`,
  );
}
