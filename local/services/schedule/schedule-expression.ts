import { Cron } from 'croner';
import { AwsError } from '../protocol/aws-error.ts';
import { createAwsCron } from './aws-cron.ts';

const UNIT_MILLISECONDS: Readonly<Record<string, number>> = {
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
};

/** When something is due, in epoch milliseconds. */
export interface Schedule {
  readonly kind: 'at' | 'cron' | 'rate';
  /** The first instant after `after`; `anchor` is where a rate is counted from. Undefined when there is none any more. */
  nextAfter(after: number, anchor: number): number | undefined;
}

/** Many of 100,000 schedules share a few expressions, and reading one takes a while; a read one takes 83 KB of memory. */
const MAX_REMEMBERED = 200;
const remembered = new Map<string, Schedule>();

/** `rate(5 minutes)`, `cron(0 10 ? * MON-FRI *)` or `at(2026-12-31T23:59:00)` in a time zone (UTC by default). */
export function parseScheduleExpression(expression: string, timezone = 'UTC'): Schedule {
  const key = `${timezone} ${expression}`;
  const known = remembered.get(key);
  if (known) return known;
  checkTimezone(timezone);
  const schedule = read(expression, timezone);
  if (remembered.size >= MAX_REMEMBERED) remembered.clear();
  remembered.set(key, schedule);
  return schedule;
}

function read(expression: string, timezone: string): Schedule {
  const parts = /^(rate|cron|at)\((.+)\)$/.exec(expression);
  const inner = parts?.[2] ?? '';
  if (parts?.[1] === 'rate') return createRate(expression, inner);
  if (parts?.[1] === 'cron') return createAwsCron(inner, timezone);
  if (parts?.[1] === 'at') return createAt(expression, inner, timezone);
  throw invalidSchedule(expression);
}

function createRate(expression: string, inner: string): Schedule {
  const [, count = '', unit = '', plural] = /^([1-9]\d*) (minute|hour|day)(s?)$/.exec(inner) ?? [];
  const milliseconds = Number(count) * (UNIT_MILLISECONDS[unit] ?? Number.NaN);
  // AWS insists on the grammar: "1 minute", "5 minutes".
  if (!Number.isFinite(milliseconds) || (count === '1') !== (plural === ''))
    throw invalidSchedule(expression);
  return {
    kind: 'rate',
    nextAfter: (after, anchor) =>
      after < anchor ? anchor : anchor + (Math.floor((after - anchor) / milliseconds) + 1) * milliseconds,
  };
}

function createAt(expression: string, inner: string, timezone: string): Schedule {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(inner)) throw invalidSchedule(expression);
  const instant = readLocalTime(expression, inner, timezone);
  return { kind: 'at', nextAfter: (after) => (instant > after ? instant : undefined) };
}

function readLocalTime(expression: string, local: string, timezone: string): number {
  try {
    // croner would take the 30th of February for the 2nd of March.
    if (new Date(`${local}Z`).toISOString().slice(0, 19) !== local) throw invalidSchedule(expression);
    const instant = new Cron(local, { timezone, paused: true }).nextRun(new Date(0));
    if (instant) return instant.getTime();
  } catch {
    // Told below, in AWS's words.
  }
  throw invalidSchedule(expression);
}

function checkTimezone(timezone: string): void {
  try {
    new Intl.DateTimeFormat('en', { timeZone: timezone }).format();
  } catch {
    throw new AwsError('ValidationException', `The time zone ${timezone} is not known.`);
  }
}

function invalidSchedule(expression: string): AwsError {
  return new AwsError('ValidationException', `Invalid Schedule Expression ${expression}.`);
}
