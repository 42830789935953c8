import { BigQuery } from '@google-cloud/bigquery';
import * as z from 'zod';
import { SourceError } from '../../../core/runs/source-error.ts';
import type { SourceContext } from '../../contract/source-connector.ts';
import { describeURL, portOf } from '../../http/request-url.ts';
import { createVendorClient, type VendorClient } from '../../vendor/vendor-client.ts';
import { createAuthorize } from './access-token.ts';
import { asksForPatience, messageOf, readRefusal, ROLES, toSourceError } from './google-failures.ts';

const API = 'https://bigquery.googleapis.com';
const TOKEN_URL = 'https://oauth2.googleapis.com/token';
/** Refusals that BigQuery gives reasons for, beside 401, 429 and those from 500 on. */
const REFUSALS = [400, 403, 404, 409, 412];
/** How often in a row a request is sent again because BigQuery asks for patience, each time after twice as long. */
const MAX_PATIENCE = 6;
const FIRST_PATIENCE_MILLISECONDS = 1_000;

/** Google's own client, whose requests go out as those to any vendor do. */
export interface GuardedClient {
  readonly bigQuery: BigQuery;
  /** Bytes of the last answer. */
  readonly sizeBytes: () => number;
  close(): void;
}

type Send = (method: 'GET' | 'POST', url: string, body: unknown) => Promise<unknown>;
type Done = (error: Error | null, body?: unknown) => void;

/**
 * The library makes the requests; nothing of its own sends one: no retries, no proxies or endpoints of its environment
 * variables, no credentials but those of the source.
 */
export function openGuardedClient(
  context: SourceContext<{ projectID: string }>,
  signal: AbortSignal,
): GuardedClient {
  const { base, api, token } = createClients(context);
  let sizeBytes = 0;
  const send: Send = async (method, url, body) => {
    for (let waits = 0; ; waits += 1) {
      const answer = await api.send({ method, url, body, accepts: REFUSALS, signal });
      if (answer.statusCode < 300) {
        ({ sizeBytes } = answer);
        requireShape(method, url, answer.body);
        return answer.body;
      }
      const refusal = readRefusal(answer.statusCode, answer.body);
      if (!asksForPatience(refusal) || waits === MAX_PATIENCE) throw toSourceError(refusal);
      await context.clock.sleep(FIRST_PATIENCE_MILLISECONDS * 2 ** waits, signal);
    }
  };
  const bigQuery = new BigQuery({ projectId: context.input.projectID });
  bigQuery.baseUrl = `${base}/bigquery/v2`;
  Object.defineProperty(bigQuery, 'makeAuthenticatedRequest', {
    value: (request: Parameters<BigQuery['makeAuthenticatedRequest']>[0], done: Done) => {
      const { method, uri, json } = request;
      const url = `${uri}${toQuery(request.qs)}`;
      void answer(done, async () => send(method === 'POST' ? 'POST' : 'GET', url, json));
    },
  });
  return {
    bigQuery,
    sizeBytes: () => sizeBytes,
    close: () => {
      api.close();
      token.close();
    },
  };
}

/** What the library takes for granted in an answer; where it is not there it would throw where nobody can catch it. */
function requireShape(method: string, url: string, body: unknown): void {
  const shape =
    method === 'POST' ? jobSchema : new URL(url).pathname.endsWith('/tables') ? listSchema : anySchema;
  if (shape.safeParse(body).success) return;
  throw new SourceError(
    'source.invalid_answer',
    `BigQuery answered ${describeURL(new URL(url))} with what is not as documented.`,
    { disposition: 'retryable' },
  );
}

const anySchema = z.looseObject({});
const jobSchema = z.looseObject({ jobReference: anySchema, status: anySchema });
const listSchema = z.looseObject({
  tables: z.array(z.looseObject({ tableReference: z.looseObject({ tableId: z.string() }) })).optional(),
});

async function answer(done: Done, ask: () => Promise<unknown>): Promise<void> {
  let body: unknown;
  try {
    body = await ask();
  } catch (error) {
    done(error instanceof Error ? error : new Error(String(error)));
    return;
  }
  done(null, body);
}

function createClients(context: SourceContext<unknown>): {
  base: string;
  api: VendorClient;
  token: VendorClient;
} {
  const { vendorHosts, network, clock, timeouts } = context;
  const own = vendorHosts['bigquery']?.replace(/\/+$/, '');
  // An operator's own address is trusted, private or not.
  const trusted = own === undefined ? [] : [`${new URL(own).hostname}:${portOf(new URL(own))}`];
  const shared = {
    vendor: 'BigQuery',
    network: { ...network, trustedHosts: [...network.trustedHosts, ...trusted] },
    clock,
    timeouts,
    messageOf,
    accessAdvice: `Check the clientEmail and the privateKey of the authentication, and that the service account has ${ROLES}.`,
  };
  const token = createVendorClient({ ...shared, authorize: async () => ({}) });
  const tokenURL = own === undefined ? TOKEN_URL : `${own}/token`;
  const authorize = createAuthorize(context, { client: token, tokenURL });
  return { base: own ?? API, token, api: createVendorClient({ ...shared, authorize }) };
}

/** Without what the library means for itself. */
function toQuery(qs: unknown): string {
  if (typeof qs !== 'object' || qs === null) return '';
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(qs)) {
    if (value === undefined || OWN_OPTIONS.has(name)) continue;
    search.set(name, String(value));
  }
  return search.size === 0 ? '' : `?${search}`;
}

const OWN_OPTIONS: ReadonlySet<string> = new Set(['autoPaginate', 'autoPaginateVal', 'skipParsing']);
