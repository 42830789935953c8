import { compileMatcher, invalidPattern, readOperator, type ValueMatcher } from './value-matchers.ts';

/** Whether an event matches. */
export type EventPattern = (event: unknown) => boolean;

/**
 * Compiles an event pattern: nested fields must all match, a field's list needs one match, `$or` one of its
 * alternatives. Throws `InvalidEventPatternException` for what EventBridge would refuse or what is not known here.
 */
export function compileEventPattern(source: string): EventPattern {
  let pattern: unknown;
  try {
    pattern = JSON.parse(source);
  } catch {
    throw invalidPattern('it is not JSON');
  }
  return compileObject(pattern);
}

function compileObject(pattern: unknown): EventPattern {
  if (!isObject(pattern)) throw invalidPattern('a pattern is a JSON object');
  const tests = Object.entries(pattern).map(([field, condition]) =>
    field === '$or' ? compileOr(condition) : compileField(field, condition),
  );
  if (tests.length === 0) throw invalidPattern('Empty patterns are not allowed');
  return (event) => tests.every((test) => test(event));
}

function compileOr(alternatives: unknown): EventPattern {
  if (!Array.isArray(alternatives) || alternatives.length < 2) {
    throw invalidPattern('$or needs a list of at least two patterns');
  }
  const tests = alternatives.map(compileObject);
  return (event) => tests.some((test) => test(event));
}

function compileField(field: string, condition: unknown): EventPattern {
  if (Array.isArray(condition)) {
    const leaf = compileLeaf(field, condition);
    return (event) => leaf(isObject(event) && Object.hasOwn(event, field) ? event[field] : undefined);
  }
  const nested = compileObject(condition);
  return (event) => {
    const value = isObject(event) && Object.hasOwn(event, field) ? event[field] : undefined;
    // In a list of objects one of them must match the whole.
    return Array.isArray(value) ? value.some(nested) : nested(value);
  };
}

function compileLeaf(field: string, condition: readonly unknown[]): ValueMatcher {
  if (condition.length === 0) throw invalidPattern(`Empty arrays are not allowed (${field})`);
  const tests = condition.map((matcher) => (isExists(matcher) ? compileExists(matcher) : forValues(matcher)));
  return (value) => tests.some((test) => test(value));
}

function isExists(matcher: unknown): boolean {
  return isObject(matcher) && Object.hasOwn(matcher, 'exists');
}

/** Only leaves exist: an object does not, and neither does an empty list. */
function compileExists(matcher: unknown): ValueMatcher {
  const [, wanted] = readOperator(matcher);
  if (typeof wanted !== 'boolean') throw invalidPattern('exists must be true or false');
  return (value) =>
    (value !== undefined && !isObject(value) && !(Array.isArray(value) && value.length === 0)) === wanted;
}

function forValues(matcher: unknown): ValueMatcher {
  const matches = compileMatcher(matcher);
  return (value) => {
    const values: unknown[] = Array.isArray(value) ? value : [value];
    return values.some((each) => each !== undefined && !isObject(each) && matches(each));
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
