import type { OpenedAuthentication } from '../../contract/source-connector.ts';
import type { HttpResponse } from '../../http/http-response.ts';

/** The request that fetches a file, the same for every attempt. */
export interface FileRequest {
  readonly transport: FileTransport;
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly authentication: OpenedAuthentication | undefined;
  /** What the file should be, for messages: CSV or JSON. */
  readonly format: string;
  /** Over how much waiting the server's pace is taken. */
  readonly paceMilliseconds: number;
  readonly signal: AbortSignal;
}

/** The part of a file to ask for: from `first` up to and with `last`, or to the end. */
export interface ByteRange {
  readonly first: number;
  readonly last?: number;
  /** Only of this version of the file; else the server sends the whole file. */
  readonly etag: string;
}

/**
 * How a file comes, whatever the protocol, in the words of http, which has one for all that matters: 200 for the whole file and
 * 206 for a part; `etag`, `last-modified`, `content-length`, `content-range`.
 */
export interface FileAnswer extends Pick<HttpResponse, 'statusCode' | 'headers' | 'body' | 'url'> {
  /** A chunk of the body that fills its memory is the only one there, and nobody else reads it. */
  readonly areChunksOurs?: boolean;
}

/** The way to the servers of one protocol. */
export interface FileTransport {
  /**
   * Resolves with an answer of status 200, or 206 when a range was asked for. Every other one is a `SourceError` that says
   * what was asked, what came and what to check.
   */
  fetch(request: FileRequest, range?: ByteRange): Promise<FileAnswer>;
  /** Ends all connections, also those in use. */
  close(): void;
}
