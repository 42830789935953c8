import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listenOnLoopback } from '../start-up/listen-on-loopback.ts';
import type { SampleFile } from './sample-files.ts';

/** Serves the sample files on 127.0.0.1, with what a good web server has: ETag, Range, If-Range, HEAD. */
export async function startSampleServer(
  files: readonly SampleFile[],
  port: number,
): Promise<{ url: string; stop(): Promise<void> }> {
  const server = createServer((request, response) => {
    const path = (request.url ?? '').split('?')[0];
    const file = files.find(({ name }) => path === `/${name}`);
    if (!file) return fail(response, 404, 'Not found\n');
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return fail(response, 405, 'Method not allowed\n');
    return sendFile(file, request, response);
  });
  const taken = await listenOnLoopback(server, port);
  return {
    url: `http://127.0.0.1:${taken}`,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function sendFile(file: SampleFile, request: IncomingMessage, response: ServerResponse): void {
  response.setHeader('content-type', file.contentType);
  response.setHeader('accept-ranges', 'bytes');
  response.setHeader('etag', file.etag);
  if (request.headers['if-none-match'] === file.etag) {
    response.writeHead(304).end();
    return;
  }
  const size = file.contents.length;
  const range = wantedRange(request, file);
  if (range === 'unsatisfiable') {
    response.writeHead(416, { 'content-range': `bytes */${size}` }).end();
    return;
  }
  const body = range ? file.contents.subarray(range.first, range.last + 1) : file.contents;
  if (range) response.setHeader('content-range', `bytes ${range.first}-${range.last}/${size}`);
  response.writeHead(range ? 206 : 200, { 'content-length': body.length });
  response.end(request.method === 'HEAD' ? undefined : body);
}

/** One range, as RFC 9110 has it; nothing (the whole file) for several, for a malformed one, or for another version. */
function wantedRange(
  request: IncomingMessage,
  file: SampleFile,
): { first: number; last: number } | 'unsatisfiable' | undefined {
  const ifRange = request.headers['if-range'];
  if (ifRange !== undefined && ifRange !== file.etag) return undefined;
  const match = /^bytes=(\d*)-(\d*)$/.exec(request.headers.range ?? '');
  const [, from = '', to = ''] = match ?? [];
  if (from === '' && to === '') return undefined;
  const size = file.contents.length;
  const first = from === '' ? Math.max(0, size - Number(to)) : Number(from);
  const last = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1);
  return first >= size || first > last ? 'unsatisfiable' : { first, last };
}

function fail(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(text);
}
