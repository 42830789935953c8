import { InvalidInputError } from '../foundation/errors.ts';
import { describeMissingConnector, hasConnector, type ConnectedSourceType } from './source-types.ts';
import type { Source } from './source.ts';

const READABLE_PROTOCOLS: ReadonlySet<string> = new Set(['http:', 'https:']);

/** A source that a connector reads. */
export type ConnectedSource = Extract<Source, { type: ConnectedSourceType }>;

/** Refuses a source that nothing here can read, and says why; all types can be stored. */
export function requireConnector(source: Source): asserts source is ConnectedSource {
  if (!hasConnector(source.type)) throw unsupported(describeMissingConnector(source.type));
  if (source.type !== 'csv' && source.type !== 'json') return;
  const { protocol } = new URL(source.input.url);
  if (READABLE_PROTOCOLS.has(protocol)) return;
  throw unsupported(`${protocol.slice(0, -1)} URLs are not supported yet; supported: http, https`);
}

function unsupported(problem: string): InvalidInputError {
  return new InvalidInputError('source.unsupported', `The source cannot be read: ${problem}.`);
}
