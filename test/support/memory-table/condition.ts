import { ExpressionReader, read, valueOf, type Placeholders } from './expression-reader.ts';
import { compare, isEqual, sizeOf, typeOf, validationError, type Item } from './values.ts';

export interface Condition {
  /** The placeholders in it. */
  readonly used: ReadonlySet<string>;
  readonly holds: Test;
}

type Test = (item: Item, placeholders: Placeholders) => boolean;
type Operand = (item: Item, placeholders: Placeholders) => unknown;

const conditions = new Map<string, Condition>();

/** A condition, filter or key condition expression; each text is parsed once. */
export function conditionOf(text: string): Condition {
  const known = conditions.get(text);
  if (known !== undefined) return known;
  const reader = new ExpressionReader(text);
  const holds = either(reader);
  if (!reader.isAtEnd) throw validationError(`Invalid condition: ${text}`);
  const condition = { used: reader.used, holds };
  conditions.set(text, condition);
  return condition;
}

function either(reader: ExpressionReader): Test {
  let test = both(reader);
  while (reader.takeIf('OR')) {
    const [left, right] = [test, both(reader)];
    test = (item, placeholders) => left(item, placeholders) || right(item, placeholders);
  }
  return test;
}

function both(reader: ExpressionReader): Test {
  let test = single(reader);
  while (reader.takeIf('AND')) {
    const [left, right] = [test, single(reader)];
    test = (item, placeholders) => left(item, placeholders) && right(item, placeholders);
  }
  return test;
}

function single(reader: ExpressionReader): Test {
  if (reader.takeIf('NOT')) {
    const test = single(reader);
    return (item, placeholders) => !test(item, placeholders);
  }
  if (reader.takeIf('(')) {
    const test = either(reader);
    reader.expect(')');
    return test;
  }
  const isFunction = reader.peek(1) === '(' && reader.peek() !== 'size';
  return isFunction ? predicate(reader) : comparison(reader);
}

function predicate(reader: ExpressionReader): Test {
  const name = reader.take();
  reader.expect('(');
  const first = operand(reader);
  const second = reader.takeIf(',') ? operand(reader) : () => undefined;
  reader.expect(')');
  const test = PREDICATES[name];
  if (test === undefined) throw validationError(`Invalid function: ${name}`);
  return (item, placeholders) => test(first(item, placeholders), second(item, placeholders));
}

const PREDICATES: Readonly<Record<string, (value: unknown, other: unknown) => boolean>> = {
  attribute_exists: (value) => value !== undefined,
  attribute_not_exists: (value) => value === undefined,
  attribute_type: (value, type) => value !== undefined && typeOf(value) === type,
  begins_with: (value, prefix) =>
    typeof value === 'string' && typeof prefix === 'string' && value.startsWith(prefix),
  contains: (value, part) => {
    if (typeof value === 'string') return typeof part === 'string' && value.includes(part);
    if (value instanceof Set) return value.has(part);
    return Array.isArray(value) && value.some((member) => isEqual(member, part));
  },
};

function comparison(reader: ExpressionReader): Test {
  const left = operand(reader);
  if (reader.takeIf('BETWEEN')) {
    const low = operand(reader);
    reader.expect('AND');
    const high = operand(reader);
    return (item, placeholders) => {
      const value = left(item, placeholders);
      const [fromLow, toHigh] = [
        compare(value, low(item, placeholders)),
        compare(value, high(item, placeholders)),
      ];
      return fromLow !== undefined && toHigh !== undefined && fromLow >= 0 && toHigh <= 0;
    };
  }
  if (reader.takeIf('IN')) {
    const members: Operand[] = [];
    reader.expect('(');
    do members.push(operand(reader));
    while (reader.takeIf(','));
    reader.expect(')');
    return (item, placeholders) => {
      const value = left(item, placeholders);
      return value !== undefined && members.some((member) => isEqual(value, member(item, placeholders)));
    };
  }
  const comparator = reader.take();
  const right = operand(reader);
  const test = COMPARATORS[comparator];
  if (test === undefined) throw validationError(`Invalid comparator: ${comparator}`);
  return (item, placeholders) => test(left(item, placeholders), right(item, placeholders));
}

const COMPARATORS: Readonly<Record<string, (one: unknown, other: unknown) => boolean>> = {
  '=': (one, other) => one !== undefined && isEqual(one, other),
  '<>': (one, other) => !isEqual(one, other),
  '<': (one, other) => (compare(one, other) ?? 1) < 0,
  '<=': (one, other) => (compare(one, other) ?? 1) <= 0,
  '>': (one, other) => (compare(one, other) ?? -1) > 0,
  '>=': (one, other) => (compare(one, other) ?? -1) >= 0,
};

function operand(reader: ExpressionReader): Operand {
  if (reader.peek().startsWith(':')) {
    const placeholder = reader.take();
    return (_, placeholders) => valueOf(placeholder, placeholders);
  }
  if (reader.peek() === 'size' && reader.peek(1) === '(') {
    reader.take();
    reader.expect('(');
    const path = reader.path();
    reader.expect(')');
    return (item, placeholders) => sizeInConditions(read(item, path, placeholders));
  }
  const path = reader.path();
  return (item, placeholders) => read(item, path, placeholders);
}

/** Texts count characters and bytes, collections their members. */
function sizeInConditions(value: unknown): number | undefined {
  if (typeof value === 'string' || value instanceof Uint8Array || Array.isArray(value)) return value.length;
  if (value instanceof Set) return value.size;
  return typeof value === 'object' && value !== null ? Object.keys(value).length : sizeOf(value);
}
