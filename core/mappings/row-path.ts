import { InvalidInputError } from '../foundation/errors.ts';

/** Deeper than any row of a GA4 export. */
const MAX_SEGMENTS = 10;
/** So that a path over arrays in arrays ends. */
const MAX_FOUND = 1_000;

/** Finds a value within a row; `undefined` where there is none, or it is null. */
export type ReadValue = (row: unknown) => unknown;

/**
 * Reads `device.category`, `items.0.item_id` or `items.*.item_id` (of each entry of the array, as a list). Only members
 * that the row has itself are found.
 */
export function parsePath(text: string): ReadValue {
  const segments = text.split('.');
  if (segments.length > MAX_SEGMENTS || !segments.every((segment) => /^(?:\w+|\*)$/.test(segment))) {
    throw unsupportedMapping(
      `the path ${JSON.stringify(text)} must be up to ${MAX_SEGMENTS} names of letters, digits and _, numbers or *, with dots between`,
    );
  }
  if (!segments.includes('*')) return (row) => findAll([row], segments)[0];
  return (row) => {
    const found = findAll([row], segments);
    return found.length === 0 ? undefined : found;
  };
}

/** The value of a GA4 event parameter: `event_params` is a list of a key and a value of one of four types. */
export function parseEventParam(key: string): ReadValue {
  const readParams = parsePath('event_params.*');
  return (row) => {
    const params = readParams(row);
    if (!Array.isArray(params)) return undefined;
    const param: unknown = params.find((entry) => memberOf(entry, 'key') === key);
    const value = memberOf(param, 'value');
    return ['string_value', 'int_value', 'float_value', 'double_value']
      .map((type) => memberOf(value, type))
      .find((typed) => typed !== undefined);
  };
}

/** A mapping that this subset of the format does not know; the sentence says what is wrong with it. */
export function unsupportedMapping(problem: string): InvalidInputError {
  return new InvalidInputError(
    'task.unsupported_mapping',
    `The mapping of the task's input cannot be used: ${problem}.`,
  );
}

function findAll(values: readonly unknown[], segments: readonly string[]): unknown[] {
  let found = [...values];
  for (const segment of segments) {
    const next =
      segment === '*'
        ? found.flatMap((value) => (Array.isArray(value) ? value : []))
        : found.map((value) => memberOf(value, segment));
    found = next.filter((value) => value !== undefined && value !== null).slice(0, MAX_FOUND);
  }
  return found;
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return Reflect.get(value, name) ?? undefined;
}
