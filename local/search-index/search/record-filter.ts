import { AlgoliaError } from '../algolia-error.ts';
import { parseJson, type JsonObject, type JsonValue } from '../json/json-value.ts';
import { matchesFilter, type Filter } from './filter.ts';
import { isNumericOperator, parseFilter } from './parse-filter.ts';

const NUMERIC_CONDITION = /^(.+?)\s*(<=|>=|!=|<|>|=)\s*(-?[\d.]+(?:e[+-]?\d+)?)$/iu;
const NUMERIC_RANGE = /^(.+?)\s*:\s*(-?[\d.]+)\s+TO\s+(-?[\d.]+)$/u;

/** What `filters`, `facetFilters`, `numericFilters` and `tagFilters` together ask of a record. */
export function createRecordFilter(parameters: JsonObject): (record: JsonObject) => boolean {
  const filters = readFilters(parameters);
  return (record) => filters.every((filter) => matchesFilter(filter, record));
}

/** Whether the parameters restrict the records at all. */
export function hasFilters(parameters: JsonObject): boolean {
  return readFilters(parameters).length > 0;
}

function readFilters(parameters: JsonObject): Filter[] {
  const filters: Filter[] = [];
  const expression = parameters['filters'];
  if (typeof expression === 'string' && expression.trim() !== '') filters.push(parseFilter(expression));
  addList(filters, parameters['facetFilters'], parseFacetFilter);
  addList(filters, parameters['numericFilters'], parseNumericFilter);
  addList(filters, parameters['tagFilters'], (text) => parseFacetFilter(negateTag(text)));
  return filters;
}

/** Lists mean AND; lists inside them OR; lists inside those AND again. A string may be a list in JSON or with commas. */
function addList(filters: Filter[], value: JsonValue | undefined, parse: (text: string) => Filter): void {
  if (value === undefined || value === null || value === '') return;
  for (const element of Array.isArray(value) ? value : splitText(value)) {
    filters.push(toFilter(element, 'or', parse));
  }
}

function toFilter(value: JsonValue, type: 'and' | 'or', parse: (text: string) => Filter): Filter {
  if (typeof value === 'string') return parse(value);
  if (!Array.isArray(value)) throw new AlgoliaError(400, 'Filters must be strings or lists of strings');
  const inner = type === 'or' ? 'and' : 'or';
  return { type, filters: value.map((element) => toFilter(element, inner, parse)) };
}

function splitText(value: JsonValue): JsonValue[] {
  if (typeof value !== 'string') throw new AlgoliaError(400, 'Filters must be strings or lists of strings');
  if (!value.startsWith('[')) return value.split(',').map((part) => part.trim());
  const list = parseList(value);
  return list ?? [value];
}

function parseList(text: string): JsonValue[] | undefined {
  try {
    const value = parseJson(text);
    return Array.isArray(value) ? value : undefined;
  } catch {
    throw new AlgoliaError(400, `Filters are not a valid list: ${text}`);
  }
}

function parseFacetFilter(text: string): Filter {
  const colon = text.indexOf(':');
  if (colon < 0) throw new AlgoliaError(400, `Facet filter "${text}" must be of the form attribute:value`);
  const isAttributeNegated = text.startsWith('-');
  const attribute = unquote(text.slice(isAttributeNegated ? 1 : 0, colon).trim());
  const rest = text.slice(colon + 1).trim();
  const isValueNegated = rest.startsWith('-');
  // A value that begins with a dash is written `\-value`.
  const value = unquote(isValueNegated ? rest.slice(1) : rest.replace(/^\\-/u, '-'));
  const filter: Filter = { type: 'facet', attribute, value };
  return isAttributeNegated !== isValueNegated ? { type: 'not', filter } : filter;
}

function negateTag(text: string): string {
  return text.startsWith('-') ? `_tags:-${text.slice(1)}` : `_tags:${text}`;
}

function parseNumericFilter(text: string): Filter {
  const [, attribute, operator, value] = NUMERIC_CONDITION.exec(text.trim()) ?? [];
  if (attribute !== undefined && operator !== undefined && isNumericOperator(operator)) {
    return { type: 'number', attribute: unquote(attribute), operator, value: Number(value) };
  }
  const [, ranged, lower, upper] = NUMERIC_RANGE.exec(text.trim()) ?? [];
  if (ranged === undefined) throw new AlgoliaError(400, `Numeric filter "${text}" cannot be read`);
  return { type: 'range', attribute: unquote(ranged), lower: Number(lower), upper: Number(upper) };
}

function unquote(text: string): string {
  const [, inner] = /^"(.*)"$/su.exec(text) ?? [];
  return inner ?? text;
}
