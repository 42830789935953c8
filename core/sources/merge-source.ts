import { isDeepStrictEqual } from 'node:util';

import { invalidField, parseInput } from '../foundation/validation.ts';
import { IMMUTABLE_INPUT_FIELDS } from './source-types.ts';
import { sourceSchema, type Source } from './source.ts';

export interface SourceChange {
  readonly name?: string | undefined;
  readonly authenticationID?: string | undefined;
  /** Checked against the type of the stored source. */
  readonly input?: Readonly<Record<string, unknown>> | undefined;
}

/** `source` with the fields of `change`, those of the input too; the type and what identifies the source stay. */
export function mergeSource(source: Source, change: SourceChange): Source {
  const stored: Readonly<Record<string, unknown>> = 'input' in source ? source.input : {};
  requireSameIdentity(source, stored, change.input ?? {});
  return parseInput(sourceSchema, {
    ...source,
    name: change.name ?? source.name,
    authenticationID: change.authenticationID ?? source.authenticationID,
    input: { ...stored, ...change.input },
  });
}

function requireSameIdentity(
  { type }: Source,
  stored: Readonly<Record<string, unknown>>,
  changed: Readonly<Record<string, unknown>>,
): void {
  const fields = IMMUTABLE_INPUT_FIELDS[type] ?? [];
  for (const field of fields) {
    if (!(field in changed) || isDeepStrictEqual(changed[field], stored[field])) continue;
    if (type === 'docker' && field === 'image' && stored['registry'] !== undefined) continue;
    throw invalidField(`input.${field}`, `of a source of type ${type} cannot change: create another source`);
  }
}
