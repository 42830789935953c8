import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { buildSchema, execute, GraphQLError, parse, validate, type DocumentNode } from 'graphql';
import type { Refusal } from '../contract/source-subject.ts';
import { linesOf, refusalOf, type LineOrder } from './bulk-file.ts';
import { costOf, MAX_QUERY_COST } from './query-cost.ts';
import { catalogOf, connect, type Answering, type Hook, type Row, type Store } from './store.ts';

export const ACCESS_TOKEN = 'shpat_token-of-the-app';
export const CLIENT = { id: 'client-of-the-app', secret: 'shpss_secret-of-the-app' };
const API_PATH = '/admin/api/2026-07/graphql.json';
const BUCKET = { maximumAvailable: 2000, restoreRate: 100 };

interface Operation {
  readonly id: string;
  readonly query: string;
  readonly sizeBytes: number;
  status: string;
  errorCode: string | null;
  /** How often it is still running when it is asked for. */
  polls: number;
}

export interface ShopifyServer {
  readonly url: string;
  readonly store: Store;
  readonly hooks: Hook[];
  readonly operations: Operation[];
  /** The names of the fields at the top of each query, and `GET` with the path of each download. */
  readonly requests: {
    readonly what: string;
    readonly variables: Record<string, unknown>;
    readonly query: string;
  }[];
  readonly refusals: Refusal[];
  /** The next answers are errors of these codes, with these points left. */
  readonly errors: { readonly code: string; readonly message?: string; readonly available?: number }[];
  /** What every answer says is left of the points, where it is not all of them. */
  available: number | undefined;
  /** So many starts of bulk operations are refused because others run. */
  busy: number;
  /** How often a new operation is running when it is asked for. */
  polls: number;
  /** What a new operation fails with. */
  failure: string | undefined;
  lineOrder: LineOrder;
  /** How large results are said to be, where that is not their size. */
  fileBytes: number | undefined;
  /** What a download is instead of the result. */
  download: ((response: ServerResponse) => void) | undefined;
  /** Closes it; rejects where a request was not as the vendor documents it. */
  stop(): Promise<void>;
}

/** A store of Shopify that checks every request against the schema and answers it by it. */
export async function startShopify(store: Store): Promise<ShopifyServer> {
  const schema = buildSchema(readFileSync(new URL('shopify-admin.graphql', import.meta.url), 'utf8'));
  const violations: string[] = [];
  const http = createServer((request, response) => {
    void answer(request, response).catch((error: unknown) => {
      violations.push(String(error));
      if (response.headersSent) response.destroy();
      else response.writeHead(400).end(JSON.stringify({ errors: String(error) }));
    });
  });
  const server: ShopifyServer = {
    url: '',
    store,
    hooks: [],
    operations: [],
    requests: [],
    refusals: [],
    errors: [],
    available: undefined,
    busy: 0,
    polls: 0,
    failure: undefined,
    lineOrder: 'far',
    fileBytes: undefined,
    download: undefined,
    stop: async () => {
      http.closeAllConnections();
      http.close();
      if (violations.length > 0) throw new Error(violations.join('\n'));
    },
  };
  const rootValue = { ...catalogOf(store), ...operationsOf(), ...hooksOf() };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '', server.url);
    const body = await readBody(request);
    if (pathname === '/admin/oauth/access_token') return grant(body, response);
    const refusal = server.refusals.shift();
    if (refusal !== undefined) {
      server.requests.push({ what: 'refused', variables: {}, query: '' });
      return void response.writeHead(refusal.status, refusal.headers).end();
    }
    if (request.method === 'GET' && pathname.startsWith('/bulk/')) return sendFile(request, response);
    if (request.method !== 'POST' || pathname !== API_PATH) throw new Error(`No such path: ${pathname}`);
    if (request.headers['x-shopify-access-token'] !== ACCESS_TOKEN) {
      const errors = '[API] Invalid API key or access token (unrecognized login or wrong password)';
      return sendJson(response, { errors }, 401);
    }
    sendJson(response, await answerQuery(JSON.parse(body)));
  }

  async function answerQuery(body: { query: string; variables?: Record<string, unknown> }): Promise<object> {
    const { query, variables = {} } = body;
    const document = parse(query);
    const what = fieldsOf(document).join();
    server.requests.push({ what, variables, query });
    const faults = validate(schema, document);
    if (faults.length > 0) throw new Error(`${what}: ${faults.map(({ message }) => message).join(' ')}`);
    const requestedQueryCost = costOf(schema, document, variables);
    const planned = server.errors.shift();
    const isTooCostly = requestedQueryCost > MAX_QUERY_COST;
    const code = planned?.code ?? (isTooCostly ? 'MAX_COST_EXCEEDED' : undefined);
    const available = planned?.available ?? server.available ?? BUCKET.maximumAvailable - requestedQueryCost;
    const extensions = {
      cost: {
        requestedQueryCost,
        actualQueryCost: code === undefined ? requestedQueryCost : null,
        throttleStatus: { ...BUCKET, currentlyAvailable: available },
      },
    };
    if (code !== undefined) {
      const message = planned?.message ?? code.toLowerCase();
      return { errors: [{ message, extensions: { code } }], extensions };
    }
    const contextValue: Answering = {};
    const result = await execute({ schema, document, rootValue, contextValue, variableValues: variables });
    if (result.errors !== undefined)
      throw new Error(`${what}: ${result.errors.map(({ message }) => message).join(' ')}`);
    return { ...result, extensions };
  }

  function grant(body: string, response: ServerResponse): void {
    const form = new URLSearchParams(body);
    server.requests.push({ what: 'token', variables: {}, query: '' });
    const isKnown = form.get('client_id') === CLIENT.id && form.get('client_secret') === CLIENT.secret;
    if (form.get('grant_type') !== 'client_credentials' || !isKnown)
      return sendJson(response, { error: 'application_cannot_be_found' }, 400);
    sendJson(response, { access_token: ACCESS_TOKEN, scope: 'read_products', expires_in: 86_399 });
  }

  async function sendFile(request: IncomingMessage, response: ServerResponse): Promise<void> {
    server.requests.push({ what: `GET ${request.url?.replace(/\?.*/, '')}`, variables: {}, query: '' });
    if (request.headers['x-shopify-access-token'] !== undefined)
      throw new Error('The access token was sent to where the result lies');
    const operation = server.operations.find(({ id }) =>
      request.url?.includes(`/${id.split('/').at(-1)}.jsonl`),
    );
    if (operation === undefined || operation.status === 'EXPIRED') return void response.writeHead(403).end();
    if (server.download !== undefined) return server.download(response);
    response.writeHead(200, { 'content-type': 'application/jsonl' });
    const lines = Readable.from(inChunks(linesOf(schema, { ...operation, store, order: server.lineOrder })));
    await new Promise<void>((resolve, reject) => {
      lines.on('error', reject);
      response.on('close', () => {
        lines.destroy();
        resolve();
      });
      lines.pipe(response);
    });
  }

  function operationsOf() {
    const userError = (code: string, message: string) => ({
      bulkOperation: null,
      userErrors: [{ field: ['query'], message, code }],
    });
    const find = (id: string) => server.operations.find((one) => one.id === id);
    return {
      bulkOperationRunQuery: async ({ query }: { query: string }) => {
        if (server.busy > 0) {
          server.busy -= 1;
          return userError('LIMIT_REACHED', 'Bulk operations limit reached. Please try again later.');
        }
        const refusal = refusalOf(schema, query);
        if (refusal !== undefined) return userError('INVALID', refusal);
        let sizeBytes = 0;
        for await (const line of linesOf(schema, { store, query, order: 'grouped' }))
          sizeBytes += Buffer.byteLength(line) + 1;
        const operation = {
          id: `gid://shopify/BulkOperation/${server.operations.length + 720_918}`,
          query,
          sizeBytes,
          status: 'RUNNING',
          errorCode: null,
          polls: server.polls,
        };
        server.operations.push(operation);
        return { bulkOperation: toBulkOperation(operation), userErrors: [] };
      },
      bulkOperation: ({ id }: { id: string }) => {
        const operation = find(id);
        if (operation === undefined) return null;
        if (operation.status === 'RUNNING') advance(operation);
        return toBulkOperation(operation);
      },
      bulkOperationCancel: ({ id }: { id: string }) => {
        const operation = find(id);
        if (operation?.status === 'RUNNING') operation.status = 'CANCELED';
        return { bulkOperation: operation === undefined ? null : toBulkOperation(operation), userErrors: [] };
      },
    };
  }

  function advance(operation: Operation): void {
    operation.polls -= 1;
    if (operation.polls >= 0) return;
    operation.status = server.failure === undefined ? 'COMPLETED' : 'FAILED';
    operation.errorCode = server.failure ?? null;
  }

  function toBulkOperation({ id, query, status, errorCode, sizeBytes }: Operation): Row {
    const isDone = status === 'COMPLETED' && sizeBytes > 0;
    const url = `${server.url}/bulk/${id.split('/').at(-1)}.jsonl?signature=signed`;
    return {
      ...{ id, query, status, errorCode, type: 'QUERY', createdAt: '2026-11-24T00:00:00Z' },
      ...{ objectCount: '0', rootObjectCount: '0', partialDataUrl: null },
      url: isDone ? url : null,
      fileSize: isDone ? String(server.fileBytes ?? sizeBytes) : null,
    };
  }

  function hooksOf() {
    const done = (hook: Hook | undefined) =>
      hook === undefined
        ? {
            webhookSubscription: null,
            userErrors: [{ field: ['id'], message: 'Webhook subscription does not exist' }],
          }
        : { webhookSubscription: hook, deletedWebhookSubscriptionId: hook.id, userErrors: [] };
    const find = (id: string) => server.hooks.find((hook) => hook.id === id);
    return {
      webhookSubscriptions: (args: Row, answering: Answering) =>
        connect(server.hooks as unknown as Row[], args, answering),
      webhookSubscriptionCreate: ({
        topic,
        webhookSubscription,
      }: {
        topic: string;
        webhookSubscription: Partial<Hook>;
      }) => {
        if (server.hooks.some((hook) => hook.topic === topic && hook.uri === webhookSubscription.uri)) {
          const message = 'Address for this topic has already been taken';
          return { webhookSubscription: null, userErrors: [{ field: ['uri'], message }] };
        }
        const hook = hookOf(server.hooks.length + 1, { topic, ...webhookSubscription });
        server.hooks.push(hook);
        return done(hook);
      },
      webhookSubscriptionUpdate: ({
        id,
        webhookSubscription,
      }: {
        id: string;
        webhookSubscription: Partial<Hook>;
      }) => {
        const hook = find(id);
        if (hook !== undefined) Object.assign(hook, webhookSubscription);
        return done(hook);
      },
      webhookSubscriptionDelete: ({ id }: { id: string }) => {
        const hook = find(id);
        if (hook !== undefined) server.hooks.splice(server.hooks.indexOf(hook), 1);
        return done(hook);
      },
    };
  }

  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  return Object.assign(server, { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}` });
}

export function hookOf(number: number, more: Partial<Hook>): Hook {
  return {
    id: `gid://shopify/WebhookSubscription/${number}`,
    topic: 'PRODUCTS_UPDATE',
    uri: 'https://erp.example.com/hook',
    format: 'JSON',
    includeFields: [],
    metafieldNamespaces: [],
    filter: null,
    createdAt: '2026-11-24T00:00:00Z',
    updatedAt: '2026-11-24T00:00:00Z',
    ...more,
  };
}

function fieldsOf(document: DocumentNode): string[] {
  return document.definitions.flatMap((definition) => {
    if (definition.kind !== 'OperationDefinition')
      throw new GraphQLError('Only operations are expected here');
    return definition.selectionSet.selections.flatMap((selection) =>
      selection.kind === 'Field' ? [selection.name.value] : [],
    );
  });
}

async function* inChunks(lines: AsyncIterable<string>): AsyncGenerator<string> {
  let chunk = '';
  for await (const line of lines) {
    chunk += `${line}\n`;
    if (chunk.length < 65_536) continue;
    yield chunk;
    chunk = '';
  }
  yield chunk;
}

function sendJson(response: ServerResponse, body: object, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
