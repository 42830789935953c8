import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';

import { callHandler, type ApiHandler } from './api-client.ts';

/** What becomes of a request on its way to the hosted API. */
type Fault =
  | { readonly status: number; readonly retryAfter?: number }
  /** The connection ends before the request is taken, or before its answer is given. */
  | { readonly cut: 'request' | 'answer' }
  | { readonly delayMilliseconds: number };

interface Arrival {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
}

/** The API function behind a port on loopback, as Algolia's is behind its host, with what can go wrong on the way. */
export interface HostedServer {
  readonly url: string;
  readonly arrivals: Arrival[];
  /** What came of them: a status, or nothing. */
  readonly answers: (number | 'cut')[];
  /** Each request arrives unless this says otherwise. */
  fault: (arrival: Arrival) => Fault | undefined;
  /** As the region shows itself in which the application's data is not: every list is empty. */
  empty: boolean;
  stop(): Promise<void>;
}

const EMPTY_LIST = JSON.stringify({
  tasks: [],
  runs: [],
  pagination: { nbPages: 1, page: 1, nbItems: 0, itemsPerPage: 100 },
});

export async function startHostedServer(handler: ApiHandler): Promise<HostedServer> {
  const server = createServer((request, response) => {
    void (async () => {
      const arrival = { method: request.method ?? '', url: request.url ?? '' };
      hosted.arrivals.push(arrival);
      const fault = hosted.fault(arrival);
      const body = await buffer(request);
      const isCut = fault !== undefined && 'cut' in fault;
      if (isCut) hosted.answers.push('cut');
      if (isCut && fault.cut === 'request') return request.socket.destroy();
      if (fault && 'status' in fault) {
        const headers = fault.retryAfter === undefined ? {} : { 'retry-after': String(fault.retryAfter) };
        hosted.answers.push(fault.status);
        return response.writeHead(fault.status, headers).end('{"message":"as the test says"}');
      }
      const answer = await callHandler(handler, {
        ...arrival,
        headers: Object.fromEntries(
          Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
        ),
        ...(body.length === 0 ? {} : { body: body.toString('utf8') }),
      });
      if (isCut) return request.socket.destroy();
      if (fault && 'delayMilliseconds' in fault) await delay(fault.delayMilliseconds);
      hosted.answers.push(answer.status);
      const text = hosted.empty ? EMPTY_LIST : answer.text;
      return response.writeHead(answer.status, { ...answer.headers }).end(text);
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const hosted: HostedServer = {
    url: `http://127.0.0.1:${port}`,
    arrivals: [],
    answers: [],
    fault: () => undefined,
    empty: false,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return hosted;
}
