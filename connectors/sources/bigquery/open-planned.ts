import type { RecordSource } from '../../../core/runs/ports.ts';
import { SourceError } from '../../../core/runs/source-error.ts';
import type { SourceCheck, SourceContext } from '../../contract/source-connector.ts';
import { readPages, stateOf, type FetchPage } from '../../paged/paged-source.ts';
import { readSample } from '../file/file-source.ts';
import { openBigQueryApi, type BigQueryApi } from './bigquery-api.ts';
import { checkQuery } from './check-query.ts';
import { changed } from './google-failures.ts';
import type { ReadingPlan } from './plan-reading.ts';
import { readQuery } from './read-query.ts';
import { readTables } from './read-tables.ts';
import type { RowNaming } from './row-ids.ts';

/** BigQuery gives fewer where these are more than some 10 MB. */
const MAX_ROWS_PER_PAGE = 5_000;
const SAMPLES = 10;

type Dataset = { readonly projectID: string; readonly datasetID: string };

/** How sources of one type are read. */
export interface PlannedReading<Input extends Dataset> {
  /** What a run does. It is asked for anew by each worker that goes on with tables. */
  readonly plan: (api: BigQueryApi, context: SourceContext<Input>) => Promise<ReadingPlan>;
  readonly naming: (context: SourceContext<Input>) => RowNaming;
}

/** A source whose rows come from tables or from a query, whichever the plan says. */
export function openPlanned<Input extends Dataset>(
  reading: PlannedReading<Input>,
  context: SourceContext<Input>,
): RecordSource {
  const { limits } = context;
  return {
    async *read(cursor, signal) {
      const api = openBigQueryApi(context, signal);
      try {
        yield* readPages(pagesOf(api, reading, context), { limits, cursor, signal });
      } finally {
        api.close();
      }
    },
    stateAt: stateOf,
  };
}

/** A few records; of a query also what it costs, and no records where that is much. */
export async function checkPlanned<Input extends Dataset>(
  reading: PlannedReading<Input>,
  context: SourceContext<Input>,
  signal: AbortSignal,
): Promise<SourceCheck> {
  const api = openBigQueryApi(context, signal);
  try {
    const plan = await reading.plan(api, context);
    const checked = 'sql' in plan ? await checkQuery(api, plan.sql) : undefined;
    const few = { ...context, limits: { ...context.limits, maxRecords: SAMPLES } };
    const isRead = checked === undefined || checked.isCheap;
    const sample = isRead
      ? await readSample(openPlanned({ ...reading, plan: async () => plan }, few), signal)
      : [];
    return { sample, ...(checked === undefined ? {} : { note: checked.note }) };
  } finally {
    api.close();
  }
}

function pagesOf<Input extends Dataset>(
  api: BigQueryApi,
  { plan, naming }: PlannedReading<Input>,
  context: SourceContext<Input>,
): FetchPage {
  const options = {
    naming: naming(context),
    pageSize: Math.min(MAX_ROWS_PER_PAGE, context.limits.maxRecords),
  };
  let fetchPage: FetchPage | undefined;
  const choose = async (isBegun: boolean): Promise<FetchPage> => {
    const planned = await plan(api, context).catch((error: unknown) => {
      if (!isBegun || !(error instanceof SourceError) || error.code !== 'source.not_found') throw error;
      throw changed(`What the run had begun to read is not there any more (${error.message})`);
    });
    if ('tables' in planned) return readTables(api, { ...options, ...planned });
    if (isBegun) throw changed('The source was changed from tables to a query');
    return readQuery(api, { ...options, ...planned });
  };
  return async (page, signal) => {
    // What was asked is not asked again: its result is there.
    if (page !== undefined && 'job' in page) return readQuery(api, { ...options, sql: '' })(page, signal);
    fetchPage ??= await choose(page !== undefined);
    return fetchPage(page, signal);
  };
}
