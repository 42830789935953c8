import { selectTables } from '../bigquery/plan-reading.ts';
import { EVENT_KEY } from '../bigquery/row-ids.ts';
import type { GA4ExportInput } from './ga4-export-input.ts';

/** Google goes on adding late events to a day's table for so many days. */
export const DAYS_CHANGING = 3;

/**
 * A query of the events in these tables, each once: BigQuery removes the duplicates, so nothing has to be remembered here,
 * however many events there are.
 */
export function eventsOnce(input: GA4ExportInput, tables: readonly string[], condition = ''): string {
  const rows = selectTables(input, input.tablePrefix, tables);
  const and = condition === '' ? '' : ` AND ${condition}`;
  return `${rows}${and} QUALIFY ROW_NUMBER() OVER (PARTITION BY ${EVENT_KEY.join(', ')}) = 1`;
}
