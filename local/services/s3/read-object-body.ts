import type { IncomingMessage } from 'node:http';
import { crc32 } from 'node:zlib';
import { AwsError } from '../protocol/aws-error.ts';

const MAX_BODY_BYTES = 64 * 1024 * 1024;

/** The body as it was signed for; one that is cut, altered or sent in signed chunks is refused, never stored. */
export async function readObjectBody(request: IncomingMessage): Promise<Buffer> {
  if (request.headers['content-encoding']?.includes('aws-chunked')) {
    throw new AwsError('NotImplemented', 'Bodies in signed chunks are not supported here.', 501);
  }
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of request) {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    sizeBytes += bytes.length;
    if (sizeBytes > MAX_BODY_BYTES) {
      throw new AwsError('EntityTooLarge', `Objects have at most ${MAX_BODY_BYTES} bytes here.`, 400);
    }
    chunks.push(bytes);
  }
  const body = Buffer.concat(chunks);
  const expected = request.headers['x-amz-checksum-crc32'];
  if (typeof expected === 'string' && expected !== checksumOf(body)) {
    throw new AwsError('BadDigest', 'The body is not the one that its checksum was made of.');
  }
  return body;
}

function checksumOf(body: Buffer): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(body));
  return bytes.toString('base64');
}
