/** A Unix cron expression in UTC, as the values that each of its fields names. */
export interface CronRule {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly days: readonly number[];
  readonly months: readonly number[];
  /** 0 to 6; Sunday is 0. */
  readonly weekdays: readonly number[];
  /**
   * Whether the field says more than `*`. Where both day fields do, a day that either of them names is meant; where one
   * does, it alone counts.
   */
  readonly restrictsDays: boolean;
  readonly restrictsWeekdays: boolean;
}

/** A sentence about the field at fault. */
export class CronSyntaxError extends Error {}

interface Field {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** Of the values from `min` on. */
  readonly names: readonly string[];
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

const FIELDS = {
  minutes: { name: 'minute', min: 0, max: 59, names: [] },
  hours: { name: 'hour', min: 0, max: 23, names: [] },
  days: { name: 'day of month', min: 1, max: 31, names: [] },
  months: { name: 'month', min: 1, max: 12, names: MONTHS },
  // Sunday is 0 and 7.
  weekdays: { name: 'day of week', min: 0, max: 7, names: WEEKDAYS },
} as const satisfies Record<string, Field>;

const LONGEST_MONTH_DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** The rule that `text` writes down; a `CronSyntaxError` names the field that is wrong. */
export function parseCronRule(text: string): CronRule {
  const texts = text.trim().split(/\s+/);
  if (texts.length !== 5) {
    throw new CronSyntaxError(
      'must be a cron expression of five fields (minute, hour, day of month, month, day of week), such as 0 3 * * *',
    );
  }
  const [minutes = '', hours = '', days = '', months = '', weekdays = ''] = texts;
  const rule: CronRule = {
    minutes: readField(FIELDS.minutes, minutes),
    hours: readField(FIELDS.hours, hours),
    days: readField(FIELDS.days, days),
    months: readField(FIELDS.months, months),
    weekdays: inOrder(readField(FIELDS.weekdays, weekdays).map((day) => day % 7)),
    restrictsDays: days !== '*',
    restrictsWeekdays: weekdays !== '*',
  };
  if (!rule.restrictsWeekdays && !hasDayOfMonth(rule)) {
    throw new CronSyntaxError(`the day of month (${days}) is in none of its months (${months})`);
  }
  return rule;
}

/** Whether any of the rule's days of the month exists in any of its months. */
export function hasDayOfMonth({ days, months }: CronRule): boolean {
  return months.some((month) => days.some((day) => day <= (LONGEST_MONTH_DAYS[month - 1] ?? 0)));
}

function readField(field: Field, text: string): number[] {
  return inOrder(text.split(',').flatMap((part) => readPart(field, part, text)));
}

/** `*`, a value or a range; with `/n` behind it, every n-th of these. */
function readPart(field: Field, part: string, text: string): number[] {
  const [, range, step] = /^(\*|[^/]+)(?:\/(\d{1,2}))?$/.exec(part) ?? [];
  if (range === undefined) throw wrong(field, text, 'takes values, ranges such as 1-5 and steps such as */5');
  const [from, to = from] = range === '*' ? [field.min, field.max] : readRange(field, range, text);
  if (from === undefined || to === undefined || from > to) {
    throw wrong(field, text, `a range must not end before it begins: write it as two, separated by a comma`);
  }
  if (step === undefined) return valuesBetween(from, to, 1);
  const most = field.max - field.min + 1;
  if (Number(step) < 1 || Number(step) > most)
    throw wrong(field, text, `a step must be between 1 and ${most}`);
  if (range !== '*' && !range.includes('-')) {
    throw wrong(field, text, `a step must follow * or a range, such as ${range}-${field.max}/${step}`);
  }
  return valuesBetween(from, to, Number(step));
}

function readRange(field: Field, range: string, text: string): number[] {
  const ends = range.split('-');
  if (ends.length > 2) throw wrong(field, text, 'a range has two ends, such as 1-5');
  return ends.map((end) => readValue(field, end, text));
}

function readValue(field: Field, value: string, text: string): number {
  const named = field.names.indexOf(value.toUpperCase());
  if (named >= 0) return field.min + named;
  const number = /^\d{1,2}$/.test(value) ? Number(value) : Number.NaN;
  if (number >= field.min && number <= field.max) return number;
  const names = field.names.length === 0 ? '' : ` or ${field.names[0]} to ${field.names.at(-1)}`;
  throw wrong(field, text, `takes ${field.min} to ${field.max}${names}`);
}

function valuesBetween(from: number, to: number, step: number): number[] {
  return Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, index) => from + index * step);
}

function inOrder(values: readonly number[]): number[] {
  return [...new Set(values)].sort((one, other) => one - other);
}

function wrong({ name }: Field, text: string, problem: string): CronSyntaxError {
  return new CronSyntaxError(`the field ${name} (${text}): ${problem}`);
}
