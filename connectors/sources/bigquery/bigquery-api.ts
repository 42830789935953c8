import { randomUUID } from 'node:crypto';
import type { Job } from '@google-cloud/bigquery';
import * as z from 'zod';
import { SourceError } from '../../../core/runs/source-error.ts';
import type { SourceContext } from '../../contract/source-connector.ts';
import { ALREADY_THERE, refusalOfJob, toSourceError } from './google-failures.ts';
import { openGuardedClient, type GuardedClient } from './guarded-client.ts';

/** The most that BigQuery names at once. */
const TABLES_PER_PAGE = 1_000;
/** BigQuery itself waits for a query some ten seconds before it answers that there is no result yet. */
const POLL_MILLISECONDS = 500;

export interface Column {
  readonly name: string;
  readonly type: string;
  readonly mode?: string | undefined;
  readonly fields?: readonly Column[] | undefined;
}

export interface RowPage {
  /** As BigQuery writes them: `{"f": [{"v": …}]}`. */
  readonly rows: readonly unknown[];
  /** Absent after the last page. */
  readonly pageToken?: string | undefined;
  readonly sizeBytes: number;
}

interface PageRequest {
  readonly pageToken: string | undefined;
  readonly maxResults: number;
}

export interface OpenTable {
  /** Whether its rows can be listed: those of views and of external tables cannot. */
  readonly isListable: boolean;
  /** When it was last changed, in milliseconds. */
  readonly modified: string;
  readonly columns: readonly Column[];
  rows(request: PageRequest): Promise<RowPage>;
}

/** What BigQuery foresees of a query. */
export interface Estimate {
  readonly bytes: number;
  /** Whether the query may be held to it. */
  readonly isBound: boolean;
  readonly location: string | undefined;
  /** SELECT, INSERT, SCRIPT… */
  readonly statementType: string;
}

/** Where the results of a query are. */
export interface JobPlace {
  readonly job: string;
  readonly location: string;
}

/** One reading's connection to BigQuery. Errors: `SourceError`. */
export interface BigQueryApi {
  /** Names of the dataset's tables with this prefix, sorted. */
  tableNames(prefix: string): Promise<string[]>;
  /** As it was when it was first opened, where it is opened again at once. */
  openTable(name: string): Promise<OpenTable>;
  dryRun(sql: string): Promise<Estimate>;
  startQuery(
    sql: string,
    options: { location: string | undefined; maximumBytes: number | undefined },
  ): Promise<JobPlace>;
  /** Waits for the query's end. */
  results(place: JobPlace, request: PageRequest): Promise<RowPage & { columns: readonly Column[] }>;
  close(): void;
}

export function openBigQueryApi(
  context: SourceContext<{ projectID: string; datasetID: string }>,
  signal: AbortSignal,
): BigQueryApi {
  const client = openGuardedClient(context, signal);
  const { bigQuery } = client;
  const { datasetID } = context.input;
  let opened: { readonly name: string; readonly table: OpenTable } | undefined;
  return {
    tableNames: async (prefix) => {
      const names = await translated(listNames(client, datasetID));
      return names.filter((name) => name.startsWith(prefix)).sort();
    },
    openTable: async (name) => {
      if (opened?.name !== name) opened = { name, table: await openTable(client, datasetID, name) };
      return opened.table;
    },
    dryRun: async (query) => {
      const [, answer] = await translated(bigQuery.createQueryJob({ query, dryRun: true }));
      return toEstimate(answer);
    },
    startQuery: async (query, { location, maximumBytes }) => {
      const maximumBytesBilled = maximumBytes === undefined ? undefined : String(maximumBytes);
      const jobId = randomUUID();
      const options = withoutAbsent({ query, jobId, location, maximumBytesBilled });
      try {
        const [, answer] = await translated(bigQuery.createQueryJob(options));
        const { jobReference } = parse(jobSchema, answer, 'jobs.insert');
        return { job: jobId, location: jobReference.location };
      } catch (error) {
        // Sent again after an answer that asked for patience, or none: the first time had been enough.
        if (isAlreadyThere(error) && location !== undefined) return { job: jobId, location };
        throw error;
      }
    },
    results: async ({ job, location }, request) => {
      const asked = bigQuery.job(job, { location });
      for (;;) {
        const found = await fetchResults(client, asked, request);
        if (found !== undefined) return found;
        await context.clock.sleep(POLL_MILLISECONDS, signal);
      }
    },
    close: () => client.close(),
  };
}

const LISTABLE: ReadonlySet<string> = new Set(['TABLE', 'SNAPSHOT', 'CLONE']);

const columnSchema: z.ZodType<Column> = z.lazy(() =>
  z.object({
    name: z.string(),
    type: z.string(),
    mode: z.string().optional(),
    fields: z.array(columnSchema).optional(),
  }),
);
const columnsSchema = z.object({ fields: z.array(columnSchema).optional() });
const tableSchema = z.object({
  type: z.string().default('TABLE'),
  lastModifiedTime: z.string().min(1),
  schema: columnsSchema.optional(),
});
const listSchema = z.object({ nextPageToken: z.string().optional() });
const jobSchema = z.object({ jobReference: z.object({ location: z.string() }) });
const dryRunSchema = z.object({
  jobReference: z.object({ location: z.string().optional() }).optional(),
  statistics: z.object({
    totalBytesProcessed: z.string().regex(/^\d+$/),
    query: z.object({
      statementType: z.string().optional(),
      totalBytesProcessedAccuracy: z.string().optional(),
    }),
  }),
});
const pageSchema = z.object({ pageToken: z.string().min(1).optional() });
const resultsSchema = z.object({ jobComplete: z.boolean(), schema: columnsSchema.optional() });

async function openTable(client: GuardedClient, datasetID: string, name: string): Promise<OpenTable> {
  const table = client.bigQuery.dataset(datasetID).table(name);
  const [metadata] = await translated(table.getMetadata());
  const { type, lastModifiedTime, schema } = parse(tableSchema, metadata, 'tables.get');
  return {
    isListable: LISTABLE.has(type),
    modified: lastModifiedTime,
    columns: schema?.fields ?? [],
    rows: async (request) => {
      const options = { ...request, autoPaginate: false, skipParsing: true };
      const [rows, , answer] = await translated(table.getRows(withoutAbsent(options)));
      return toPage(client, rows, answer);
    },
  };
}

function toEstimate(answer: unknown): Estimate {
  const { statistics, jobReference } = parse(dryRunSchema, answer, 'jobs.insert');
  const { statementType, totalBytesProcessedAccuracy: accuracy } = statistics.query;
  return {
    bytes: Number(statistics.totalBytesProcessed),
    isBound: accuracy === undefined || accuracy === 'PRECISE' || accuracy === 'UPPER_BOUND',
    location: jobReference?.location,
    statementType: statementType ?? 'SELECT',
  };
}

async function listNames({ bigQuery }: GuardedClient, datasetID: string): Promise<string[]> {
  const names: string[] = [];
  for (let pageToken: string | undefined, isLast = false; !isLast;) {
    const [tables, , answer] = await bigQuery
      .dataset(datasetID)
      .getTables(withoutAbsent({ autoPaginate: false, maxResults: TABLES_PER_PAGE, pageToken }));
    names.push(...tables.flatMap(({ id }) => id ?? []));
    pageToken = parse(listSchema, answer, 'tables.list').nextPageToken;
    isLast = pageToken === undefined;
  }
  return names;
}

/** `undefined` where the query is not done yet. */
async function fetchResults(client: GuardedClient, job: Job, request: PageRequest) {
  const options = { ...request, autoPaginate: false, skipParsing: true };
  const [rows, , answer] = await translated(job.getQueryResults(withoutAbsent(options)));
  const { jobComplete, schema } = parse(resultsSchema, answer, 'jobs.getQueryResults');
  if (!jobComplete) return undefined;
  return { ...toPage(client, rows, answer), columns: schema?.fields ?? [] };
}

function toPage({ sizeBytes }: GuardedClient, rows: readonly unknown[], answer: unknown): RowPage {
  return { rows, pageToken: parse(pageSchema, answer, 'a page of rows').pageToken, sizeBytes: sizeBytes() };
}

function isAlreadyThere(error: unknown): boolean {
  return error instanceof SourceError && error.code === ALREADY_THERE;
}

type WithoutAbsent<Options> = { [Name in keyof Options]: Exclude<Options[Name], undefined> };

/** The library takes no member for one that is not there. */
function withoutAbsent<Options extends object>(options: Options): Partial<WithoutAbsent<Options>>;
function withoutAbsent(options: object): object {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

const libraryErrorSchema = z.object({
  errors: z.array(z.object({ reason: z.string().optional(), message: z.string().optional() })).min(1),
});

/** A query that could be started and failed at once is an error of the library's own. */
async function translated<Result>(asked: Promise<Result>): Promise<Result> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof SourceError) throw error;
    const [first] = libraryErrorSchema.safeParse(error).data?.errors ?? [];
    throw first === undefined ? error : toSourceError(refusalOfJob(first));
  }
}

function parse<Answer>(schema: z.ZodType<Answer>, body: unknown, method: string): Answer {
  const { success, data, error } = schema.safeParse(body);
  if (success) return data;
  const field = error.issues[0]?.path.join('.') ?? '';
  throw new SourceError(
    'source.invalid_answer',
    `BigQuery answered ${method} with a ${field === '' ? 'body' : field} that is not as documented.`,
    { disposition: 'retryable' },
  );
}
