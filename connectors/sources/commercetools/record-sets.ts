import { SourceError } from '../../../core/runs/source-error.ts';
import type { CommercetoolsInput } from './commercetools-input.ts';

/** What one reading takes of a project: products of these stores (all where there are none) in these locales. */
export interface Scope {
  readonly stores: readonly string[];
  /** None: all that there are. */
  readonly locales: readonly string[];
}

/**
 * The record sets of a source, by name: its locales where it names several, else its stores where it names several,
 * `<store>_<locale>` where it names several of both.
 */
export function recordSetsOf({ storeKeys, locales }: CommercetoolsInput): ReadonlyMap<string, Scope> {
  const stores = [...new Set(storeKeys)];
  const languages = [...new Set(locales)];
  if (stores.length > 1 && languages.length > 1) {
    return new Map(
      stores.flatMap((store) =>
        languages.map((locale) => [`${store}_${locale}`, { stores: [store], locales: [locale] }] as const),
      ),
    );
  }
  if (languages.length > 1)
    return new Map(languages.map((locale) => [locale, { stores, locales: [locale] }]));
  if (stores.length > 1)
    return new Map(stores.map((store) => [store, { stores: [store], locales: languages }]));
  return new Map();
}

/** All of a source, or one of its record sets. */
export function scopeOf(input: CommercetoolsInput, recordSet: string | undefined): Scope {
  if (recordSet === undefined)
    return { stores: [...new Set(input.storeKeys)], locales: [...new Set(input.locales)] };
  const scope = recordSetsOf(input).get(recordSet);
  if (scope !== undefined) return scope;
  throw new SourceError(
    'source.changed',
    `The source has no record set ${JSON.stringify(recordSet)} any more: its locales or storeKeys were changed. Run the task again.`,
  );
}
