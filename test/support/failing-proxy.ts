import { createServer, request as sendRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';

/** Stands between two machines on loopback: hands requests on to `target`, or fails as the test says. */
export interface FailingProxy {
  readonly url: string;
  /** Base URL of the machine behind it; it has another after a restart. */
  target: string;
  /** Asked for each request, counted from 1: a status to answer, milliseconds to wait, or nothing. */
  fault: (count: number) => { status: number } | { delayMilliseconds: number } | undefined;
  stop(): Promise<void>;
}

export async function startFailingProxy(): Promise<FailingProxy> {
  let count = 0;
  const server = createServer((request, response) => {
    void (async () => {
      count += 1;
      const fault = proxy.fault(count);
      const body = await buffer(request);
      if (fault && 'status' in fault)
        return response.writeHead(fault.status, { 'retry-after': '1' }).end('{}');
      if (fault) await delay(fault.delayMilliseconds);
      const url = new URL(request.url ?? '/', proxy.target);
      const passed = sendRequest(url, { method: request.method, headers: request.headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      // The machine behind is gone: so is the connection.
      passed.on('error', () => request.socket.destroy());
      return passed.end(body);
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const proxy: FailingProxy = {
    url: `http://127.0.0.1:${port}`,
    target: '',
    fault: () => undefined,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return proxy;
}
