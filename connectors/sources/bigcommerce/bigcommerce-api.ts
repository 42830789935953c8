import * as z from 'zod';
import { SourceError } from '../../../core/runs/source-error.ts';
import type { SourceContext } from '../../contract/source-connector.ts';
import { portOf } from '../../http/request-url.ts';
import { createVendorClient } from '../../vendor/vendor-client.ts';
import { accessTokenOf } from './access-token.ts';
import type { BigCommerceInput } from './bigcommerce-input.ts';
import type { NetworkPolicy } from '../../http/network-policy.ts';

const BASE_URL = 'https://api.bigcommerce.com';
/** The most that lists of the catalog give at once, and that is asked for by id at once. */
export const PAGE_LIMIT = 250;
/** Requests that are left for others when the store's quota comes to its end: all apps of a store share it. */
const RESERVED_REQUESTS = 2;

type Query = Readonly<Record<string, string | number | undefined>>;

interface ApiRequest<Data> {
  readonly method?: 'GET' | 'POST';
  readonly path: string;
  readonly query?: Query;
  readonly body?: unknown;
  /** Of the answer's `data`. */
  readonly schema: z.ZodType<Data>;
  readonly signal: AbortSignal;
}

interface ListRequest<Item> {
  readonly path: string;
  readonly query?: Query;
  readonly schema: z.ZodType<Item>;
  readonly signal: AbortSignal;
}

interface ListPage<Item> {
  readonly items: Item[];
  /** As the vendor says: a page may be shorter than was asked for and not be the last. */
  readonly hasMore: boolean;
  readonly sizeBytes: number;
}

interface Command {
  readonly method: 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
  /** Statuses that are no failure beside 200 to 299. */
  readonly accepts?: readonly number[];
  readonly signal: AbortSignal;
}

/** The v3 API of one store. Errors: `SourceError`. */
export interface BigCommerceApi {
  request<Data>(request: ApiRequest<Data>): Promise<Data>;
  /** One page of a list. */
  page<Item>(request: ListRequest<Item>): Promise<ListPage<Item>>;
  /** All of a list, page after page. */
  list<Item>(request: ListRequest<Item>): AsyncGenerator<Item>;
  /** Where the answer does not matter. */
  command(command: Command): Promise<void>;
  close(): void;
}

export function openBigCommerceApi(context: SourceContext<BigCommerceInput>): BigCommerceApi {
  const { base, network } = reach(context);
  const client = createVendorClient({
    vendor: 'BigCommerce',
    network,
    clock: context.clock,
    timeouts: context.timeouts,
    authorize: async () => ({ 'x-auth-token': accessTokenOf(context.authentication) }),
    accessAdvice:
      'Check the access token of the authentication, the storeHash of the source, and that the API account may read ' +
      'products.',
    waitOf,
    messageOf,
  });
  const root = `${base}/stores/${encodeURIComponent(context.input.storeHash)}/v3`;
  const api: BigCommerceApi = {
    request: async ({ path, query, schema, ...request }) => {
      const { body } = await client.send({ ...request, url: urlOf(root, path, query) });
      return parseAnswer(path, z.object({ data: schema }), body).data;
    },
    page: async ({ path, query, schema, signal }) => {
      const { body, sizeBytes } = await client.send({ url: urlOf(root, path, query), signal });
      const { data: items, meta } = parseAnswer(
        path,
        z.object({ data: z.array(schema), meta: metaSchema }),
        body,
      );
      return { items, hasMore: meta.pagination.current_page < meta.pagination.total_pages, sizeBytes };
    },
    async *list({ query, ...request }) {
      for (let page = 1, hasMore = true; hasMore; page += 1) {
        const found = await api.page({ ...request, query: { ...query, limit: PAGE_LIMIT, page } });
        yield* found.items;
        hasMore = found.hasMore;
      }
    },
    command: async ({ path, ...command }) => {
      await client.send({ ...command, url: urlOf(root, path) });
    },
    close: () => client.close(),
  };
  return api;
}

/** Cuts what is asked for by id into what one request takes. */
export function chunksOf<Item>(items: readonly Item[], size: number): Item[][] {
  const count = Math.ceil(items.length / size);
  return Array.from({ length: count }, (_, index) => items.slice(index * size, (index + 1) * size));
}

/** An operator's own address is trusted, private or not. */
function reach({ vendorHosts, network }: SourceContext<BigCommerceInput>): {
  base: string;
  network: NetworkPolicy;
} {
  const own = vendorHosts['bigcommerce'];
  if (own === undefined) return { base: BASE_URL, network };
  const url = new URL(own);
  const trustedHosts = [...network.trustedHosts, `${url.hostname}:${portOf(url)}`];
  return { base: own.replace(/\/+$/, ''), network: { ...network, trustedHosts } };
}

const metaSchema = z.object({ pagination: z.object({ current_page: z.int(), total_pages: z.int() }) });

function urlOf(root: string, path: string, query: Query = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) search.set(name, String(value));
  }
  return search.size === 0 ? `${root}${path}` : `${root}${path}?${search}`;
}

function parseAnswer<Answer>(path: string, schema: z.ZodType<Answer>, body: unknown): Answer {
  const { success, data, error } = schema.safeParse(body);
  if (success) return data;
  const field = error.issues[0]?.path.join('.') ?? '';
  throw new SourceError(
    'source.invalid_answer',
    `BigCommerce answered ${path} with a ${field === '' ? 'body' : field} that is not as documented.`,
  );
}

/** https://developer.bigcommerce.com/docs/start/best-practices/api-rate-limits */
function waitOf(headers: Readonly<Record<string, string>>): number | undefined {
  const left = Number(headers['x-rate-limit-requests-left'] ?? Number.NaN);
  const reset = Number(headers['x-rate-limit-time-reset-ms'] ?? Number.NaN);
  return left <= RESERVED_REQUESTS && reset >= 0 ? reset : undefined;
}

const refusalSchema = z.object({ title: z.string().optional(), detail: z.string().optional() });

function messageOf(text: string): string | undefined {
  try {
    const { title, detail } = refusalSchema.parse(JSON.parse(text));
    return detail ?? title;
  } catch {
    return undefined;
  }
}
