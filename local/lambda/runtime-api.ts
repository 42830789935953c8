import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listenOnLoopback } from '../start-up/listen-on-loopback.ts';

/** One invocation as a function process receives it. */
export interface Invocation {
  readonly requestID: string;
  readonly functionArn: string;
  readonly deadline: number;
  readonly payload: string;
}

/** What the Runtime API tells about one function process. */
export interface RuntimeSession {
  /** The process is ready for its next invocation; `send` answers it, once. */
  onNext(send: (invocation: Invocation) => void): void;
  onResponse(requestID: string, payload: string): void;
  onError(requestID: string, payload: string): void;
  onInitError(payload: string): void;
}

export interface RuntimeApi {
  /** The `AWS_LAMBDA_RUNTIME_API` of a new process; its path is a secret, so that only that process takes its work. */
  open(session: RuntimeSession): { readonly address: string; close(): void };
  stop(): Promise<void>;
}

/** Invoke answers are capped by Lambda at 6 MiB and a little. */
const MAX_PAYLOAD_BYTES = 6_291_556;

/** AWS's Lambda Runtime API (2018-06-01) for all function processes of this machine. */
export async function startRuntimeApi(): Promise<RuntimeApi> {
  const sessions = new Map<string, RuntimeSession>();
  const server = createServer((request, response) => {
    const [, token = '', , , ...rest] = (request.url ?? '').split('/');
    const session = sessions.get(token);
    if (session) answer(session, rest, request, response);
    else reply(response, 403);
  });
  // A handler may think for 15 minutes between two calls on its connection.
  server.keepAliveTimeout = 0;
  const port = await listenOnLoopback(server, 0);
  return {
    open(session) {
      const token = randomBytes(18).toString('base64url');
      sessions.set(token, session);
      return { address: `127.0.0.1:${port}/${token}`, close: () => void sessions.delete(token) };
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function answer(
  session: RuntimeSession,
  path: string[],
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const [area, id = '', what] = path;
  if (area === 'invocation' && id === 'next') {
    session.onNext((invocation) => sendInvocation(response, invocation));
  } else if (area === 'invocation' && what === 'response') {
    readBody(request, response, (payload) => session.onResponse(id, payload));
  } else if (area === 'invocation' && what === 'error') {
    readBody(request, response, (payload) => session.onError(id, payload));
  } else if (area === 'init' && id === 'error') {
    readBody(request, response, (payload) => session.onInitError(payload));
  } else reply(response, 404);
}

function sendInvocation(response: ServerResponse, invocation: Invocation): void {
  const payload = Buffer.from(invocation.payload);
  response.writeHead(200, {
    'content-type': 'application/json',
    'content-length': payload.length,
    'lambda-runtime-aws-request-id': invocation.requestID,
    'lambda-runtime-deadline-ms': String(invocation.deadline),
    'lambda-runtime-invoked-function-arn': invocation.functionArn,
    'lambda-runtime-trace-id': `Root=1-${Math.floor(Date.now() / 1000).toString(16)}-${invocation.requestID.replaceAll('-', '').slice(0, 24)};Sampled=0`,
  });
  response.end(payload);
}

function readBody(
  request: IncomingMessage,
  response: ServerResponse,
  accept: (payload: string) => void,
): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= MAX_PAYLOAD_BYTES) chunks.push(chunk);
  });
  request.on('end', () => {
    // The process goes on either way; the caller learns that the answer was too large.
    reply(response, 202);
    accept(bytes <= MAX_PAYLOAD_BYTES ? Buffer.concat(chunks).toString('utf8') : TOO_LARGE);
  });
}

/** Not JSON, so no answer of a function can be it. */
export const TOO_LARGE = 'payload too large';

function reply(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'content-length': 0 });
  response.end();
}
