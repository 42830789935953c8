import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Column } from '../../../connectors/sources/bigquery/bigquery-api.ts';
import type { Refusal } from '../contract/source-subject.ts';
import { checkRequest, checkResponse, type DocumentedRequest } from './check-against-discovery.ts';
import { createTokenEndpoint } from './token-endpoint.ts';

export const PROJECT = 'my-project';
export const DATASET = 'shop';
const LOCATION = 'EU';

/** Rows made as they are asked for: what stands in `v` of each cell, TIMESTAMPs in microseconds. */
interface ServedRows {
  columns: readonly Column[];
  count: number;
  row(index: number): readonly unknown[];
}

interface ServedTable extends ServedRows {
  type?: 'TABLE' | 'VIEW';
  modified?: string;
}

interface ServedQuery extends ServedRows {
  bytes?: number;
  /** What the query itself comes to, where that is more than was foreseen. */
  bytesThen?: number;
  statementType?: string;
  /** How often it is answered that the query still runs. */
  polls?: number;
  failure?: { reason: string; message: string };
}

export interface BigQueryServer {
  readonly url: string;
  readonly requests: DocumentedRequest[];
  /** Bodies of the jobs that were inserted, dry runs included. */
  readonly jobs: { readonly sql: string; readonly dryRun: boolean; readonly maximumBytesBilled?: string }[];
  readonly refusals: ReasonedRefusal[];
  readonly faults: Faults;
  readonly tables: Record<string, ServedTable>;
  readonly queries: Record<string, ServedQuery>;
  readonly tokens: Set<string>;
  /** As after a day. */
  forgetResults(): void;
  count(): number;
  stop(): void;
}

interface Served {
  tables?: Record<string, ServedTable>;
  /** By the very text of the query. */
  queries?: Record<string, ServedQuery>;
  /** Rows per page, however many are asked for. */
  pageCap?: number;
}

/** What goes wrong with requests to the API (those for tokens aside); each is asked for every one. */
interface Faults {
  /** Answered in place of doing it. */
  before?: (request: DocumentedRequest) => ReasonedRefusal | undefined;
  /** Answered after it was done. */
  after?: (request: DocumentedRequest) => ReasonedRefusal | undefined;
  /** The body to be sent in place of the right one. */
  body?: (request: DocumentedRequest) => unknown;
}

type ReasonedRefusal = Refusal & { readonly reason?: string; readonly message?: string };

interface StoredJob extends ServedQuery {
  polls: number;
}

class ApiFailure extends Error {
  readonly status: number;
  readonly reason: string;

  constructor(status: number, reason: string, message: string) {
    super(message);
    this.status = status;
    this.reason = reason;
  }
}

/** A BigQuery that holds every request, and its own answers, to the discovery document. */
export async function startBigQuery(served: Served): Promise<BigQueryServer> {
  const { pageCap = 10_000 } = served;
  const tables = { ...served.tables };
  const queries = { ...served.queries };
  const { exchange, tokens } = createTokenEndpoint();
  const requests: DocumentedRequest[] = [];
  const refusals: BigQueryServer['refusals'] = [];
  const faults: Faults = {};
  const jobs: BigQueryServer['jobs'] = [];
  const stored = new Map<string, StoredJob>();
  let count = 0;

  const api: Record<string, (request: DocumentedRequest) => unknown> = {
    'bigquery.tables.list': ({ parameters }) => {
      const names = Object.keys(tables);
      const { at, to, next } = cut(names.length, { ...parameters, of: 'tables' }, pageCap);
      return {
        kind: 'bigquery#tableList',
        tables: names
          .slice(at, to)
          .map((tableId) => ({ type: tables[tableId]?.type ?? 'TABLE', tableReference: refer(tableId) })),
        ...(next === undefined ? {} : { nextPageToken: next }),
      };
    },
    'bigquery.tables.get': ({ parameters }) => {
      const { columns, count: numRows, type = 'TABLE', modified } = tableOf(parameters);
      const schema = { fields: columns as Column[] };
      return {
        type,
        schema,
        lastModifiedTime: modified ?? '1700000000000',
        numRows: String(numRows),
        location: LOCATION,
      };
    },
    'bigquery.tabledata.list': ({ parameters }) => {
      const table = tableOf(parameters);
      if (table.type === 'VIEW') throw new ApiFailure(400, 'invalid', 'Cannot list a table of type VIEW.');
      return {
        kind: 'bigquery#tableDataList',
        ...pageOf(table, { ...parameters, of: parameters['tableId'] }, pageCap),
      };
    },
    'bigquery.jobs.insert': ({ body }) => insert(body as InsertedJob),
    'bigquery.jobs.get': ({ parameters }) => {
      jobOf(parameters);
      return { jobReference: referToJob(parameters['jobId']), status: { state: 'RUNNING' } };
    },
    'bigquery.jobs.getQueryResults': ({ parameters }) => {
      const job = jobOf(parameters);
      const jobReference = referToJob(parameters['jobId']);
      if (job.polls > 0) {
        job.polls -= 1;
        return { jobComplete: false, jobReference };
      }
      if (job.failure !== undefined) throw new ApiFailure(400, job.failure.reason, job.failure.message);
      const page = pageOf(job, { ...parameters, of: parameters['jobId'] }, pageCap);
      return { jobComplete: true, jobReference, schema: { fields: job.columns as Column[] }, ...page };
    },
  };

  const insert = ({ configuration, jobReference }: InsertedJob) => {
    const { query: sql, useLegacySql, maximumBytesBilled } = configuration.query;
    const dryRun = configuration.dryRun === true;
    jobs.push({ sql, dryRun, ...(maximumBytesBilled === undefined ? {} : { maximumBytesBilled }) });
    if (useLegacySql !== false) throw new ApiFailure(400, 'invalidQuery', 'Legacy SQL was not expected.');
    const query = queries[sql];
    if (query === undefined)
      throw new ApiFailure(400, 'invalidQuery', `Syntax error: unexpected query ${sql}`);
    const bytes = dryRun ? (query.bytes ?? 1_000) : (query.bytesThen ?? query.bytes ?? 1_000);
    const statementType = query.statementType ?? 'SELECT';
    const statistics = {
      totalBytesProcessed: String(bytes),
      query: { statementType, totalBytesProcessed: String(bytes), totalBytesProcessedAccuracy: 'PRECISE' },
    };
    if (dryRun)
      return {
        jobReference: { projectId: PROJECT, location: LOCATION },
        statistics,
        status: { state: 'DONE' },
      };
    if (jobReference.location !== LOCATION)
      throw new ApiFailure(404, 'notFound', `Not found: Dataset in location ${jobReference.location}`);
    if (stored.has(jobReference.jobId))
      throw new ApiFailure(409, 'duplicate', `Already Exists: Job ${jobReference.jobId}`);
    if (maximumBytesBilled !== undefined && bytes > Number(maximumBytesBilled))
      throw new ApiFailure(
        400,
        'bytesBilledLimitExceeded',
        `Query exceeded limit for bytes billed: ${maximumBytesBilled}. ${bytes} or higher required.`,
      );
    stored.set(jobReference.jobId, { ...query, polls: query.polls ?? 0 });
    return { jobReference: referToJob(jobReference.jobId), status: { state: 'RUNNING' } };
  };
  const tableOf = ({ datasetId, tableId = '' }: DocumentedRequest['parameters']): ServedTable => {
    const table = tables[tableId];
    if (datasetId === DATASET && table !== undefined) return table;
    throw new ApiFailure(404, 'notFound', `Not found: Table ${PROJECT}:${datasetId}.${tableId}`);
  };
  const jobOf = ({ jobId = '', location }: DocumentedRequest['parameters']): StoredJob => {
    const job = stored.get(jobId);
    if (job !== undefined && location === LOCATION) return job;
    throw new ApiFailure(404, 'notFound', `Not found: Job ${PROJECT}:${jobId}`);
  };

  const server = createServer((request, response) => {
    count += 1;
    void answer(request, response).catch((error: unknown) => {
      // What is against the document must not look like a failure that passes.
      say(response, 400, {
        error: { code: 400, message: String(error), errors: [{ reason: 'undocumented' }] },
      });
    });
  });
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await text(request);
    const refusal = refusals.shift();
    if (refusal !== undefined) return sayRefusal(response, refusal);
    const url = new URL(request.url ?? '', 'http://localhost');
    if (url.pathname === '/token' && request.method === 'POST') {
      const given = exchange(body);
      return say(response, given.status, given.body);
    }
    if (!tokens.has((request.headers.authorization ?? '').replace(/^Bearer /, '')))
      return sayRefusal(response, { status: 401, reason: 'authError', message: 'Invalid Credentials' });
    const documented = checkRequest(request.method ?? '', url, body);
    requests.push(documented);
    try {
      const fault = faults.before?.(documented);
      if (fault !== undefined) return sayRefusal(response, fault);
      if (documented.parameters['projectId'] !== PROJECT)
        throw new ApiFailure(
          403,
          'accessDenied',
          'Access Denied: User does not have bigquery.jobs.create permission.',
        );
      const answered = api[documented.id]?.(documented);
      checkResponse(documented.id, answered);
      const loss = faults.after?.(documented);
      if (loss !== undefined) return sayRefusal(response, loss);
      return say(response, 200, faults.body?.(documented) ?? answered);
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      return sayRefusal(response, error);
    }
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    jobs,
    refusals,
    faults,
    tables,
    queries,
    tokens,
    forgetResults: () => stored.clear(),
    count: () => count,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

interface InsertedJob {
  readonly jobReference: { readonly jobId: string; readonly location?: string };
  readonly configuration: {
    readonly dryRun?: boolean;
    readonly query: {
      readonly query: string;
      readonly useLegacySql?: boolean;
      readonly maximumBytesBilled?: string;
    };
  };
}

function pageOf(rows: ServedRows, parameters: Readonly<Record<string, string | undefined>>, pageCap: number) {
  const { at, to, next } = cut(rows.count, parameters, pageCap);
  const asMicroseconds = parameters['formatOptions.useInt64Timestamp'] === 'true';
  const cells = (index: number) =>
    rows.row(index).map((v, column) => {
      const isFloat = rows.columns[column]?.type === 'TIMESTAMP' && !asMicroseconds && v !== null;
      return { v: isFloat ? String(Number(v) / 1e6) : v };
    });
  return {
    totalRows: String(rows.count),
    ...(to > at ? { rows: Array.from({ length: to - at }, (_, index) => ({ f: cells(at + index) })) } : {}),
    ...(next === undefined ? {} : { pageToken: next }),
  };
}

/** Tokens are good for what they were given for, and for nothing else. */
function cut(
  count: number,
  { pageToken, maxResults, of }: Readonly<Record<string, string | undefined>>,
  pageCap: number,
) {
  const token =
    pageToken === undefined
      ? undefined
      : (JSON.parse(Buffer.from(pageToken, 'base64').toString()) as { at: number; of: string });
  if (token !== undefined && (token.of !== of || token.at > count))
    throw new ApiFailure(400, 'invalid', 'Invalid page token');
  const at = token?.at ?? 0;
  const to = Math.min(count, at + Math.min(pageCap, Number(maxResults ?? pageCap)));
  const next = to < count ? Buffer.from(JSON.stringify({ at: to, of })).toString('base64') : undefined;
  return { at, to, next };
}

function refer(tableId: string) {
  return { projectId: PROJECT, datasetId: DATASET, tableId };
}

function referToJob(jobId = '') {
  return { projectId: PROJECT, jobId, location: LOCATION };
}

function sayRefusal(response: ServerResponse, refusal: ReasonedRefusal) {
  const { status, headers = {}, reason = 'backendError', message = 'refused' } = refusal;
  const error = { code: status, message, errors: [{ domain: 'global', reason, message }] };
  return say(response, status, { error }, headers);
}

function say(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}
