import type { Readable } from 'node:stream';

/** The answer to a request, its body still to be read. */
export interface HttpResponse {
  readonly statusCode: number;
  /** Names in lower case; repeated headers joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  /**
   * The bytes as they came, still encoded. Must be read to its end or destroyed, else the connection stays taken. It
   * fails with an `HttpRequestError` when the connection is cut or falls silent, so an end is always a real end.
   */
  readonly body: Readable;
  /** Whether the system has taken every byte of the request; an answer may come before. */
  readonly isRequestSent: () => boolean;
  /** Where the answer came from, after redirects. */
  readonly url: string;
}
