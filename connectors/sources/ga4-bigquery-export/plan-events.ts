import type { SourceContext } from '../../contract/source-connector.ts';
import type { BigQueryApi } from '../bigquery/bigquery-api.ts';
import { selectTables, type ReadingPlan } from '../bigquery/plan-reading.ts';
import { EVENT_KEY } from '../bigquery/row-ids.ts';
import { daysBefore, noTables, pickDayTables } from '../bigquery/table-days.ts';
import type { GA4ExportInput } from './ga4-export-input.ts';

/** Google goes on adding late events to a day's table for so many days. */
const DAYS_READ_AGAIN = 3;

/**
 * One query of the tables of the day on which the run was triggered and of the days before it, which gives each event once:
 * BigQuery removes the duplicates, so nothing has to be remembered here, and the result stays as it is while the tables grow.
 */
export async function planEvents(
  api: BigQueryApi,
  { input, triggeredAt }: SourceContext<GA4ExportInput>,
): Promise<ReadingPlan> {
  const { tablePrefix, datasetID } = input;
  const names = await api.tableNames(tablePrefix);
  if (names.length === 0) throw noTables(tablePrefix, datasetID);
  const tables = pickDayTables(names, tablePrefix, daysBefore(triggeredAt, DAYS_READ_AGAIN));
  if (tables.length === 0) return { tables: [], isOfPrefix: true };
  const once = `QUALIFY ROW_NUMBER() OVER (PARTITION BY ${EVENT_KEY.join(', ')}) = 1`;
  return { sql: `${selectTables(input, tablePrefix, tables)} ${once}` };
}
