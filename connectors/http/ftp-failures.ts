import { MillraceError } from '../../core/foundation/errors.ts';
import { SourceError } from '../../core/runs/source-error.ts';
import { HttpRequestError } from './http-request-error.ts';
import type { RemoteFileAccess } from './remote-file.ts';
import { describeURL } from './request-url.ts';
import { toRequestError } from './to-request-error.ts';

/** Not logged in, an account is needed, wrong user name or password. */
const REFUSED_LOGINS = new Set([332, 430, 530, 532]);
/** No such file, or no right to it. */
const NO_FILE = new Set([550, 551, 553]);

/** The code with which the server refused a command; 0 for every other error. */
export function ftpCodeOf(error: unknown): number {
  const isAnswer = error instanceof Error && error.name === 'FTPError' && 'code' in error;
  return isAnswer ? Number(error.code) : 0;
}

/** What went wrong over FTP, in words of ours: what the server says may hold what was sent to it. */
export function explainFtpError(error: unknown, { url, signal, credentials }: RemoteFileAccess): unknown {
  if (error instanceof MillraceError) return error;
  if (signal.aborted) return signal.reason;
  const code = ftpCodeOf(error);
  const answered = `${describeURL(url)} answered ${code}`;
  if (code === 0) return explainConnection(error, { url, signal });
  if (REFUSED_LOGINS.has(code)) {
    const check =
      credentials === undefined
        ? 'The source has no authentication: give it one of type basic.'
        : 'Check the user name and password of the authentication.';
    return new SourceError('source.access_denied', `${answered}: access was refused. ${check}`);
  }
  if (NO_FILE.has(code)) {
    return new SourceError(
      'source.not_found',
      `${answered}: there is no file at this address, or it may not be read. Check the URL of the source; its path begins ` +
        'at the folder of the login (/%2F is the root).',
    );
  }
  return code < 500
    ? new SourceError('source.server_error', `${answered}: the server has a problem of its own.`, {
        disposition: 'retryable',
      })
    : new SourceError('source.unexpected_status', `${answered}: the server does not send the file.`);
}

function explainConnection(error: unknown, hop: { url: URL; signal: AbortSignal }): unknown {
  if (!(error instanceof Error)) return error;
  if (/\btimeout\b/i.test(error.message)) {
    const says = `${describeURL(hop.url)} did not answer in time.`;
    return new HttpRequestError('http.timeout', says, { cause: error });
  }
  if (/exceeded maximum allowed size|Can't parse/.test(error.message)) {
    const says = `${describeURL(hop.url)} did not answer in valid FTP.`;
    return new HttpRequestError('http.invalid_response', says, { cause: error });
  }
  return toRequestError(error, hop);
}
