import type { SourceContext } from '../../contract/source-connector.ts';
import type { BigQueryApi } from '../bigquery/bigquery-api.ts';
import type { ReadingPlan } from '../bigquery/plan-reading.ts';
import { daysBefore, noTables, pickDayTables } from '../bigquery/table-days.ts';
import { DAYS_CHANGING, eventsOnce } from './events-once.ts';
import type { GA4ExportInput } from './ga4-export-input.ts';
import { planNewDays } from './plan-new-days.ts';
import { planNewEvents } from './plan-new-events.ts';

/**
 * One query, whose result stays as it is while the tables grow. Where repeats change nothing it is that of the day on which the
 * run was triggered and of the days before that may still change; else of what no run has given yet.
 */
export async function planEvents(
  api: BigQueryApi,
  context: SourceContext<GA4ExportInput>,
): Promise<ReadingPlan> {
  const { tablePrefix, datasetID } = context.input;
  const names = await api.tableNames(tablePrefix);
  if (names.length === 0) throw noTables(tablePrefix, datasetID);
  if (context.countsRepeats !== true) return planDaysAgain(names, context);
  return tablePrefix.endsWith('intraday_') ? planNewEvents(names, context) : planNewDays(names, context);
}

function planDaysAgain(
  names: readonly string[],
  { input, triggeredAt }: SourceContext<GA4ExportInput>,
): ReadingPlan {
  const tables = pickDayTables(names, input.tablePrefix, daysBefore(triggeredAt, DAYS_CHANGING));
  return tables.length === 0 ? { tables, isOfPrefix: true } : { sql: eventsOnce(input, tables) };
}
