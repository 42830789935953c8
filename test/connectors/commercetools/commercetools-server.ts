import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CommercetoolsMock } from '@labdigital/commercetools-mock';
import type { Refusal } from '../contract/source-subject.ts';

export const PROJECT = 'my-project';
export const CLIENT = { id: 'client-1', secret: 'client-secret-1' };

type Json = Record<string, unknown>;

/** What a project has. */
export interface Project {
  readonly products: readonly Json[];
  readonly categories?: readonly Json[];
  readonly inventory?: readonly Json[];
  /** Store key → the ids of its products. */
  readonly stores?: Readonly<Record<string, readonly string[]>>;
  /** So many products are made as they are asked for, in place of `products`. */
  /** The most that a page of products holds, however many are asked for. */
  readonly pageCap?: number;
  readonly generated?: { readonly count: number; make(index: number): Json };
}

export interface CommercetoolsServer {
  readonly url: string;
  /** Of the API, without those for tokens. */
  readonly requests: URL[];
  readonly tokenRequests: string[];
  readonly refusals: Refusal[];
  /** Seconds that a token lasts. */
  tokenSeconds: number;
  /** No token that was given is good any more. */
  endTokens(): void;
  stop(): Promise<void>;
}

/**
 * The project's API as the mock has it, behind a server that fills the mock's gaps: it checks the client's secret and that
 * tokens end, refuses ids that are no UUIDs, wants a bounded page without a total, projects by store and, of large
 * projects, makes the products.
 */
export async function startCommercetools(project: Project): Promise<CommercetoolsServer> {
  const mock = new CommercetoolsMock({ silent: true, defaultProjectKey: PROJECT });
  const add = async (type: string, items: readonly Json[] = []) => {
    for (const item of items) await mock.project(PROJECT).unsafeAdd(type as never, item as never);
  };
  await add('product', project.products);
  await add('category', project.categories);
  await add('inventory-entry', project.inventory);

  const tokens = new Map<string, number>();
  const state = { tokens: 0 };
  const server = createServer((request, response) => {
    void answer(request, response).catch((error: unknown) => send(response, 500, { message: String(error) }));
  });
  const running: CommercetoolsServer = {
    url: '',
    requests: [],
    tokenRequests: [],
    refusals: [],
    tokenSeconds: 172_800,
    endTokens: () => tokens.clear(),
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await mock.app.close();
    },
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://commercetools');
    if (url.pathname === '/oauth/token') return giveToken(request, response);
    running.requests.push(url);
    const refusal = running.refusals.shift();
    if (refusal !== undefined)
      return send(response, refusal.status, { message: 'Not now.' }, refusal.headers);
    if (!tokens.has(request.headers.authorization ?? ''))
      return send(response, 401, { statusCode: 401, message: 'invalid_token', errors: [] });
    const problem = problemOf(url);
    if (problem !== undefined) {
      const errors = [{ code: 'InvalidInput', message: problem }];
      return send(response, 400, { statusCode: 400, message: problem, errors });
    }
    if (project.generated !== undefined) return send(response, 200, generate(project.generated, url));
    projectByStore(url);
    const limit = Number(url.searchParams.get('limit'));
    url.searchParams.set('limit', String(Math.min(limit, project.pageCap ?? limit)));
    const { statusCode, body } = await mock.app.inject({
      method: 'GET',
      url: `${url.pathname}${url.search}`,
    });
    return send(response, statusCode, JSON.parse(body));
  }

  async function giveToken(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = (await request.toArray()).join('');
    running.tokenRequests.push(body);
    const basic = Buffer.from(`${CLIENT.id}:${CLIENT.secret}`).toString('base64');
    if (request.headers.authorization !== `Basic ${basic}`)
      return send(response, 401, { statusCode: 401, message: 'Please provide valid client credentials.' });
    const form = new URLSearchParams(body);
    if (form.get('grant_type') !== 'client_credentials' || form.get('scope') === 'unknown')
      return send(response, 400, { statusCode: 400, message: 'Malformed parameter: scope' });
    state.tokens += 1;
    const token = `token-${state.tokens}`;
    tokens.set(`Bearer ${token}`, running.tokenSeconds);
    send(response, 200, { access_token: token, expires_in: running.tokenSeconds, token_type: 'Bearer' });
  }

  function projectByStore(url: URL): void {
    const store = url.searchParams.get('storeProjection');
    if (store === null) return;
    const ids = (project.stores?.[store] ?? []).map((id) => JSON.stringify(id)).join(', ');
    const where = url.searchParams.get('where');
    url.searchParams.set('where', `${where === null ? '' : `${where} and `}(id in (${ids}))`);
    url.searchParams.delete('storeProjection');
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(running, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
}

/** The id of the n-th thing: a UUID, in the order of the numbers. */
export function uuid(number: number): string {
  return `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
}

function problemOf({ searchParams }: URL): string | undefined {
  const limit = Number(searchParams.get('limit'));
  if (!(limit >= 1 && limit <= 500)) return 'Malformed parameter: limit: must be between 1 and 500';
  if (searchParams.get('withTotal') !== 'false') return 'The test server wants no totals';
  if (searchParams.has('offset')) return 'The test server wants no offsets';
  const ids = /\bid in \(([^)]*)\)/.exec(searchParams.get('where') ?? '')?.[1];
  const isMalformed = ids?.split(', ').some((id) => !/^"[0-9a-f-]{36}"$/.test(id));
  return isMalformed === true ? 'Malformed parameter: where: an id is no UUID' : undefined;
}

function generate({ count, make }: NonNullable<Project['generated']>, { pathname, searchParams }: URL): Json {
  if (!pathname.endsWith('/product-projections')) return { results: [] };
  const where = searchParams.get('where') ?? '';
  const named = where.includes('id in (') ? [...where.matchAll(/"[0-9a-f-]{24}(\d{12})"/g)] : undefined;
  if (named !== undefined) {
    const following = /id > "([^"]+)"/.exec(where)?.[1] ?? '';
    const known = [...new Set(named.filter(([, number]) => Number(number) <= count).map(([id]) => id))]
      .map((id) => id.slice(1, -1))
      .filter((id) => id > following)
      .toSorted();
    return {
      results: known.slice(0, Number(searchParams.get('limit'))).map((id) => make(Number(id.slice(-12)))),
    };
  }
  const after = /id > "([^"]+)"/.exec(where)?.[1];
  const from = after === undefined ? 1 : Number(after.slice(-12)) + 1;
  const length = Math.max(0, Math.min(Number(searchParams.get('limit')), count - from + 1));
  return { results: Array.from({ length }, (_, index) => make(from + index)) };
}

function send(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}
