import { SourceError } from '../../../core/runs/source-error.ts';
import type { SourceContext } from '../../contract/source-connector.ts';

interface MetafieldName {
  readonly namespace: string;
  readonly key: string;
}

/** What one reading takes of a store beside the products themselves. */
export interface ReadingScope {
  readonly metafields: readonly MetafieldName[];
  /** Whose prices records have: two capital letters each. */
  readonly countries: readonly string[];
  /** Prices in other currencies are left out; all are kept where there are none. */
  readonly currencies: ReadonlySet<string>;
  /** With one, texts are in it; with several, they are beside the texts of the store. */
  readonly locales: readonly string[];
}

/** Part of the query in the places where a string cannot stand, so nothing else may be in them. */
const COUNTRY = /^[A-Z]{2}$/;
const LOCALE = /^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$/;

type Context = Pick<SourceContext<unknown>, 'taskInput' | 'recordSet'>;

/** All that a task wants of its source, or one of its record sets. Errors: `SourceError` that names the field. */
export function scopeOf(context: Context): ReadingScope {
  const { metafields, market } = inputOf(context);
  const countries = unique(market.countries.map((country) => country.toUpperCase()));
  requireAll(countries, COUNTRY, 'input.market.countries must hold countries of two letters, such as DE');
  const locales = unique(market.locales);
  requireAll(locales, LOCALE, 'input.market.locales must hold languages, such as fr or pt-BR');
  return {
    metafields: uniqueNames(metafields),
    countries,
    currencies: new Set(market.currencies.map((currency) => currency.toUpperCase())),
    locales: context.recordSet === undefined ? locales : [localeOf(locales, context.recordSet)],
  };
}

/** The record sets of a task, by name: its locales, where it names several. */
export function recordSetsOf(context: Context): readonly string[] {
  const locales = unique(inputOf(context).market.locales);
  return locales.length > 1 ? locales : [];
}

function inputOf({ taskInput }: Context) {
  if (taskInput !== undefined && 'market' in taskInput) return taskInput;
  return { metafields: [], market: { countries: [], currencies: [], locales: [] } };
}

function localeOf(locales: readonly string[], recordSet: string): string {
  if (locales.includes(recordSet)) return recordSet;
  throw new SourceError(
    'source.changed',
    `The task has no record set ${JSON.stringify(recordSet)} any more: its locales were changed. Run it again.`,
  );
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}

function uniqueNames(names: readonly MetafieldName[]): MetafieldName[] {
  const byName = new Map(
    names.map(({ namespace, key }) => [JSON.stringify([namespace, key]), { namespace, key }]),
  );
  return [...byName.values()];
}

function requireAll(values: readonly string[], pattern: RegExp, what: string): void {
  if (values.every((value) => pattern.test(value))) return;
  throw new SourceError('source.invalid_input', `The task cannot be run: its ${what}.`);
}
