import type { HttpClient } from '../../http/http-client.ts';
import { describeURL } from '../../http/request-url.ts';
import { SourceError } from '../../../core/runs/source-error.ts';
import { readCredentials, type Credentials } from './credentials.ts';
import type { ByteRange, FileAnswer, FileRequest, FileTransport } from './file-request.ts';
import { toSourceError } from './to-source-error.ts';
import type { HttpResponse } from '../../http/http-response.ts';

/** Fetches files by http and https. */
export function createHttpTransport(client: HttpClient): FileTransport {
  return {
    fetch: async (request, range) => requestFile(client, request, range),
    close: () => client.close(),
  };
}

async function requestFile(client: HttpClient, request: FileRequest, range?: ByteRange): Promise<FileAnswer> {
  const { url, method, signal } = request;
  const headers = headersOf(request, range);
  const response = await client.request({ method, url, signal, headers }).catch((error: unknown) => {
    throw toSourceError(error);
  });
  const isExpected = response.statusCode === 200 || (range !== undefined && response.statusCode === 206);
  // Node reads a socket into new memory each time, and the parser of http cuts bodies out of it.
  if (isExpected) return { ...response, areChunksOurs: true };
  response.body.destroy();
  throw statusError(request, response);
}

function headersOf(request: FileRequest, range?: ByteRange): Record<string, string> {
  const credentials = readCredentials(request);
  return {
    accept: '*/*',
    // Positions in a file are those of its content; asked for like this, most servers send just that.
    'accept-encoding': 'identity',
    'user-agent': 'millrace',
    ...(credentials === undefined ? {} : { authorization: basic(credentials) }),
    ...(range === undefined
      ? {}
      : { range: `bytes=${range.first}-${range.last ?? ''}`, 'if-range': range.etag }),
  };
}

function basic({ username, password }: Credentials): string {
  return `Basic ${Buffer.from(`${username}:${password.reveal()}`).toString('base64')}`;
}

function statusError(request: FileRequest, { statusCode, headers, url }: HttpResponse): SourceError {
  const wait = headers['retry-after'];
  const isAsked = wait !== undefined && /^\d{1,6}$/.test(wait);
  const after = isAsked ? ` It asks to wait ${wait} s.` : '';
  const asked = `${request.method} ${describeURL(new URL(url))} answered ${statusCode}`;
  const { code, says, disposition } = explainStatus(statusCode, request.authentication !== undefined);
  return new SourceError(code, `${asked}: ${says}${after}`, {
    disposition,
    ...(isAsked ? { retryAfterSeconds: Number(wait) } : {}),
  });
}

interface Explanation {
  readonly code: string;
  readonly says: string;
  readonly disposition: 'fatal' | 'retryable';
}

const GONE = new Set([404, 410]);
/** Other statuses under 500 that pass by themselves: request timeout, too early. */
const PASSING = new Set([408, 425]);

function explainStatus(status: number, isAuthenticated: boolean): Explanation {
  if (GONE.has(status)) {
    return fatal('source.not_found', 'there is no file at this address. Check the URL of the source.');
  }
  if (status === 401 || status === 403) {
    const check = isAuthenticated
      ? 'Check the user name and password of the authentication, and its right to read this file.'
      : 'The source has no authentication: give it one of type basic, or make the file public.';
    return fatal('source.access_denied', `access was refused. ${check}`);
  }
  if (status === 429) return passing('source.rate_limited', 'the server wants fewer requests.');
  if (status >= 500)
    return passing('source.server_error', 'the server of the source has a problem of its own.');
  if (PASSING.has(status)) return passing('source.server_error', 'the server wants the request again later.');
  if (status === 416)
    return passing('source.changed', 'the file is shorter than it was, so it is read from the start.');
  if (status === 206)
    return fatal('source.unexpected_status', 'only a part of the file came, which was not asked for.');
  if (status === 405)
    return fatal('source.unexpected_status', 'check the method of the source: GET or POST.');
  return fatal(
    'source.unexpected_status',
    'the file is expected with status 200. Check the URL of the source.',
  );
}

function fatal(code: string, says: string): Explanation {
  return { code, says, disposition: 'fatal' };
}

function passing(code: string, says: string): Explanation {
  return { code, says, disposition: 'retryable' };
}
