import { Cron } from 'croner';
import { AwsError } from '../protocol/aws-error.ts';
import type { Schedule } from './schedule-expression.ts';

/** The fields in AWS's order; `extra` are the characters that each takes beside digits and `, - * /`. */
const FIELDS = [
  { name: 'minutes', min: 0, max: 59, extra: '' },
  { name: 'hours', min: 0, max: 23, extra: '' },
  { name: 'day-of-month', min: 1, max: 31, extra: '?LW' },
  { name: 'month', min: 1, max: 12, extra: 'A-Z' },
  { name: 'day-of-week', min: 1, max: 7, extra: '?#A-Z' },
  { name: 'year', min: 1970, max: 2199, extra: '' },
] as const;

/**
 * An AWS cron expression (six fields, Sunday is 1, one of the two day fields is `?`). A local time that daylight saving
 * leaves out is skipped; one that comes twice fires once, as AWS documents it, unless minutes or hours are a range.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based
 */
export function createAwsCron(expression: string, timezone: string): Schedule {
  const cron = parse(expression, timezone);
  return {
    kind: 'cron',
    nextAfter: (after) => {
      let next = cron.nextRun(new Date(after));
      // croner moves what falls into the gap behind it.
      while (next && !cron.match(next)) next = cron.nextRun(next);
      return next?.getTime();
    },
  };
}

function parse(expression: string, timezone: string): Cron {
  const values = expression.trim().toUpperCase().split(/\s+/);
  if (values.length !== FIELDS.length) throw invalid(expression, 'It needs six fields.');
  if ((values[2] === '?') === (values[4] === '?')) {
    throw invalid(expression, 'Exactly one of day-of-month and day-of-week must be "?".');
  }
  const pattern = FIELDS.map((field, index) => translateField(expression, field, values[index] ?? ''));
  try {
    // alternativeWeekdays counts Sunday as 1; the seconds come first.
    const options = { timezone, paused: true, mode: '7-part', alternativeWeekdays: true } as const;
    return new Cron(['0', ...pattern].join(' '), options);
  } catch (error) {
    throw invalid(expression, error instanceof Error ? error.message : '');
  }
}

function translateField(expression: string, field: (typeof FIELDS)[number], value: string): string {
  // Steps and the n of `#n` are counts, not values; croner checks those.
  const numbers = [...value.matchAll(/(?<![/#\d])\d+/g)].map(([digits]) => Number(digits));
  const isInRange = numbers.every((number) => number >= field.min && number <= field.max);
  if (!isInRange || !new RegExp(`^[-0-9,*/${field.extra}]+$`).test(value)) {
    throw invalid(expression, `The field ${field.name} is not valid: ${value}`);
  }
  if (value === '?') return '*';
  return value
    .split(',')
    .map((part) => (field.name === 'day-of-week' ? translateLastWeekday(part) : part))
    .map((part) => part.replace(/^(\d+)\//, `$1-${field.max}/`))
    .join(',');
}

/** `L` alone is the last day of the week, `6L` the last Friday of the month. */
function translateLastWeekday(part: string): string {
  if (part === 'L') return '7';
  return part.replace(/^([1-7]|[A-Z]{3})L$/, '$1#L');
}

function invalid(expression: string, reason: string): AwsError {
  return new AwsError('ValidationException', `Invalid Schedule Expression cron(${expression}). ${reason}`);
}
