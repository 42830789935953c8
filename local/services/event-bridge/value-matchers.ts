import { BlockList, isIP } from 'node:net';
import { AwsError } from '../protocol/aws-error.ts';

/** Whether one value of an event matches. Arrays and missing fields are seen to by the caller. */
export type ValueMatcher = (value: unknown) => boolean;

type Compile = (operand: unknown) => ValueMatcher;

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html; `exists` is the caller's. */
const OPERATORS: Readonly<Record<string, Compile>> = {
  prefix: (operand) => compileEnd(operand, 'prefix', (value, end) => value.startsWith(end)),
  suffix: (operand) => compileEnd(operand, 'suffix', (value, end) => value.endsWith(end)),
  'equals-ignore-case': (operand) => {
    const wanted = readText(operand, 'equals-ignore-case').toLowerCase();
    return (value) => typeof value === 'string' && value.toLowerCase() === wanted;
  },
  wildcard: (operand) => {
    const expression = compileWildcard(readText(operand, 'wildcard'));
    return (value) => typeof value === 'string' && expression.test(value);
  },
  numeric: compileNumeric,
  cidr: compileCidr,
  'anything-but': compileAnythingBut,
};

/** Within `anything-but` only these operators are allowed; each takes one value or several. */
const NEGATABLE = new Set(['prefix', 'suffix', 'equals-ignore-case', 'wildcard']);

/** Compiles one element of a pattern's array: a literal or `{"operator": operand}`. */
export function compileMatcher(matcher: unknown): ValueMatcher {
  if (matcher === null || ['string', 'number', 'boolean'].includes(typeof matcher)) {
    return (value) => value === matcher;
  }
  const [name, operand] = readOperator(matcher);
  const compile = OPERATORS[name];
  if (!compile) throw invalidPattern(`Unrecognized match type ${name}`);
  return compile(operand);
}

export function invalidPattern(reason: string): AwsError {
  return new AwsError('InvalidEventPatternException', `Event pattern is not valid. Reason: ${reason}`);
}

/** The one key of an operator object and its value. */
export function readOperator(matcher: unknown): [string, unknown] {
  const entries = typeof matcher === 'object' && matcher !== null ? Object.entries(matcher) : [];
  const [entry] = entries;
  if (!entry || entries.length > 1 || Array.isArray(matcher)) {
    throw invalidPattern('A matcher is a literal or an object with one operator');
  }
  return entry;
}

function readText(operand: unknown, operator: string): string {
  if (typeof operand !== 'string' || operand === '')
    throw invalidPattern(`${operator} must be a non-empty string`);
  return operand;
}

function compileEnd(
  operand: unknown,
  operator: string,
  test: (value: string, end: string) => boolean,
): ValueMatcher {
  if (typeof operand === 'string') {
    const end = readText(operand, operator);
    return (value) => typeof value === 'string' && test(value, end);
  }
  const [name, inner] = readOperator(operand);
  if (name !== 'equals-ignore-case') throw invalidPattern(`${operator} does not take ${name}`);
  const end = readText(inner, operator).toLowerCase();
  return (value) => typeof value === 'string' && test(value.toLowerCase(), end);
}

/** `*` is any run of characters, `\*` an asterisk, `\\` a backslash. */
function compileWildcard(wildcard: string): RegExp {
  if (wildcard.includes('**')) throw invalidPattern('Consecutive wildcard characters');
  const parts = wildcard.match(/\\[*\\]|[^\\]|\\/gs) ?? [];
  const source = parts.map((part) => {
    if (part === '\\') throw invalidPattern('Invalid escape character in a wildcard');
    return part === '*' ? '.*' : escapeCharacter(part.at(-1) ?? '');
  });
  return new RegExp(`^${source.join('')}$`, 's');
}

function escapeCharacter(character: string): string {
  return /[\\^$.*+?()[\]{}|/-]/.test(character) ? `\\${character}` : character;
}

const COMPARISONS: Readonly<Record<string, (value: number, limit: number) => boolean>> = {
  '=': (value, limit) => value === limit,
  '<': (value, limit) => value < limit,
  '<=': (value, limit) => value <= limit,
  '>': (value, limit) => value > limit,
  '>=': (value, limit) => value >= limit,
};

function compileNumeric(operand: unknown): ValueMatcher {
  const parts: unknown[] = Array.isArray(operand) ? operand : [];
  if (parts.length !== 2 && parts.length !== 4) throw invalidPattern('numeric needs one or two comparisons');
  const tests = [parts.slice(0, 2), parts.slice(2, 4)]
    .filter((pair) => pair.length === 2)
    .map(compileComparison);
  return (value) => typeof value === 'number' && tests.every((test) => test(value));
}

function compileComparison([operator, limit]: unknown[]): (value: number) => boolean {
  const compare = typeof operator === 'string' ? COMPARISONS[operator] : undefined;
  if (!compare || typeof limit !== 'number')
    throw invalidPattern('numeric takes =, <, <=, > or >= and a number');
  return (value) => compare(value, limit);
}

function compileCidr(operand: unknown): ValueMatcher {
  const [address = '', length] = readText(operand, 'cidr').split('/');
  const list = new BlockList();
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  try {
    list.addSubnet(address, Number(length), family);
  } catch {
    throw invalidPattern('cidr must be an address and a length');
  }
  return (value) => {
    if (typeof value !== 'string' || isIP(value) === 0) return false;
    return list.check(value, isIP(value) === 6 ? 'ipv6' : 'ipv4');
  };
}

function compileAnythingBut(operand: unknown): ValueMatcher {
  const isOperator = typeof operand === 'object' && operand !== null && !Array.isArray(operand);
  const refused = isOperator ? compileNegated(operand) : asList(operand).map(compileLiteral);
  if (refused.length === 0) throw invalidPattern('anything-but needs a value');
  return (value) => !refused.some((matches) => matches(value));
}

function compileNegated(matcher: object): ValueMatcher[] {
  const [name, operand] = readOperator(matcher);
  if (!NEGATABLE.has(name)) throw invalidPattern(`anything-but does not take ${name}`);
  return asList(operand).map((value) => compileMatcher({ [name]: value }));
}

function compileLiteral(literal: unknown): ValueMatcher {
  if (typeof literal !== 'string' && typeof literal !== 'number') {
    throw invalidPattern('anything-but takes strings and numbers');
  }
  return (value) => value === literal;
}

function asList(operand: unknown): unknown[] {
  return Array.isArray(operand) ? operand : [operand];
}
