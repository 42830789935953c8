import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface FileServer {
  url: string;
  /** What was asked, in order. */
  requests: IncomingMessage[];
  /** Bytes of content sent. */
  sent: { bytes: number };
}

/** A server on loopback for one test. */
export async function startServer(listener: RequestListener): Promise<FileServer> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    listener(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/file?key=secret`, requests, sent: { bytes: 0 } };
}

export interface ServedFile {
  content: Buffer;
  /** What tells versions apart; by default a strong ETag. */
  validator?: 'strong' | 'weak' | 'date' | 'none';
  ranges?: boolean;
  headers?: Record<string, string>;
}

/** Serves a file as web servers do; `file` may be changed between requests. */
export async function serveFile(file: ServedFile): Promise<FileServer> {
  const server = await startServer((request, response) => {
    const { content, ranges = true } = file;
    const headers = { ...validatorOf(file), ...file.headers };
    const asked = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
    const isSame = request.headers['if-range'] === headers['etag'];
    if (asked === null || !ranges || !isSame) return send(response, 200, headers, content);
    const first = Number(asked[1]);
    if (first >= content.length)
      return send(response, 416, { 'content-range': `bytes */${content.length}` }, Buffer.alloc(0));
    const last = asked[2] === '' ? content.length - 1 : Math.min(Number(asked[2]), content.length - 1);
    const range = { ...headers, 'content-range': `bytes ${first}-${last}/${content.length}` };
    send(response, 206, range, content.subarray(first, last + 1));
  });
  const send = (response: ServerResponse, status: number, headers: Record<string, string>, body: Buffer) => {
    server.sent.bytes += body.length;
    response.writeHead(status, { 'content-length': body.length, ...headers }).end(body);
  };
  return server;
}

function validatorOf({ content, validator = 'strong' }: ServedFile): Record<string, string> {
  const tag = `"${createHash('sha256').update(content).digest('hex').slice(0, 16)}"`;
  if (validator === 'strong') return { etag: tag };
  if (validator === 'weak') return { etag: `W/${tag}` };
  return validator === 'date' ? { 'last-modified': new Date(content.length * 1000).toUTCString() } : {};
}
