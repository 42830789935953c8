import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

/** What a path of the test server answers. */
export interface ServedFile {
  body: string | Buffer;
  contentType?: string;
  status?: number;
  /** Bytes per second; unlimited by default. */
  bytesPerSecond?: number;
  /** Cuts the connection after so many bytes though Content-Length promises all. */
  cutAfter?: number;
  /** Answers Range requests (with an ETag); true by default. */
  ranges?: boolean;
}

export interface SourceServer {
  readonly url: string;
  /** Files by path (`/rows.csv`); change them between runs. */
  readonly files: Map<string, ServedFile>;
  /** `METHOD path range` of each request so far. */
  readonly requests: string[];
  stop(): Promise<void>;
}

const TICK_MILLISECONDS = 50;

export async function startSourceServer(): Promise<SourceServer> {
  const files = new Map<string, ServedFile>();
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url} ${request.headers.range ?? ''}`.trim());
    const file = files.get(request.url ?? '');
    if (file === undefined) {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('not found');
      return;
    }
    serve(file, request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    files,
    requests,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function serve(file: ServedFile, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = Buffer.from(file.body);
  const ranges = file.ranges ?? true;
  const match = ranges ? /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') : null;
  const from = Number(match?.[1] ?? 0);
  const end = match?.[2] ? Math.min(body.length, Number(match[2]) + 1) : body.length;
  response.writeHead(file.status ?? (match ? 206 : 200), {
    'content-type': file.contentType ?? 'text/plain',
    'content-length': end - from,
    ...(ranges ? { etag: `"${body.length}"`, 'accept-ranges': 'bytes' } : {}),
    ...(match ? { 'content-range': `bytes ${from}-${end - 1}/${body.length}` } : {}),
  });
  if (file.cutAfter !== undefined) {
    response.write(body.subarray(from, file.cutAfter));
    await delay(TICK_MILLISECONDS);
    response.destroy();
    return;
  }
  const step = file.bytesPerSecond
    ? Math.ceil((file.bytesPerSecond * TICK_MILLISECONDS) / 1000)
    : body.length;
  for (let at = from; at < end && !response.destroyed; at += step) {
    response.write(body.subarray(at, Math.min(end, at + step)));
    if (file.bytesPerSecond) await delay(TICK_MILLISECONDS);
  }
  response.end();
}
