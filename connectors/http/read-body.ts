import { HttpRequestError } from './http-request-error.ts';
import { describeURL } from './request-url.ts';
import type { HttpResponse } from './http-response.ts';

/** Reads a small answer whole; more than `maxBytes` is an error, and the rest is not read. */
export async function readBody(response: HttpResponse, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of response.body) {
    const bytes = Buffer.from(chunk);
    sizeBytes += bytes.length;
    if (sizeBytes > maxBytes) {
      response.body.destroy();
      throw new HttpRequestError(
        'http.response_too_large',
        `${describeURL(new URL(response.url))} answered with more than the ${maxBytes} bytes expected.`,
      );
    }
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}
