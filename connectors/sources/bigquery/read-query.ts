import * as z from 'zod';
import { SourceError } from '../../../core/runs/source-error.ts';
import type { FetchPage } from '../../paged/paged-source.ts';
import type { BigQueryApi, Estimate, JobPlace } from './bigquery-api.ts';
import { changed } from './google-failures.ts';
import { createFetchFitting } from './page-size.ts';
import type { RowNaming } from './row-ids.ts';
import { toRecords } from './row-pages.ts';

const GIBIBYTE = 1024 ** 3;
/** So many times what was foreseen, and a little for what BigQuery charges at the least, a query may be billed. */
const MARGIN = 2;

const placeSchema = z.object({
  job: z.string(),
  location: z.string(),
  token: z.string(),
  row: z.number().int(),
  state: z.string().optional(),
});

interface QueryReading {
  readonly sql: string;
  readonly naming: RowNaming;
  readonly pageSize: number;
  /** What the task's next run goes on from once all rows are read. */
  readonly state?: string | undefined;
}

/**
 * The rows of a query's result. They lie still in a table of their own for a day, so whoever goes on at a cursor goes on with
 * the same result.
 */
export function readQuery(
  api: BigQueryApi,
  { sql, naming, pageSize, state: planned }: QueryReading,
): FetchPage {
  const fetchFitting = createFetchFitting(pageSize);
  return async (page) => {
    if (page === undefined) {
      // Before any row: whoever goes on within the first page must not ask the query again.
      const place = { ...(await begin(api, sql)), ...(planned === undefined ? {} : { state: planned }) };
      return { records: [], sizeBytes: 0, next: { ...place, token: '', row: 0 } };
    }
    const { token, row, ...place } = placeSchema.parse(page);
    const pageToken = token === '' ? undefined : token;
    const found = await fetchFitting(async (maxResults) =>
      api.results(place, { pageToken, maxResults }),
    ).catch((error: unknown) => {
      throw gone(error, token);
    });
    const { columns, pageToken: following, rows } = found;
    const records = toRecords(found, { columns, naming, table: '', before: row });
    if (following === undefined) return { ...records, state: place.state };
    return { ...records, next: { ...place, token: following, row: row + rows.length } };
  };
}

/** What a query would cost; anything but a query is refused. */
export async function foresee(api: BigQueryApi, sql: string): Promise<Estimate> {
  const estimate = await api.dryRun(sql);
  if (estimate.statementType === 'SELECT') return estimate;
  throw new SourceError(
    'source.invalid_query',
    `The source's customSQLRequest is a statement of type ${estimate.statementType}: it must be one SELECT, which changes nothing.`,
  );
}

async function begin(api: BigQueryApi, sql: string): Promise<JobPlace> {
  const { bytes, isBound, location } = await foresee(api, sql);
  const maximumBytes = isBound ? bytes * MARGIN + GIBIBYTE : undefined;
  return api.startQuery(sql, { location, maximumBytes });
}

/** A result is kept for a day, and so are the tokens of its pages. */
function gone(error: unknown, token: string): unknown {
  if (!(error instanceof SourceError)) return error;
  const isGone = error.code === 'source.not_found' || (error.code === 'source.refused' && token !== '');
  return isGone ? changed(`BigQuery does not have the query's result any more (${error.message})`) : error;
}
