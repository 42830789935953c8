import type { Readable } from 'node:stream';
import { HttpRequestError } from '../../http/http-request-error.ts';
import { describeURL } from '../../http/request-url.ts';
import { SourceError } from '../../../core/runs/source-error.ts';
import type { FileAnswer } from './file-request.ts';
import { PaceWatch } from './pace-watch.ts';
import { toSourceError } from './to-source-error.ts';

/** Counts what came over the wire, for progress. */
export interface ByteCount {
  bytes: number;
}

/** The body of an answer as it came. An end is a real end: data cut on the way is an error that may be retried. */
export async function* readBody(
  response: FileAnswer,
  received: ByteCount,
  paceMilliseconds: number,
): AsyncGenerator<Buffer> {
  const expected = contentLength(response);
  const before = received.bytes;
  try {
    const pace = new PaceWatch(paceMilliseconds);
    let askedAt = performance.now();
    for await (const chunk of chunksOf(response.body)) {
      received.bytes += chunk.length;
      pace.note(chunk.length, performance.now() - askedAt);
      yield chunk;
      askedAt = performance.now();
    }
  } catch (error) {
    if (!(error instanceof HttpRequestError) || error.code !== 'http.connection_lost')
      throw toSourceError(error);
    throw truncated(response, received.bytes - before, expected, error);
  } finally {
    response.body.destroy();
  }
  const got = received.bytes - before;
  if (expected !== undefined && got !== expected) throw truncated(response, got, expected);
}

async function* chunksOf(body: Readable): AsyncGenerator<Buffer> {
  for await (const chunk of body) yield Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk);
}

/** What the server says that it sends, in bytes on the wire. */
export function contentLength({ headers }: FileAnswer): number | undefined {
  const text = headers['content-length'];
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

function truncated(
  response: FileAnswer,
  got: number,
  expected: number | undefined,
  cause?: unknown,
): SourceError {
  const promised = expected === undefined ? '' : ` of the ${expected} that its Content-Length promised`;
  return new SourceError(
    'source.truncated',
    `${describeURL(new URL(response.url))} sent ${got} bytes${promised} before the connection ended.`,
    { disposition: 'retryable', cause },
  );
}
