import { Readable, type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib';
import { SourceError } from '../../../core/runs/source-error.ts';
import type { ByteCount } from './file-body.ts';
import { readZipEntry, ZIP_SIGNATURE } from './zip-entry.ts';

/** Content may be this many times as large as what came over the wire, from the first megabyte on. */
const MAX_RATIO = 100;
const RATIO_FREE_BYTES = 1024 * 1024;
/** No compressed file may hold more than this. */
const MAX_DECOMPRESSED_BYTES = 100 * 1024 ** 3;

const DECODERS: Readonly<Record<string, () => Transform>> = {
  gzip: () => createGunzip(DECODER_OPTIONS),
  'x-gzip': () => createGunzip(DECODER_OPTIONS),
  deflate: () => createInflate(DECODER_OPTIONS),
  br: () => createBrotliDecompress(DECODER_OPTIONS),
  zstd: () => createZstdDecompress(DECODER_OPTIONS),
};
const DECODER_OPTIONS = { chunkSize: 65_536 };

/** What compressed files begin with when no header says that they are compressed. */
const SIGNATURES: readonly { encoding: string; bytes: Buffer }[] = [
  { encoding: 'gzip', bytes: Buffer.from([0x1f, 0x8b]) },
  { encoding: 'zstd', bytes: Buffer.from([0x28, 0xb5, 0x2f, 0xfd]) },
  { encoding: 'zip', bytes: ZIP_SIGNATURE },
];

/** How the content is compressed, by the header or by its first bytes (a `.csv.gz`); undefined when it is not. */
export function detectEncoding(header: string | undefined, firstBytes: Buffer): string | undefined {
  const encoding = (header ?? '').trim().toLowerCase();
  if (encoding !== '' && encoding !== 'identity') {
    // Several layers are a way to build a bomb, and no server needs them.
    if (DECODERS[encoding] === undefined) {
      throw new SourceError(
        'source.unsupported_encoding',
        `The Content-Encoding ${JSON.stringify(encoding.slice(0, 40))} cannot be read; gzip, deflate, br and zstd can.`,
      );
    }
    return encoding;
  }
  return SIGNATURES.find(({ bytes }) => firstBytes.subarray(0, bytes.length).equals(bytes))?.encoding;
}

/** Decompresses as the bytes come. `received` counts what came over the wire for them. */
export async function* decodeContent(
  chunks: AsyncIterable<Buffer>,
  encoding: string,
  received: ByteCount,
): AsyncGenerator<Buffer> {
  const before = received.bytes;
  let decoded = 0;
  try {
    for await (const chunk of encoding === 'zip' ? readZipEntry(chunks) : decompress(chunks, encoding)) {
      decoded += chunk.length;
      guardSize(decoded, received.bytes - before);
      yield chunk;
    }
  } catch (error) {
    throw toDecodingError(error, encoding);
  }
}

async function* decompress(chunks: AsyncIterable<Buffer>, encoding: string): AsyncGenerator<Buffer> {
  const decoder = DECODERS[encoding]?.();
  if (decoder === undefined) throw new Error(`No decoder for ${encoding}`);
  const input = Readable.from(chunks, { objectMode: true, highWaterMark: 1 });
  // An error of the source reaches whoever reads the decoder; `pipe` alone would leave it waiting.
  input.once('error', (error) => decoder.destroy(error));
  input.pipe(decoder);
  try {
    for await (const chunk of decoder) yield chunk;
  } finally {
    input.destroy();
    decoder.destroy();
  }
}

function guardSize(decoded: number, received: number): void {
  const isBomb = decoded > RATIO_FREE_BYTES && decoded > received * MAX_RATIO;
  if (!isBomb && decoded <= MAX_DECOMPRESSED_BYTES) return;
  throw new SourceError(
    'source.decompression_bomb',
    `The compressed file grows beyond what is read: ${received} bytes became more than ${decoded}. ` +
      `At most ${MAX_RATIO} times its size and ${MAX_DECOMPRESSED_BYTES / 1024 ** 3} GB are.`,
  );
}

function toDecodingError(error: unknown, encoding: string): unknown {
  if (error instanceof SourceError || !(error instanceof Error) || !('code' in error)) return error;
  if (error.code === 'Z_BUF_ERROR' || /unexpected end/i.test(error.message)) {
    return new SourceError('source.truncated', `The ${encoding} file ends in the middle.`, {
      disposition: 'retryable',
      cause: error,
    });
  }
  const isDamage = typeof error.code === 'string' && /^(Z_|ERR_|ZSTD_)/.test(error.code);
  return isDamage
    ? new SourceError('source.damaged', `The ${encoding} file is damaged and cannot be decompressed.`, {
        cause: error,
      })
    : error;
}
