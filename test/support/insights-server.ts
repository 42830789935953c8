import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Answer {
  status: number;
  message: string;
  headers?: Record<string, string>;
}

export interface InsightsServer {
  url: string;
  /** Events per call, of every call that reached the check, whatever became of it. */
  calls: number[];
  /** What was counted, in order. */
  events: Record<string, unknown>[];
  headers: IncomingMessage['headers'][];
  /** Answers the next calls, one entry each, without counting anything. */
  script: Answer[];
  /** Refuses what the published rules allow. */
  judge: (event: Record<string, unknown>) => string | undefined;
  close(): void;
}

const DAY = 86_400_000;

/** Insights by its published limits: one invalid event and the whole call is refused. `now` is its clock. */
export async function startInsightsServer(now: () => number = Date.now): Promise<InsightsServer> {
  const server = createServer((request, response) => void receive(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const insights: InsightsServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls: [],
    events: [],
    headers: [],
    script: [],
    judge: () => undefined,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
  const answerTo = (request: IncomingMessage, body: Buffer): Answer => {
    if (request.method !== 'POST' || request.url !== '/1/events')
      return { status: 404, message: 'Not found' };
    if (request.headers['x-algolia-api-key'] === 'wrong-key') {
      return { status: 401, message: 'Invalid Application-ID or API key' };
    }
    if (body.length >= 2_000_000) return { status: 413, message: 'Payload too large' };
    const { events } = JSON.parse(body.toString()) as { events: Record<string, unknown>[] };
    insights.calls.push(events.length);
    const scripted = insights.script.shift();
    if (scripted !== undefined) return scripted;
    if (events.length === 0 || events.length > 1_000) return { status: 422, message: 'events: 1 to 1000' };
    for (const event of events) {
      const fault = faultOf(event, now()) ?? insights.judge(event);
      if (fault !== undefined) return { status: 422, message: fault };
    }
    insights.events.push(...events);
    return { status: 200, message: 'OK' };
  };
  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    insights.headers.push(request.headers);
    const { status, message, headers } = answerTo(request, Buffer.concat(chunks));
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify({ status, message }));
  }
  return insights;
}

function faultOf(event: Record<string, unknown>, now: number): string | undefined {
  const { timestamp } = event;
  const bad = (name: string, pattern: RegExp) =>
    event[name] !== undefined && (typeof event[name] !== 'string' || !pattern.test(event[name]));
  if (event['objectID'] !== undefined) return 'objectID: unknown';
  for (const name of ['eventName', 'eventType', 'index', 'userToken']) {
    if (event[name] === undefined) return `${name}: required`;
  }
  if (bad('eventName', /^[ -~]{1,64}$/)) return 'eventName: invalid';
  if (bad('eventType', /^(view|click|conversion)$/)) return 'eventType: invalid';
  if (bad('eventSubtype', /^(addToCart|purchase)$/)) return 'eventSubtype: invalid';
  if (bad('index', /./)) return 'index: invalid';
  if (bad('userToken', /^[a-zA-Z0-9_=/+-]{1,129}$/)) return 'userToken: invalid';
  if (bad('currency', /^[A-Za-z]{3}$/)) return 'currency: invalid';
  if (timestamp !== undefined && (!Number.isInteger(timestamp) || Number(timestamp) < now - 30 * DAY)) {
    return 'timestamp: invalid';
  }
  return targetFaultOf(event);
}

function targetFaultOf({ objectIDs, filters, positions }: Record<string, unknown>): string | undefined {
  if ((objectIDs === undefined) === (filters === undefined)) return 'objectIDs or filters';
  const targets = objectIDs ?? filters;
  if (!Array.isArray(targets) || targets.length < 1 || targets.length > 20) return 'objectIDs: 1 to 20';
  if (positions === undefined) return undefined;
  return Array.isArray(positions) && positions.length === targets.length
    ? undefined
    : 'positions: must align';
}
