import * as z from 'zod';

import type { Comparison, Condition, NoCodeStep } from './no-code-step.ts';
import type { TransformResult } from './transform-message.ts';

type Fields = Record<string, unknown>;

const fieldsSchema = z.record(z.string(), z.unknown());

/** A step that cannot be done on a record; the record fails with it. */
class StepError extends Error {}

/** Applies the steps in order to a record, which is JSON of an object. Never throws: a step that fails is the result. */
export function applySteps(steps: readonly NoCodeStep[], record: string): TransformResult {
  const fields = parseFields(record);
  for (const [index, step] of steps.entries()) {
    try {
      if (step.condition !== undefined && !holds(step.condition, fields)) continue;
      if (step.type === 'removeRecords') return { outputs: [] };
      if (step.type === 'addAttribute') setAttribute(fields, step.attribute, step.value);
      else removeAttribute(fields, step.attribute);
    } catch (error) {
      if (!(error instanceof StepError)) throw error;
      const message = `step ${index + 1} (${step.type}): ${error.message}`;
      return { error: { code: 'transform.failed', message } };
    }
  }
  return { outputs: [JSON.stringify(fields)] };
}

function parseFields(record: string): Fields {
  const json: unknown = JSON.parse(record);
  return fieldsSchema.parse(json);
}

function setAttribute(fields: Fields, path: string, value: unknown): void {
  const [parent, name] = findParent(fields, path, { makeMissing: true });
  if (parent === undefined) throw new StepError(`${path} has no place`);
  define(parent, name, structuredClone(value));
}

function removeAttribute(fields: Fields, path: string): void {
  const [parent, name] = findParent(fields, path, { makeMissing: false });
  if (parent !== undefined) Reflect.deleteProperty(parent, name);
}

/** The object that holds the last name of the path; nothing when it is not there and not to be made. */
function findParent(
  fields: Fields,
  path: string,
  { makeMissing }: { readonly makeMissing: boolean },
): [parent: object | undefined, name: string] {
  const names = path.split('.');
  const name = names.pop() ?? '';
  let parent: object = fields;
  for (const [index, step] of names.entries()) {
    const child = ownValue(parent, step);
    if (typeof child === 'object' && child !== null && !Array.isArray(child)) {
      parent = child;
    } else if (child !== undefined && child !== null) {
      throw new StepError(`${names.slice(0, index + 1).join('.')} is not an object`);
    } else {
      if (!makeMissing) return [undefined, name];
      const made = {};
      define(parent, step, made);
      parent = made;
    }
  }
  return [parent, name];
}

/** As JSON has it: `__proto__` is a name like any other. */
function define(target: object, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, writable: true, enumerable: true, configurable: true });
}

function ownValue(target: unknown, name: string): unknown {
  return typeof target === 'object' && target !== null && Object.hasOwn(target, name)
    ? Object.getOwnPropertyDescriptor(target, name)?.value
    : undefined;
}

function valueAt(fields: Fields, path: string): unknown {
  return path.split('.').reduce<unknown>(ownValue, fields);
}

function holds(condition: Condition, fields: Fields): boolean {
  if ('all' in condition) return condition.all.every((comparison) => compares(comparison, fields));
  if ('any' in condition) return condition.any.some((comparison) => compares(comparison, fields));
  return compares(condition, fields);
}

function compares({ attribute, operator, value }: Comparison, fields: Fields): boolean {
  const actual = valueAt(fields, attribute);
  switch (operator) {
    case 'exists':
      return actual !== undefined;
    case 'notExists':
      return actual === undefined;
    case 'equals':
      return actual === value;
    case 'notEquals':
      return actual !== value;
    case 'contains':
      return contains(actual, value);
    default:
      return isOrdered(operator, attribute, actual, value);
  }
}

/** A list has the value, or a text has the text; what is neither contains nothing. */
function contains(actual: unknown, value: unknown): boolean {
  if (Array.isArray(actual)) return actual.includes(value);
  return typeof actual === 'string' && typeof value === 'string' && actual.includes(value);
}

/** Numbers with numbers, texts with texts. A record without the attribute is not compared; other kinds are an error. */
function isOrdered(
  operator: Exclude<Comparison['operator'], 'exists' | 'notExists' | 'equals' | 'notEquals' | 'contains'>,
  attribute: string,
  actual: unknown,
  value: unknown,
): boolean {
  if (actual === undefined || actual === null) return false;
  const order = orderOf(actual, value);
  if (order === undefined)
    throw new StepError(`${attribute} cannot be compared with ${JSON.stringify(value)}`);
  if (operator === 'greaterThan') return order > 0;
  if (operator === 'lessThan') return order < 0;
  return operator === 'greaterThanOrEquals' ? order >= 0 : order <= 0;
}

function orderOf(actual: unknown, value: unknown): number | undefined {
  if (typeof actual === 'number' && typeof value === 'number') return actual - value;
  if (typeof actual !== 'string' || typeof value !== 'string') return undefined;
  return Number(actual > value) - Number(actual < value);
}
