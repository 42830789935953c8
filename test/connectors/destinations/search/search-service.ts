import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

interface ReceivedRequest {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  body: Buffer;
}

type Answer =
  | { status: number; body: unknown; headers?: Record<string, string> }
  | 'reset'
  /** Applied, but the answer is lost. */
  | 'reset after';

export interface SearchService {
  url: string;
  requests: ReceivedRequest[];
  /** The bodies of the batch requests received. */
  batches(): string[];
  /** What was applied, in order: objectIDs. */
  applied: string[];
  /** Answers the next requests in this place, one entry each; `undefined` entries are answered as usual. */
  script: (Answer | undefined)[];
  /** Refuses a batch: its answer, or `undefined` when the records are fine. */
  judge: (records: Record<string, unknown>[], texts: string[]) => Answer | undefined;
  /** How often a task is asked for before it is published. */
  pollsUntilPublished: number;
}

/**
 * A search service that answers batches and tasks as a test wants it to. The semantics of indices are tested against
 * the local index; this one exists to give answers that no healthy service gives, and to see the bytes it was sent.
 */
export async function startSearchService(): Promise<SearchService> {
  const polls = new Map<string, number>();
  const service: SearchService = {
    url: '',
    requests: [],
    batches: () =>
      service.requests.filter(({ path }) => path.endsWith('/batch')).map(({ body }) => body.toString()),
    applied: [],
    script: [],
    judge: () => undefined,
    pollsUntilPublished: 0,
  };
  let taskID = 1000;
  const answer = (request: ReceivedRequest): Answer => {
    const task = /\/task\/(\d+)$/.exec(request.path)?.[1];
    if (task !== undefined) {
      const asked = (polls.get(task) ?? 0) + 1;
      polls.set(task, asked);
      return ok({ status: asked > service.pollsUntilPublished ? 'published' : 'notPublished' });
    }
    if (!request.path.endsWith('/batch'))
      return { status: 404, body: { message: 'Index does not exist', status: 404 } };
    const { requests } = JSON.parse(request.body.toString()) as {
      requests: { body: { objectID: string } }[];
    };
    const records = requests.map(({ body }) => body);
    const refused = service.judge(
      records,
      records.map((record) => JSON.stringify(record)),
    );
    if (refused !== undefined) return refused;
    service.applied.push(...records.map(({ objectID }) => objectID));
    taskID += 1;
    return ok({ taskID, objectIDs: [] });
  };
  const server = createServer(async (incoming, response) => {
    const request = await receive(incoming);
    service.requests.push(request);
    const scripted = service.script.shift();
    if (scripted === 'reset after') answer(request);
    send(response, scripted ?? answer(request));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  service.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return service;
}

function ok(body: unknown): Answer {
  return { status: 200, body };
}

async function receive(incoming: IncomingMessage): Promise<ReceivedRequest> {
  const chunks = (await incoming.toArray()) as Buffer[];
  return {
    method: incoming.method ?? '',
    path: decodeURIComponent(incoming.url ?? ''),
    headers: incoming.headers,
    body: Buffer.concat(chunks),
  };
}

function send(response: ServerResponse, answer: Answer): void {
  if (typeof answer === 'string') {
    response.destroy();
    return;
  }
  response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
  response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body));
}
