import type * as z from 'zod';

import { InvalidInputError } from './errors.ts';

type RawIssue = z.core.$ZodRawIssue;

/**
 * What `schema` makes of `value`; else an `InvalidInputError` that names the first field at fault in its message and
 * all of them in its details. `label` names the whole value, `prefix` goes before the fields' own paths.
 */
export function parseInput<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  where: { readonly label?: string; readonly prefix?: string } = {},
): z.output<Schema> {
  const result = schema.safeParse(value, { error: describeIssue });
  if (result.success) return result.data;
  const details = result.error.issues.map((issue) => ({
    message: issue.message,
    label:
      toLabel(where.prefix === undefined ? issue.path : [where.prefix, ...issue.path]) ||
      (where.label ?? 'body'),
  }));
  throw invalidFields(details);
}

/** The error of one or more fields: `input.url: must be …`. */
function invalidFields(
  details: readonly { readonly message: string; readonly label: string }[],
): InvalidInputError {
  const [first] = details;
  const sentence = first === undefined ? 'The request is not valid.' : `${first.label}: ${first.message}`;
  return new InvalidInputError('request.invalid', sentence, { details: [...details] });
}

export function invalidField(label: string, message: string): InvalidInputError {
  return invalidFields([{ label, message }]);
}

function toLabel(path: readonly PropertyKey[]): string {
  return path.reduce<string>((label, part) => {
    if (typeof part === 'number') return `${label}[${part}]`;
    return label === '' ? String(part) : `${label}.${String(part)}`;
  }, '');
}

/** zod's own sentences speak of types as TypeScript has them; these speak to the author of a request. */
function describeIssue(issue: RawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined
        ? 'is required'
        : `must be ${TYPE_WORDS[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return describeChoice(issue.input, issue.values);
    case 'too_small':
      return describeLimit(issue, 'at least', Number(issue.minimum));
    case 'too_big':
      return describeLimit(issue, 'at most', Number(issue.maximum));
    case 'invalid_union':
      return describeUnion(issue);
    case 'invalid_format':
      return 'does not have the expected format';
    default:
      return undefined;
  }
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  int: 'an integer',
  boolean: 'true or false',
  array: 'an array',
  object: 'an object',
  record: 'an object',
};

function describeChoice(input: unknown, values: readonly unknown[]): string {
  if (input === undefined) return 'is required';
  const words = values.map(String);
  return words.length === 1 ? `must be ${words[0]}` : `must be one of ${words.join(', ')}`;
}

function describeLimit(issue: RawIssue & { readonly origin: string }, words: string, limit: number): string {
  if (issue.origin === 'string') {
    return limit === 1 && words === 'at least'
      ? 'must not be empty'
      : `must have ${words} ${limit} characters`;
  }
  if (issue.origin === 'array') return `must have ${words} ${limit} entries`;
  return `must be ${words} ${limit}`;
}

function describeUnion(issue: Extract<RawIssue, { code: 'invalid_union' }>): string | undefined {
  const { input, discriminator } = issue;
  if (discriminator === undefined || typeof input !== 'object' || input === null)
    return 'has no accepted form';
  if (!(discriminator in input)) return 'is required';
  return Array.isArray(issue['options'])
    ? `must be one of ${issue['options'].map(String).join(', ')}`
    : undefined;
}
