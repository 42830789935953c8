import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import * as z from 'zod';
import { systemClock } from '../../../../core/foundation/clock.ts';
import { Secret } from '../../../../core/foundation/secret.ts';
import type { Refusal, RunningSubject, SourceSubject } from '../source-subject.ts';

const APP_ID = 'SUBJECTAPP';
const API_KEY = 'browse-key-of-the-subject';
const INDEX = 'products / 2026';
const FILTERS = 'brand:"acme"';

/** Parameters that a browse knows; another one is refused, as the service does. */
const bodySchema = z.strictObject({
  hitsPerPage: z.int().min(1).max(1000).default(1000),
  filters: z.literal(FILTERS),
  attributesToRetrieve: z.tuple([z.literal('*')]),
  cursor: z.string().optional(),
});
const cursorSchema = z.object({ at: z.int().min(0), filters: z.literal(FILTERS) });

export const algoliaIndexSubject: SourceSubject = {
  type: 'algoliaIndex',
  manyRecords: 100_000,
  start: async (records) => serve(records),
};

async function serve(records: number): Promise<RunningSubject> {
  let requests = 0;
  const refusals: Refusal[] = [];
  const server = createServer((request, response) => {
    requests += 1;
    const refusal = refusals.shift();
    if (refusal === undefined) return void answer(records, request, response);
    request.resume();
    response.writeHead(refusal.status, refusal.headers).end('{"message":"refused"}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const contextWith = (apiKey: string) => ({
    input: { indexName: INDEX, filters: FILTERS },
    authentication: { type: 'algolia', input: { appID: APP_ID, apiKey: new Secret(apiKey) } },
    // Not `allowPrivate`: what an operator names is trusted.
    network: { allowPrivate: [], trustedHosts: [] },
    vendorHosts: { [`search:${APP_ID}`]: `http://127.0.0.1:${port}/behind/` },
    clock: systemClock,
    taskID: 'task-1',
    triggeredAt: new Date('2026-11-24T00:00:00Z'),
  });
  return {
    context: contextWith(API_KEY),
    wrongCredentials: contextWith('another-key'),
    secrets: [API_KEY, 'another-key'],
    requests: () => requests,
    refuse: (next) => void refusals.push(...next),
    stop: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function answer(records: number, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await text(request);
  const { pathname } = new URL(request.url ?? '', 'http://localhost');
  const say = (status: number, message: string) =>
    response.writeHead(status).end(JSON.stringify({ message, status }));
  if (request.method !== 'POST' || pathname !== `/behind/1/indexes/${encodeURIComponent(INDEX)}/browse`) {
    return void say(404, `Index ${pathname} does not exist`);
  }
  const { 'x-algolia-application-id': appID, 'x-algolia-api-key': key } = request.headers;
  if (appID !== APP_ID || key !== API_KEY) {
    return void say(403, `Invalid Application-ID or API key ${String(key)}`);
  }
  const asked = bodySchema.safeParse(JSON.parse(body));
  if (!asked.success) return void say(400, asked.error.message);
  const { hitsPerPage, cursor } = asked.data;
  const at = cursor === undefined ? 0 : readCursor(cursor);
  const to = Math.min(records, at + hitsPerPage);
  const hits = Array.from({ length: to - at }, (_, index) => recordAt(at + index));
  const next = Buffer.from(JSON.stringify({ at: to, filters: FILTERS })).toString('base64');
  const rest = to < records ? `,"cursor":"${next}"` : '';
  response
    .writeHead(200, { 'content-type': 'application/json' })
    .end(`{"hits":[${hits.join(', ')}],"page":0,"nbHits":${records}${rest},"query":"","params":""}`);
}

function readCursor(cursor: string): number {
  return cursorSchema.parse(JSON.parse(Buffer.from(cursor, 'base64').toString())).at;
}

/** With the id where the service puts it, and a number that no double holds. */
function recordAt(index: number): string {
  return `{"title":"Product ${index}","ean":${9007199254740993n + BigInt(index)},"text":"${'x'.repeat(900)}","objectID":"p-${index}"}`;
}
