import * as z from 'zod';
import { SourceError } from '../../../core/runs/source-error.ts';
import type { FetchPage, Page } from '../../paged/paged-source.ts';
import type { BigQueryApi, OpenTable } from './bigquery-api.ts';
import { changed } from './google-failures.ts';
import { createFetchFitting } from './page-size.ts';
import type { RowNaming } from './row-ids.ts';
import { toRecords } from './row-pages.ts';

const placeSchema = z.object({
  table: z.string(),
  token: z.string(),
  row: z.number().int(),
  /** When the table was last changed as its first rows were read; empty before that. */
  modified: z.string(),
});
type Place = z.infer<typeof placeSchema>;

interface TableReading {
  /** In the order in which they are read. */
  readonly tables: readonly string[];
  /** Whether others may be among them in another run: a row is then named by its table too. */
  readonly isOfPrefix: boolean;
  readonly naming: RowNaming;
  readonly pageSize: number;
}

/** All rows of some tables, one table after the other: listed, which costs nothing. */
export function readTables(
  api: BigQueryApi,
  { tables, isOfPrefix, naming, pageSize }: TableReading,
): FetchPage {
  const fetchFitting = createFetchFitting(pageSize);
  const openAt = async ({ table: name, modified }: Place): Promise<OpenTable> => {
    const table = await api.openTable(name);
    if (!table.isListable) throw notListable(name);
    if (modified === '' || modified === table.modified) return table;
    throw changed(`The table ${name} was changed while it was read`);
  };
  const readAt = async (place: Place): Promise<Page> => {
    const { table: name, token, row } = place;
    const table = await openAt(place);
    // Before any row: whoever goes on within the first page has to know which state of the table it was.
    if (place.modified === '') return { ...NOTHING, next: { ...place, modified: table.modified } };
    const from = token === '' ? undefined : token;
    const found = await fetchFitting(async (maxResults) => table.rows({ pageToken: from, maxResults }));
    const { columns, modified } = table;
    const { rows, pageToken } = found;
    const records = toRecords(found, { columns, naming, table: isOfPrefix ? name : '', before: row });
    if (pageToken !== undefined)
      return { ...records, next: { table: name, token: pageToken, row: row + rows.length, modified } };
    const following = firstOf(tables.filter((other) => other > name));
    return { ...records, ...(following === undefined ? {} : { next: following }) };
  };
  return async (page) => {
    const place = page === undefined ? firstOf(tables) : placeSchema.parse(page);
    if (place === undefined) return NOTHING;
    return readAt(place).catch((error: unknown) => {
      throw gone(place, error);
    });
  };
}

const NOTHING: Page = { records: [], sizeBytes: 0 };

function firstOf([table]: readonly string[]): Place | undefined {
  return table === undefined ? undefined : { table, token: '', row: 0, modified: '' };
}

function notListable(name: string): SourceError {
  return new SourceError(
    'source.not_listable',
    `${name} is a view or an external table, whose rows can only be queried: name it as the source's table, or use a customSQLRequest.`,
  );
}

/** What was there as the run began to read it. */
function gone({ table, token, modified }: Place, error: unknown): unknown {
  if (!(error instanceof SourceError)) return error;
  const isGone =
    (error.code === 'source.not_found' && modified !== '') ||
    (error.code === 'source.refused' && token !== '');
  return isGone ? changed(`The table ${table} cannot be gone on with (${error.message})`) : error;
}
