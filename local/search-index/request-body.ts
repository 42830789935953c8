import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { AlgoliaError } from './algolia-error.ts';

/** Larger bodies are refused, unpacked. */
const MAX_BODY_BYTES = 64 * 1024 * 1024;

/** The request's body, unpacked if it is compressed. */
export function openBody(request: IncomingMessage): Readable {
  const encoding = request.headers['content-encoding'];
  if (encoding === undefined || encoding === 'identity') return request;
  if (encoding !== 'gzip') throw new AlgoliaError(415, `Content-Encoding ${encoding} is not supported`);
  const gunzip = createGunzip();
  request.on('error', (error) => gunzip.destroy(error));
  return request.pipe(gunzip);
}

/** The whole body; throws Algolia's 400 if it cannot be unpacked and a 413 if it is too large. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of openBody(request).iterator({ destroyOnReturn: false })) {
      if (!Buffer.isBuffer(chunk)) throw new TypeError('Bodies are read as bytes');
      size += chunk.length;
      if (size > MAX_BODY_BYTES)
        throw new AlgoliaError(413, `The body is larger than ${MAX_BODY_BYTES} bytes`);
      chunks.push(chunk);
    }
  } catch (error) {
    // Whatever is still to come is thrown away, so that the client can read the answer.
    request.unpipe();
    request.resume();
    if (error instanceof AlgoliaError) throw error;
    throw new AlgoliaError(400, 'The body cannot be read or unpacked');
  }
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, size);
}
