import { hasDayOfMonth, type CronRule } from '../tasks/cron-rule.ts';

/**
 * EventBridge's `cron(…)` expressions that together name the instants of the rule: in each of them one of the two day
 * fields is `?`, so a rule that restricts both needs two. Sunday is 1 there. Only forms that AWS documents are used:
 * values, ranges and `start/step`. No rule comes to more than the 256 characters that an expression may have.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based
 */
export function toEventBridgeCrons(rule: CronRule): string[] {
  const { restrictsDays, restrictsWeekdays } = rule;
  const minutes = writeField(rule.minutes, 0, 59);
  const hours = writeField(rule.hours, 0, 23);
  const days = writeField(rule.days, 1, 31);
  const months = writeField(rule.months, 1, 12);
  const weekdays = writeField(
    rule.weekdays.map((day) => day + 1),
    1,
    7,
  );
  const byDay = `cron(${minutes} ${hours} ${days} ${months} ? *)`;
  const byWeekday = `cron(${minutes} ${hours} ? ${months} ${weekdays} *)`;
  // A day that no month has: the other field alone counts.
  const hasDays = !restrictsWeekdays || (restrictsDays && hasDayOfMonth(rule));
  return [...(hasDays ? [byDay] : []), ...(restrictsWeekdays ? [byWeekday] : [])];
}

function writeField(values: readonly number[], min: number, max: number): string {
  const [first = min, second = first] = values;
  if (values.length === max - min + 1) return '*';
  const step = second - first;
  // Every step-th value up to the last that there is; fewer than three are shorter as a list.
  const isStepped =
    values.length > 2 && step > 1 && first + values.length * step > max && isEven(values, step);
  return isStepped ? `${first}/${step}` : writeRanges(values);
}

function isEven(values: readonly number[], step: number): boolean {
  return values.every((value, index) => value === (values[0] ?? 0) + index * step);
}

function writeRanges(values: readonly number[]): string {
  const ranges: { from: number; to: number }[] = [];
  for (const value of values) {
    const last = ranges.at(-1);
    if (last?.to === value - 1) last.to = value;
    else ranges.push({ from: value, to: value });
  }
  return ranges.map(({ from, to }) => (from === to ? String(from) : `${from}-${to}`)).join(',');
}
