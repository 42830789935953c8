import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Refusal } from '../contract/source-subject.ts';
import { checkRequest, type DocumentedRequest } from './check-against-document.ts';

export const STORE_HASH = 'abc123';
export const ACCESS_TOKEN = 'token-of-the-api-account';

type Row = Record<string, unknown>;

/** What a store has; what is absent is empty. */
export interface Store {
  /** How many products there are, numbered from 1 on; each is made as it is asked for. */
  products?: { count: number; make: (id: number) => Row };
  /** Ids of products that are gone. */
  removed?: ReadonlySet<number>;
  /** Ids of products that are not sold in channel 1. */
  notInChannel?: ReadonlySet<number>;
  brands?: Row[];
  trees?: Row[];
  categories?: Row[];
  productMetafields?: Row[];
  variantMetafields?: Row[];
  /** By currency: what a variant of a product costs, or the product itself. */
  price?: (currency: string, productID: number, variantID: number | undefined) => number | undefined;
  /** A list gives at most so many at once, whatever is asked for. */
  pageCap?: number;
  /** Answers with all metafields, whatever resources are asked for. */
  ignoresResourceFilter?: boolean;
}

interface Hook {
  id: number;
  scope: string;
  destination: string;
  is_active: boolean;
  headers: Record<string, string> | null;
}

export interface BigCommerceServer {
  readonly url: string;
  readonly hooks: Hook[];
  /** What was asked, as `GET /catalog/products`, and with what. */
  readonly requests: (Pick<DocumentedRequest, 'path' | 'query' | 'body'> & { method: string })[];
  readonly refusals: Refusal[];
  /** Headers of every answer from now on. */
  headers: Record<string, string>;
  /** Closes it; rejects where a request or an answer was not as the vendor documents it. */
  stop(): Promise<void>;
}

/** A store of BigCommerce that answers what its document describes and refuses what it does not. */
export async function startBigCommerce(store: Store): Promise<BigCommerceServer> {
  const violations: string[] = [];
  const http = createServer((request, response) => {
    void answer(request, response).catch((error: unknown) => {
      violations.push(String(error));
      response.writeHead(422).end(JSON.stringify({ status: 422, title: String(error) }));
    });
  });
  const server: BigCommerceServer = {
    url: '',
    hooks: [],
    requests: [],
    refusals: [],
    headers: {},
    stop: async () => {
      http.closeAllConnections();
      http.close();
      if (violations.length > 0) throw new Error(violations.join('\n'));
    },
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const refusal = server.refusals.shift();
    const body = await readJson(request);
    if (request.headers['x-auth-token'] !== ACCESS_TOKEN) {
      return void response.writeHead(401).end(JSON.stringify({ status: 401, title: 'Unauthorized' }));
    }
    const documented = checkRequest(request, `/stores/${STORE_HASH}/v3`, body);
    server.requests.push({ ...documented, method: request.method ?? '' });
    if (refusal !== undefined) return void response.writeHead(refusal.status, refusal.headers).end();
    const answered = answerOf(`${request.method} ${documented.path}`, documented);
    if (answered === undefined) return void response.writeHead(404).end('{"status":404,"title":"Not found"}');
    documented.checkAnswer(answered);
    response
      .writeHead(200, { 'content-type': 'application/json', ...server.headers })
      .end(JSON.stringify(answered));
  }

  function answerOf(operation: string, { query, body, id }: DocumentedRequest): object | undefined {
    switch (operation) {
      case 'GET /catalog/products':
        return listProducts(store, query);
      case 'GET /catalog/products/metafields':
        return listMetafields(store, store.productMetafields ?? [], query);
      case 'GET /catalog/variants/metafields':
        return listMetafields(store, store.variantMetafields ?? [], query);
      case 'GET /catalog/brands':
        return paginate(store, pick(store.brands ?? [], 'id', query['id:in']), query);
      case 'GET /catalog/trees':
        return {
          data: (store.trees ?? []).filter(({ channels }) =>
            (query['channel_id:in'] as number[]).some((channel) => (channels as number[]).includes(channel)),
          ),
          meta: {},
        };
      case 'GET /catalog/trees/categories': {
        const ofTrees = pick(store.categories ?? [], 'tree_id', query['tree_id:in']);
        return paginate(store, pick(ofTrees, 'category_id', query['category_id:in']), query);
      }
      case 'POST /pricing/products':
        return { data: priceItems(store, body), meta: {} };
      case 'GET /hooks':
        return paginate(
          store,
          pick(server.hooks as unknown as Row[], 'destination', asList(query['destination'])),
          query,
        );
      case 'POST /hooks':
        return addHook(body as Omit<Hook, 'id'>);
      default:
        return changeHook(operation, id, body);
    }
  }

  function addHook(hook: Omit<Hook, 'id'>): object {
    const isThere = server.hooks.some(
      ({ scope, destination }) => scope === hook.scope && destination === hook.destination,
    );
    if (isThere) throw new Error(`There is a hook for ${hook.scope} at ${hook.destination}`);
    const added = { ...hook, id: 1000 + server.hooks.length };
    server.hooks.push(added);
    return { data: added };
  }

  function changeHook(operation: string, id: number, body: unknown): object | undefined {
    const hook = server.hooks.find((one) => one.id === id);
    if (hook === undefined) return undefined;
    if (operation.startsWith('DELETE')) server.hooks.splice(server.hooks.indexOf(hook), 1);
    else Object.assign(hook, body);
    return { data: hook };
  }

  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  return Object.assign(server, { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}` });
}

function listProducts(store: Store, query: DocumentedRequest['query']): object {
  const { count, make } = store.products ?? { count: 0, make: (): Row => ({}) };
  const ids = (query['id:in'] as number[] | undefined)?.toSorted((a, b) => a - b);
  const after = (query['id:greater'] as number | undefined) ?? 0;
  const isSold = (id: number) => query['channel_id:in'] === undefined || store.notInChannel?.has(id) !== true;
  const include = (query['include'] as string[] | undefined) ?? [];
  const most = include.includes('options') || include.includes('modifiers') ? 10 : 250;
  const limit = Math.min(Number(query['limit'] ?? 50), store.pageCap ?? 250, most);
  const found: number[] = [];
  let total = 0;
  for (const id of ids ?? Array.from({ length: count - after }, (_, index) => after + index + 1)) {
    if (id <= after || id > count || store.removed?.has(id) === true || !isSold(id)) continue;
    total += 1;
    if (found.length < limit) found.push(id);
  }
  const data = found.map((id) => {
    const product = make(id);
    for (const part of ['variants', 'images', 'custom_fields'])
      if (!include.includes(part)) delete product[part];
    return product;
  });
  return { data, meta: { pagination: pagination(total, data.length, limit, 1) } };
}

function listMetafields(store: Store, fields: Row[], query: DocumentedRequest['query']): object {
  const filters = { namespace: 'namespace:in', key: 'key:in', resource_id: 'resource_id:in' };
  let found = fields;
  for (const [member, name] of Object.entries(filters)) {
    if (member === 'resource_id' && store.ignoresResourceFilter === true) continue;
    found = pick(found, member, query[name]);
  }
  return paginate(store, found, query);
}

/** Those whose member is one of the values; all where nothing is said. */
function pick(rows: Row[], member: string, values: unknown): Row[] {
  return values === undefined ? rows : rows.filter((row) => (values as unknown[]).includes(row[member]));
}

function asList(value: unknown): unknown[] | undefined {
  return value === undefined ? undefined : [value];
}

function paginate(store: Store, rows: Row[], query: DocumentedRequest['query']): object {
  const limit = Math.min(Number(query['limit'] ?? 50), store.pageCap ?? 250);
  const page = Number(query['page'] ?? 1);
  const data = rows.slice((page - 1) * limit, page * limit);
  return { data, meta: { pagination: pagination(rows.length, data.length, limit, page) } };
}

function pagination(total: number, count: number, limit: number, page: number): object {
  return {
    total,
    count,
    per_page: limit,
    current_page: page,
    total_pages: Math.ceil(total / limit),
    links: {},
  };
}

function priceItems(store: Store, body: unknown): object[] {
  const { currency_code: currency, items } = body as {
    currency_code: string;
    items: { product_id: number; variant_id?: number }[];
  };
  return items.flatMap((item) => {
    const amount = store.price?.(currency, item.product_id, item.variant_id);
    if (amount === undefined) return [];
    const price = {
      as_entered: amount,
      entered_inclusive: false,
      tax_exclusive: amount,
      tax_inclusive: amount * 1.2,
    };
    // As the vendor does, which names a variant also where the product was asked for.
    return [{ variant_id: 1, ...item, reference_request: item, price, calculated_price: price }];
  });
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  return text === '' ? undefined : JSON.parse(text);
}
