import * as z from 'zod';
import type { SourceContext } from '../../contract/source-connector.ts';
import type { ReadingPlan } from '../bigquery/plan-reading.ts';
import { dayAfter, dayBefore, dayOf, pickDayTables } from '../bigquery/table-days.ts';
import { eventsOnce } from './events-once.ts';
import type { GA4ExportInput } from './ga4-export-input.ts';

const HOUR_MILLISECONDS = 60 * 60 * 1000;
/** An event is streamed within minutes; one that comes later than this is not given. */
const LAG_HOURS = 1;
/** How far back a task goes at first. */
const FIRST_HOURS = 24;

/** In milliseconds since 1970, like a clock's. */
const stateSchema = z.object({ until: z.int().nonnegative() });

/** Of the tables that are streamed into, the events since the one that the task's last run ended with. */
export function planNewEvents(
  names: readonly string[],
  { input, triggeredAt, resumeFrom }: SourceContext<GA4ExportInput>,
): ReadingPlan {
  const until = triggeredAt.getTime() - LAG_HOURS * HOUR_MILLISECONDS;
  const given = resumeFrom === undefined ? undefined : stateSchema.safeParse(JSON.parse(resumeFrom)).data;
  const from = given?.until ?? until - FIRST_HOURS * HOUR_MILLISECONDS;
  // A table's day is that of the property's own time zone.
  const days = { first: dayBefore(new Date(from), 1), last: dayAfter(dayOf(new Date(until))) };
  const tables = pickDayTables(names, input.tablePrefix, days);
  if (tables.length === 0 || until <= from) return { tables: [], isOfPrefix: true };
  const isNew = `event_timestamp > ${from * 1000} AND event_timestamp <= ${until * 1000}`;
  return { sql: eventsOnce(input, tables, isNew), state: JSON.stringify({ until }) };
}
