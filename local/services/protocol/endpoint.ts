import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { randomUUID } from 'node:crypto';
import { AwsError } from './aws-error.ts';
import type { Call } from './call.ts';
import type { StartedService } from './started-service.ts';

/** A batch of SQS messages is at most 1 MiB, which JSON escapes can make six times as long. */
const MAX_BODY_BYTES = 8 * 1024 * 1024;
/** How long running requests may take to end after `stop`; long polls end at once because their signal aborts. */
const STOP_GRACE_MILLISECONDS = 1000;

interface WireRequest {
  readonly method: string;
  readonly url: URL;
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

interface WireResponse {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export type Answer = (request: WireRequest, call: Call) => Promise<WireResponse>;

/** Serves `answer` on 127.0.0.1. An `AwsError` becomes its wire form, anything else a 500 with its cause on stderr. */
export async function startEndpoint(name: string, port: number, answer: Answer): Promise<StartedService> {
  const closing = new AbortController();
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    void serve({ name, answer, closing: closing.signal }, request, response);
  });
  server.listen(port, '127.0.0.1');
  await new Promise<void>((resolve, reject) => {
    server.once('listening', resolve);
    server.once('error', reject);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error(`${name} has no port`);
  return { endpoint: `http://127.0.0.1:${address.port}`, stop: () => stopServer(server, closing) };
}

/** Ends a server: running requests get a moment, `closing` tells them. */
export async function stopServer(server: Server, closing: AbortController): Promise<void> {
  if (!server.listening) return;
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  closing.abort();
  server.closeIdleConnections();
  const force = setTimeout(() => server.closeAllConnections(), STOP_GRACE_MILLISECONDS);
  await closed;
  clearTimeout(force);
}

interface Serving {
  name: string;
  answer: Answer;
  closing: AbortSignal;
}

async function serve(serving: Serving, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const requestID = randomUUID();
  try {
    const region = authorise(request);
    const body = await readBody(request);
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const target = request.headers['x-amz-target'];
    const answered = await serving.answer(
      {
        method: request.method ?? 'GET',
        url,
        target: typeof target === 'string' ? target : '',
        headers: request.headers,
        body,
      },
      { region, signal: AbortSignal.any([gone.signal, serving.closing]) },
    );
    response.writeHead(answered.status, {
      'content-type': answered.contentType,
      'x-amzn-requestid': requestID,
      ...answered.headers,
      ...(serving.closing.aborted ? { connection: 'close' } : {}),
    });
    response.end(answered.body);
  } catch (error) {
    sendError(response, toAwsError(serving.name, error), requestID);
  }
}

/** Signatures are not verified, but a web page must not reach the service: it cannot set these headers without asking. */
export function authorise(request: IncomingMessage): string {
  requireLoopback(request);
  const credential = /^AWS4-\S+ Credential=[^/\s]+\/\d{8}\/([a-z0-9-]+)\//.exec(
    request.headers.authorization ?? '',
  );
  if (credential?.[1] === undefined) {
    throw new AwsError(
      'MissingAuthenticationToken',
      'The request is not signed (AWS Signature Version 4).',
      403,
    );
  }
  return credential[1];
}

export function requireLoopback({ headers: { host = '' } }: IncomingMessage): void {
  if (/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(host)) return;
  throw new AwsError('AccessDeniedException', `The host ${host} is not served here.`, 403);
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of request) {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    sizeBytes += bytes.length;
    if (sizeBytes > MAX_BODY_BYTES) {
      throw new AwsError('RequestEntityTooLarge', `The request is larger than ${MAX_BODY_BYTES} bytes.`, 413);
    }
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** What anything thrown is on the wire; the cause of what was not meant to happen goes to stderr. */
export function toAwsError(name: string, error: unknown): AwsError {
  if (error instanceof AwsError) return error;
  const detail = error instanceof Error ? error.stack : String(error);
  process.stderr.write(`${name}: unexpected error: ${detail}\n`);
  return new AwsError('InternalFailure', `${name} failed unexpectedly; its log says why.`, 500);
}

function sendError(response: ServerResponse, error: AwsError, requestID: string): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  response.writeHead(error.status, {
    'content-type': 'application/x-amz-json-1.0',
    'x-amzn-errortype': error.code,
    'x-amzn-requestid': requestID,
    // What is left of a refused body must not be read as the next request.
    ...(error.status === 413 ? { connection: 'close' } : {}),
    ...error.headers,
  });
  response.end(JSON.stringify({ __type: error.code, message: error.message }));
}
