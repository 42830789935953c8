import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseScheduleExpression } from '../../../local/services/schedule/schedule-expression.ts';

const instant = (text: string) => new Date(text).getTime();

/** The next instants after `from`, as text. */
function next(
  expression: string,
  from: string,
  { count = 1, timezone = 'UTC' } = {},
): (string | undefined)[] {
  const schedule = parseScheduleExpression(expression, timezone);
  const found: (string | undefined)[] = [];
  let at: number | undefined = instant(from);
  while (found.length < count && at !== undefined) {
    at = schedule.nextAfter(at, instant(from));
    found.push(at === undefined ? undefined : `${new Date(at).toISOString().slice(0, 16)}Z`);
  }
  return found;
}

describe('cron', () => {
  // 2026-01-01 is a Thursday.
  test.each<[string, string[]]>([
    ['cron(0 10 * * ? *)', ['2026-01-01T10:00Z', '2026-01-02T10:00Z']],
    ['cron(15 12 ? * MON-FRI *)', ['2026-01-01T12:15Z', '2026-01-02T12:15Z', '2026-01-05T12:15Z']],
    ['cron(15 12 ? * 2-6 *)', ['2026-01-01T12:15Z', '2026-01-02T12:15Z', '2026-01-05T12:15Z']],
    ['cron(0 8 ? * 1 *)', ['2026-01-04T08:00Z', '2026-01-11T08:00Z']],
    ['cron(0 8 ? * SUN *)', ['2026-01-04T08:00Z', '2026-01-11T08:00Z']],
    ['cron(0 8 ? * 7 *)', ['2026-01-03T08:00Z']],
    ['cron(0 8 ? * L *)', ['2026-01-03T08:00Z']],
    ['cron(0/15 9-10 * * ? *)', ['2026-01-01T09:00Z', '2026-01-01T09:15Z', '2026-01-01T09:30Z']],
    [
      'cron(5/20 0 1 * ? *)',
      ['2026-01-01T00:05Z', '2026-01-01T00:25Z', '2026-01-01T00:45Z', '2026-02-01T00:05Z'],
    ],
    ['cron(0 0 L * ? *)', ['2026-01-31T00:00Z', '2026-02-28T00:00Z']],
    ['cron(0 0 L 2 ? 2028)', ['2028-02-29T00:00Z']],
    ['cron(0 0 15W * ? *)', ['2026-01-15T00:00Z', '2026-02-16T00:00Z']],
    ['cron(0 9 ? * 2#1 *)', ['2026-01-05T09:00Z', '2026-02-02T09:00Z']],
    ['cron(0 9 ? * FRI#5 *)', ['2026-01-30T09:00Z', '2026-05-29T09:00Z']],
    ['cron(0 9 ? * 6L *)', ['2026-01-30T09:00Z', '2026-02-27T09:00Z']],
    ['cron(0 9 ? * FRIL *)', ['2026-01-30T09:00Z', '2026-02-27T09:00Z']],
    ['cron(0 0 1 JAN,jul ? 2027-2028)', ['2027-01-01T00:00Z', '2027-07-01T00:00Z', '2028-01-01T00:00Z']],
    ['cron(0 0 1 1/4 ? *)', ['2026-05-01T00:00Z', '2026-09-01T00:00Z', '2027-01-01T00:00Z']],
    ['cron(30 23 31 12 ? 2026)', ['2026-12-31T23:30Z']],
  ])('%s fires when AWS does', (expression, expected) => {
    expect(next(expression, '2026-01-01T00:00:00Z', { count: expected.length })).toEqual(expected);
  });

  test('ends with its last year, and never comes on a day that is none', () => {
    expect(next('cron(0 0 1 1 ? 2020)', '2026-01-01T00:00:00Z')).toEqual([undefined]);
    expect(next('cron(0 0 31 2 ? *)', '2026-01-01T00:00:00Z')).toEqual([undefined]);
  });

  test.each([
    ['five fields', 'cron(0 10 * * ?)'],
    ['both days given', 'cron(0 10 1 * MON *)'],
    ['no day left open', 'cron(0 10 * * * *)'],
    ['both days left open', 'cron(0 10 ? * ? *)'],
    ['a minute that is none', 'cron(60 10 * * ? *)'],
    ['a weekday 0', 'cron(0 10 ? * 0 *)'],
    ['a weekday 8', 'cron(0 10 ? * 8 *)'],
    ['a month 13', 'cron(0 10 1 13 ? *)'],
    ['another library’s signs', 'cron(0 10 ? * +MON *)'],
    ['a word', 'cron(x 10 * * ? *)'],
    ['a step of nothing', 'cron(0/ 10 * * ? *)'],
    ['nothing known', 'every(5 minutes)'],
    ['a rate of 0', 'rate(0 minutes)'],
    ['a rate in the wrong number', 'rate(1 minutes)'],
    ['a rate in seconds', 'rate(30 seconds)'],
    ['a date that is none', 'at(2026-02-30T00:00:00)'],
    ['a date with a zone', 'at(2026-01-01T00:00:00Z)'],
  ])('%s is refused', (_, expression) => {
    expect(() => parseScheduleExpression(expression)).toThrow(/Invalid Schedule Expression/);
  });

  test('a time zone that is none is refused', () => {
    expect(() => parseScheduleExpression('cron(0 10 * * ? *)', 'Mars/Olympus')).toThrow(/time zone/);
  });

  test('a local time that daylight saving leaves out is skipped, one that comes twice fires once', () => {
    const timezone = 'Europe/Berlin';
    expect(next('cron(30 2 * * ? *)', '2026-03-28T00:00:00Z', { count: 2, timezone })).toEqual([
      '2026-03-28T01:30Z',
      '2026-03-30T00:30Z',
    ]);
    expect(next('cron(30 2 * * ? *)', '2026-10-24T12:00:00Z', { count: 2, timezone })).toEqual([
      '2026-10-25T00:30Z',
      '2026-10-26T01:30Z',
    ]);
  });

  test('agrees with a minute-by-minute reading of the fields', () => {
    const list = (min: number, max: number) =>
      fc
        .uniqueArray(fc.integer({ min, max }), { minLength: 1, maxLength: 3 })
        .map((values) => values.join(','));
    const step = (min: number, max: number) =>
      fc
        .tuple(fc.integer({ min, max }), fc.integer({ min: 1, max: Math.min(max, 20) }))
        .map(([from, by]) => `${from}/${by}`);
    const field = (min: number, max: number) => fc.oneof(fc.constant('*'), list(min, max), step(min, max));
    const dayFields = fc.oneof(
      field(1, 31).map((dayOfMonth) => ({ dayOfMonth, dayOfWeek: '?' })),
      field(1, 7).map((dayOfWeek) => ({ dayOfMonth: '?', dayOfWeek })),
    );
    const fields = fc.record({
      minutes: field(0, 59),
      hours: field(0, 23),
      months: field(1, 12),
      days: dayFields,
    });
    const starts = fc.integer({ min: instant('2026-01-01T00:00:00Z'), max: instant('2028-12-31T00:00:00Z') });
    fc.assert(
      fc.property(fields, starts, ({ minutes, hours, months, days: { dayOfMonth, dayOfWeek } }, from) => {
        const expression = `cron(${minutes} ${hours} ${dayOfMonth} ${months} ${dayOfWeek} *)`;
        const limit = from + 3 * 86_400_000;
        const matches = (date: Date) =>
          fieldHolds(minutes, date.getUTCMinutes(), 59) &&
          fieldHolds(hours, date.getUTCHours(), 23) &&
          fieldHolds(dayOfMonth, date.getUTCDate(), 31) &&
          fieldHolds(months, date.getUTCMonth() + 1, 12) &&
          fieldHolds(dayOfWeek, date.getUTCDay() + 1, 7);
        let expected = Math.floor(from / 60_000) * 60_000 + 60_000;
        while (expected <= limit && !matches(new Date(expected))) expected += 60_000;
        const found = parseScheduleExpression(expression).nextAfter(from, from) ?? Infinity;
        // Past the limit only that nothing comes before it is known.
        expect([expression, Math.min(found, limit + 1)]).toEqual([expression, Math.min(expected, limit + 1)]);
      }),
      { numRuns: 500 },
    );
  });
});

/** `*`, `?`, a list, or `from/by`. */
function fieldHolds(text: string, value: number, max: number): boolean {
  if (text === '*' || text === '?') return true;
  const [from, by] = text.split('/').map(Number);
  if (from !== undefined && by !== undefined)
    return value >= from && value <= max && (value - from) % by === 0;
  return text.split(',').map(Number).includes(value);
}

describe('rate and at', () => {
  test('a rate counts from its anchor, however late it is asked', () => {
    const schedule = parseScheduleExpression('rate(5 minutes)');
    const anchor = instant('2026-01-01T00:02:00Z');
    expect(schedule.nextAfter(anchor - 1, anchor)).toBe(anchor);
    expect(schedule.nextAfter(anchor, anchor)).toBe(anchor + 300_000);
    expect(schedule.nextAfter(instant('2026-01-01T10:00:00Z'), anchor)).toBe(instant('2026-01-01T10:02:00Z'));
  });

  test('at is read in its time zone and comes once', () => {
    const options = { count: 2, timezone: 'America/New_York' };
    expect(next('at(2026-07-01T12:00:00)', '2026-01-01T00:00:00Z', options)).toEqual([
      '2026-07-01T16:00Z',
      undefined,
    ]);
  });
});
