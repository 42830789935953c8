import type { JsonObject } from '../json/json-value.ts';
import { readScalars } from './attribute-value.ts';

export type NumericOperator = '<' | '<=' | '=' | '!=' | '>=' | '>';

/** A condition on a record. */
export type Filter =
  | { readonly type: 'and' | 'or'; readonly filters: readonly Filter[] }
  | { readonly type: 'not'; readonly filter: Filter }
  | { readonly type: 'facet'; readonly attribute: string; readonly value: string }
  | {
      readonly type: 'number';
      readonly attribute: string;
      readonly operator: NumericOperator;
      readonly value: number;
    }
  | { readonly type: 'range'; readonly attribute: string; readonly lower: number; readonly upper: number };

/** Whether a record meets the condition; of an attribute with several values one has to. */
export function matchesFilter(filter: Filter, record: JsonObject): boolean {
  switch (filter.type) {
    case 'and':
      return filter.filters.every((inner) => matchesFilter(inner, record));
    case 'or':
      return filter.filters.some((inner) => matchesFilter(inner, record));
    case 'not':
      return !matchesFilter(filter.filter, record);
    case 'facet':
      return matchesFacet(record, filter);
    case 'number':
      return matchesNumber(record, filter);
    case 'range':
      return readNumbers(record, filter.attribute).some(
        (number) => number >= filter.lower && number <= filter.upper,
      );
    default:
      return filter satisfies never;
  }
}

function matchesFacet(
  record: JsonObject,
  { attribute, value }: { attribute: string; value: string },
): boolean {
  const scalars = readScalars(record, attribute);
  // Tags are compared exactly, values of facets without regard to case.
  if (attribute === '_tags') return scalars.some((scalar) => String(scalar) === value);
  const wanted = value.toLowerCase();
  return scalars.some((scalar) => String(scalar).toLowerCase() === wanted);
}

function matchesNumber(
  record: JsonObject,
  filter: { attribute: string; operator: NumericOperator; value: number },
): boolean {
  const numbers = readNumbers(record, filter.attribute);
  const { value } = filter;
  switch (filter.operator) {
    case '<':
      return numbers.some((number) => number < value);
    case '<=':
      return numbers.some((number) => number <= value);
    case '=':
      return numbers.includes(value);
    case '!=':
      return !numbers.includes(value);
    case '>=':
      return numbers.some((number) => number >= value);
    case '>':
      return numbers.some((number) => number > value);
    default:
      return filter.operator satisfies never;
  }
}

function readNumbers(record: JsonObject, attribute: string): number[] {
  return readScalars(record, attribute).filter((scalar) => typeof scalar === 'number');
}
