import * as z from 'zod';
import type { SourceContext } from '../../contract/source-connector.ts';
import type { ReadingPlan } from '../bigquery/plan-reading.ts';
import { dayAfter, dayBefore } from '../bigquery/table-days.ts';
import { DAYS_CHANGING, eventsOnce } from './events-once.ts';
import type { GA4ExportInput } from './ga4-export-input.ts';

/** How many days a task gives at first. */
const FIRST_DAYS = 4;
/** Insights refuses what is older than 30 days. */
const OLDEST_DAYS = 29;

const stateSchema = z.object({ day: z.string().regex(/^\d{8}$/) });

/** The days that do not change any more and that no run of the task has given yet. */
export function planNewDays(
  names: readonly string[],
  { input, triggeredAt, resumeFrom }: SourceContext<GA4ExportInput>,
): ReadingPlan {
  const last = dayBefore(triggeredAt, DAYS_CHANGING + 1);
  const given = resumeFrom === undefined ? undefined : stateSchema.safeParse(JSON.parse(resumeFrom)).data;
  const following =
    given === undefined ? dayBefore(triggeredAt, DAYS_CHANGING + FIRST_DAYS) : dayAfter(given.day);
  const oldest = dayBefore(triggeredAt, OLDEST_DAYS);
  const first = following > oldest ? following : oldest;
  const tables = names
    .filter((name) => {
      const day = name.slice(input.tablePrefix.length);
      return /^\d{8}$/.test(day) && day >= first && day <= last;
    })
    .toSorted();
  const day = tables.at(-1)?.slice(input.tablePrefix.length);
  // A day whose table is late is given once it is there, unless a later one was given before.
  if (day === undefined) return { tables: [], isOfPrefix: true };
  return { sql: eventsOnce(input, tables), state: JSON.stringify({ day }) };
}
