import { SourceError } from '../../../core/runs/source-error.ts';
import type { SourceContext } from '../../contract/source-connector.ts';
import type { BigQueryApi } from './bigquery-api.ts';
import type { BigQueryInput } from './bigquery-input.ts';
import { fillPlaceholder, hasPlaceholder } from './custom-sql.ts';
import { daysOf, noTables, pickDayTables, type Days } from './table-days.ts';

/** What a run of a source does: ask a query, or list tables. */
export type ReadingPlan =
  | {
      readonly sql: string;
      /** What the task's next run goes on from once all rows are read. */
      readonly state?: string;
    }
  | {
      readonly tables: readonly string[];
      /** Whether others may be among them in another run. */
      readonly isOfPrefix: boolean;
    };

/** Looks at what there is. Costs nothing. */
export async function planReading(
  api: BigQueryApi,
  { input, taskInput, triggeredAt }: SourceContext<BigQueryInput>,
): Promise<ReadingPlan> {
  const { table, tablePrefix, customSQLRequest } = input;
  const days = daysOf(taskInput, triggeredAt);
  if (days !== undefined && tablePrefix === undefined) throw noDays();
  if (customSQLRequest !== undefined) return { sql: await fill(api, customSQLRequest, { input, days }) };
  if (tablePrefix !== undefined) return { tables: await tablesOf(api, { input, days }), isOfPrefix: true };
  if (table === undefined) return { tables: [], isOfPrefix: false };
  const { isListable } = await api.openTable(table);
  return isListable
    ? { tables: [table], isOfPrefix: false }
    : { sql: `SELECT * FROM ${quote(input, table)}` };
}

/** `%s` is the table, or all tables of the prefix as one. */
async function fill(
  api: BigQueryApi,
  request: string,
  { input, days }: { input: BigQueryInput; days: Days | undefined },
): Promise<string> {
  const { table, tablePrefix } = input;
  if (!hasPlaceholder(request)) return request;
  if (table !== undefined) return fillPlaceholder(request, quote(input, table));
  if (tablePrefix === undefined) {
    throw new SourceError(
      'source.no_table',
      "The source's customSQLRequest has the placeholder %s, and the source has no table that stands for it: name a table or a tablePrefix.",
    );
  }
  if (days === undefined) return fillPlaceholder(request, quote(input, `${tablePrefix}*`));
  const tables = await tablesOf(api, { input, days });
  return fillPlaceholder(request, `(${selectTables(input, tablePrefix, tables)})`);
}

async function tablesOf(
  api: BigQueryApi,
  { input, days }: { input: BigQueryInput; days: Days | undefined },
): Promise<string[]> {
  const { tablePrefix = '', datasetID } = input;
  const names = await api.tableNames(tablePrefix);
  if (names.length === 0) throw noTables(tablePrefix, datasetID);
  return days === undefined ? names : pickDayTables(names, tablePrefix, days);
}

/** A query of some tables of a prefix, which is billed for these alone. */
export function selectTables(
  input: Pick<BigQueryInput, 'projectID' | 'datasetID'>,
  prefix: string,
  tables: readonly string[],
): string {
  const suffixes = tables.map((name) => `'${name.slice(prefix.length)}'`);
  // A list must not be empty; no table has this name.
  return `SELECT * FROM ${quote(input, `${prefix}*`)} WHERE _TABLE_SUFFIX IN (${suffixes.length === 0 ? "''" : suffixes.join(', ')})`;
}

function quote(
  { projectID, datasetID }: Pick<BigQueryInput, 'projectID' | 'datasetID'>,
  table: string,
): string {
  return `\`${projectID}.${datasetID}.${table}\``;
}

function noDays(): SourceError {
  return new SourceError(
    'source.no_days',
    "The task's input limits the days, and the source has no tables of days: give the source a tablePrefix in place of its table, or remove startDate, endDate and timeframe from the task.",
  );
}
