import { SourceError } from '../../../core/runs/source-error.ts';
import type { TaskSourceInput } from '../../../core/tasks/task-source-input.ts';

const DAY_MILLISECONDS = 24 * 60 * 60 * 1000;
/** What stands between a prefix and the day where the day is not over yet. */
const INTRADAY = 'intraday_';

/** First and last day, as names of tables have them: YYYYMMDD. */
export interface Days {
  readonly first: string;
  readonly last: string;
}

/** The days that a task asks for: from a date to another, or so many before the day on which the run was triggered (UTC). */
export function daysOf(input: TaskSourceInput | undefined, triggeredAt: Date): Days | undefined {
  if (input === undefined) return undefined;
  if ('timeframe' in input) return daysBefore(triggeredAt, input.timeframe);
  if ('startDate' in input) {
    return { first: dayOf(new Date(input.startDate)), last: dayOf(new Date(input.endDate)) };
  }
  return undefined;
}

/** The day of the instant and so many before it. */
export function daysBefore(instant: Date, count: number): Days {
  return { first: dayBefore(instant, count), last: dayOf(instant) };
}

/** The day so many days before that of the instant (UTC). */
export function dayBefore(instant: Date, count: number): string {
  return dayOf(new Date(instant.getTime() - count * DAY_MILLISECONDS));
}

/** The day that follows. */
export function dayAfter(day: string): string {
  const date = Date.parse(`${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}T00:00:00Z`);
  return dayOf(new Date(date + DAY_MILLISECONDS));
}

/**
 * Of these tables those of the days: their names are the prefix and the day. Where a day has no such table yet, its table of
 * the day's events so far is taken (`events_intraday_20261124` for `events_`).
 */
export function pickDayTables(names: readonly string[], prefix: string, days: Days): string[] {
  const found = new Map<string, string>();
  for (const start of [`${prefix}${INTRADAY}`, prefix]) {
    for (const name of names) {
      const day = name.startsWith(start) ? name.slice(start.length) : '';
      if (/^\d{8}$/.test(day) && day >= days.first && day <= days.last) found.set(day, name);
    }
  }
  return [...found.values()].sort();
}

/** No table at all has the prefix. */
export function noTables(prefix: string, datasetID: string): SourceError {
  return new SourceError(
    'source.not_found',
    `The dataset ${datasetID} has no table whose name begins with ${prefix}: check the source's datasetID and tablePrefix, ` +
      'and that the export to BigQuery has begun.',
  );
}

/** The day of an instant (UTC). */
export function dayOf(date: Date): string {
  return date.toISOString().slice(0, 10).replaceAll('-', '');
}
