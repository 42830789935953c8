import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { listenOnLoopback } from '../../start-up/listen-on-loopback.ts';
import type { AwsError } from '../protocol/aws-error.ts';
import { stopServer, toAwsError } from '../protocol/endpoint.ts';
import type { ServiceOptions, StartedService } from '../protocol/started-service.ts';
import { openObjectStore } from './object-store.ts';
import { answerObjectRequest, type ObjectAnswer } from './object-requests.ts';
import { authoriseObjectRequest } from './presigned.ts';
import { readObjectBody } from './read-object-body.ts';

/**
 * The part of S3 that the stack uses, path-style: create and find a bucket; put (also only if absent), get and delete
 * an object, each by a signed URL too. Anything else is a 501, so that nothing is believed to have worked.
 */
export async function startS3(options: ServiceOptions): Promise<StartedService> {
  const store = openObjectStore(join(options.dataDirectory, 's3'));
  const closing = new AbortController();
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    void serve(request, response, async () => {
      authoriseObjectRequest(request);
      return answerObjectRequest(store, request, await readObjectBody(request));
    });
  });
  const port = await listenOnLoopback(server, options.port ?? 0);
  return {
    endpoint: `http://127.0.0.1:${port}`,
    stop: async () => {
      await stopServer(server, closing);
      store.close();
    },
  };
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  answer: () => Promise<ObjectAnswer>,
): Promise<void> {
  response.setHeader('x-amz-request-id', randomUUID());
  try {
    const { status, headers = {}, body } = await answer();
    response.writeHead(status, { 'content-length': body?.byteLength ?? 0, ...headers });
    response.end(request.method === 'HEAD' ? undefined : body);
  } catch (error) {
    sendError(request, response, toAwsError('S3', error));
  }
}

function sendError(request: IncomingMessage, response: ServerResponse, error: AwsError): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  // What is left of a body that was not read must not be taken for the next request.
  const connection = request.complete ? {} : { connection: 'close' };
  response.writeHead(error.status, { 'content-type': 'application/xml', ...connection });
  const message = error.message.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  response.end(
    request.method === 'HEAD'
      ? undefined
      : `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${error.code}</Code><Message>${message}</Message></Error>`,
  );
}
