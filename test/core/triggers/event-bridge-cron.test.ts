import { CronExpressionParser } from 'cron-parser';
import { expect, test } from 'vitest';

import { cronSchema, lastInstantUpTo, nextRunAfter } from '../../../core/tasks/cron.ts';
import { parseCronRule } from '../../../core/tasks/cron-rule.ts';
import { toEventBridgeCrons } from '../../../core/triggers/event-bridge-cron.ts';
import { parseScheduleExpression } from '../../../local/services/schedule/schedule-expression.ts';

test.for([
  ['* * * * *', ['cron(* * * * ? *)']],
  ['*/15 8-17 * * *', ['cron(0/15 8-17 * * ? *)']],
  ['1-59/20 * * * *', ['cron(1/20 * * * ? *)']],
  ['1-30/10 * * * *', ['cron(1,11,21 * * * ? *)']],
  ['0 0 1,2,3,5 * *', ['cron(0 0 1-3,5 * ? *)']],
  ['0 3 * * 1-5', ['cron(0 3 ? * 2-6 *)']],
  ['0 3 * * MON-FRI', ['cron(0 3 ? * 2-6 *)']],
  // Friday to Sunday, by either name of Sunday.
  ['0 3 * * 5-7', ['cron(0 3 ? * 1,6-7 *)']],
  ['0 3 * * 0,5,6', ['cron(0 3 ? * 1,6-7 *)']],
  ['0 3 * * 0-7', ['cron(0 3 ? * * *)']],
  ['0 3 29 FEB *', ['cron(0 3 29 2 ? *)']],
  // Both day fields say more than *: either counts.
  ['0 3 1,15 * SUN', ['cron(0 3 1,15 * ? *)', 'cron(0 3 ? * 1 *)']],
  ['0 3 */2 * 1', ['cron(0 3 1/2 * ? *)', 'cron(0 3 ? * 2 *)']],
  // There is no such day, so the other field alone counts.
  ['0 3 30 2 1', ['cron(0 3 ? 2 2 *)']],
] as const)('%s becomes %j', ([cron, expressions]) => {
  expect(toEventBridgeCrons(parseCronRule(cron))).toEqual(expressions);
});

test('the longest of all rules fits into an expression of 256 characters', () => {
  const pairs = (min: number, max: number) => `${min}-${max}/3,${min + 1}-${max}/3`;
  const cron = `${pairs(0, 58)} ${pairs(0, 22)} ${pairs(1, 31)} ${pairs(1, 11)} *`;
  const [expression = ''] = toEventBridgeCrons(parseCronRule(cron));
  expect(expression.length).toBeGreaterThan(230);
  expect(expression.length).toBeLessThanOrEqual(256);
});

// 20,000 by `npm run test:cron`.
const EXPRESSIONS = Number(process.env['MILLRACE_CRON_EXPRESSIONS'] ?? 500);

test(
  `${EXPRESSIONS} random rules name the same instants to EventBridge, to the API and to an oracle`,
  () => {
    const random = seeded(20_260_108);
    let checked = 0;
    for (let index = 0; index < EXPRESSIONS; index += 1) {
      const cron = randomCron(random);
      if (!cronSchema.safeParse(cron).success) continue;
      checked += 1;
      const after = randomInstant(random);
      const expected = CronExpressionParser.parse(cron, { currentDate: after, tz: 'UTC' }).next().toDate();
      expect([cron, after, nextOfEventBridge(cron, after)]).toEqual([cron, after, expected]);
      expect([cron, after, nextRunAfter(cron, after)]).toEqual([cron, after, expected]);
      // From there back: nothing of the rule lies between.
      const before = new Date(expected.getTime() - 1);
      expect(lastInstantUpTo(cron, expected)).toEqual(expected);
      expect(lastInstantUpTo(cron, before)?.getTime() ?? 0).toBeLessThanOrEqual(after.getTime());
    }
    // Only rules without any instant are left out.
    expect(checked).toBeGreaterThan(EXPRESSIONS * 0.95);
  },
  EXPRESSIONS * 60,
);

function nextOfEventBridge(cron: string, after: Date): Date {
  const next = toEventBridgeCrons(parseCronRule(cron)).flatMap(
    (expression) => parseScheduleExpression(expression).nextAfter(after.getTime(), 0) ?? [],
  );
  return new Date(Math.min(...next));
}

type Random = () => number;

/** The same numbers in every run, so that a failure can be looked at. */
function seeded(seed: number): Random {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function randomCron(random: Random): string {
  const months = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
  const weekdays = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
  // A leap day is rare among random days.
  if (random() < 0.02) return `${randomField(random, 0, 59)} ${randomField(random, 0, 23)} 29 2 *`;
  return [
    randomField(random, 0, 59),
    randomField(random, 0, 23),
    randomField(random, 1, 31),
    randomField(random, 1, 12, months),
    // Sunday is 0 or 7; the oracle does not take both.
    random() < 0.5 ? randomField(random, 0, 6, weekdays) : randomField(random, 1, 7, weekdays.slice(1)),
  ].join(' ');
}

function randomField(random: Random, min: number, max: number, names: readonly string[] = []): string {
  const kind = random();
  if (kind < 0.35) return '*';
  if (kind < 0.5) return `*/${between(random, 1, max - min)}`;
  const parts: string[] = [];
  // The oracle takes no value twice.
  for (let next = min; next <= max && parts.length < 3;) {
    const from = between(random, next, max);
    const to = random() < 0.5 ? from : between(random, from, max);
    parts.push(randomRange(random, from, to, names[from - min]));
    next = to + 1;
  }
  return parts.join(',');
}

function randomRange(random: Random, from: number, to: number, name: string | undefined): string {
  if (from === to) return name !== undefined && random() < 0.5 ? name : String(from);
  return random() < 0.5 ? `${from}-${to}` : `${from}-${to}/${between(random, 1, to - from)}`;
}

/** A minute of two centuries, or the last one before a leap day. */
function randomInstant(random: Random): Date {
  const year = between(random, 1971, 2150);
  if (random() < 0.1) return new Date(Date.UTC(year - (year % 4), 1, 28, 23, 59));
  return new Date(Date.UTC(year, between(random, 0, 11), 1) + Math.floor(random() * 31 * 86_400) * 1000);
}

function between(random: Random, min: number, max: number): number {
  return min + Math.floor(random() * (max - min + 1));
}
