import { brotliDecompressSync, gunzipSync } from 'node:zlib';

import { InvalidInputError } from '../../core/foundation/errors.ts';

/** Larger bodies than any resource needs; what a small compressed body may swell to. */
const MAX_BODY_BYTES = 1_000_000;

/** Deeper than any resource nests; what is nested more is meant to hurt. */
const MAX_DEPTH = 32;

/** The JSON value of a body, whatever its Content-Type says: clients send text/plain. Nothing for an empty one. */
export function readBody(
  bytes: Uint8Array,
  contentEncoding: string | undefined,
  maxBytes = MAX_BODY_BYTES,
): unknown {
  const text = decodeText(decompress(bytes, contentEncoding?.trim().toLowerCase(), maxBytes));
  if (text.trim() === '') return undefined;
  if (exceedsDepth(text)) throw refuse('too_deep', `must not be nested deeper than ${MAX_DEPTH} levels`);
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes the body, which may hold secrets.
    throw refuse('malformed_json', 'must be valid JSON');
  }
}

function decompress(bytes: Uint8Array, encoding: string | undefined, maxBytes: number): Uint8Array {
  if (bytes.byteLength > maxBytes) throw tooBig(maxBytes);
  switch (encoding) {
    case undefined:
    case '':
    case 'identity':
      return bytes;
    case 'gzip':
    case 'x-gzip':
      return inflate(() => gunzipSync(bytes, { maxOutputLength: maxBytes }), maxBytes);
    case 'br':
      return inflate(() => brotliDecompressSync(bytes, { maxOutputLength: maxBytes }), maxBytes);
    default:
      throw refuse('unknown_encoding', 'must be compressed with gzip or br, or not at all');
  }
}

function inflate(decompressed: () => Uint8Array, maxBytes: number): Uint8Array {
  try {
    return decompressed();
  } catch (error) {
    if (error instanceof RangeError) throw tooBig(maxBytes);
    throw refuse('broken_compression', 'does not decompress as its Content-Encoding says');
  }
}

function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw refuse('not_utf8', 'must be UTF-8');
  }
}

/** Counts brackets outside of strings, so that nothing has to be built before it is known to be shallow. */
function exceedsDepth(text: string): boolean {
  let depth = 0;
  let isInString = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charAt(index);
    if (isInString) {
      if (character === '\\') index += 1;
      else if (character === '"') isInString = false;
    } else if (character === '"') isInString = true;
    else if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') depth -= 1;
    if (depth > MAX_DEPTH) return true;
  }
  return false;
}

function tooBig(maxBytes: number): InvalidInputError {
  return refuse('too_big', `must have at most ${maxBytes} bytes`);
}

function refuse(code: string, problem: string): InvalidInputError {
  return new InvalidInputError(`body.${code}`, `body: ${problem}`, {
    details: [{ message: problem, label: 'body' }],
  });
}
