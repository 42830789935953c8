import { MillraceError } from '../../core/foundation/errors.ts';
import { SourceError } from '../../core/runs/source-error.ts';
import { HttpRequestError } from './http-request-error.ts';
import type { RemoteFileAccess } from './remote-file.ts';
import { describeURL } from './request-url.ts';
import { toRequestError } from './to-request-error.ts';

/** Status codes of SFTP: no such file, no right to it. */
const NO_SUCH_FILE = 2;
const PERMISSION_DENIED = 3;

/** What went wrong over SFTP, in words of ours: what the server says may hold what was sent to it. */
export function explainSshError(error: unknown, { url, signal }: RemoteFileAccess): unknown {
  if (error instanceof MillraceError) return error;
  if (signal.aborted) return signal.reason;
  if (!(error instanceof Error)) return error;
  const place = describeURL(url);
  const level = 'level' in error ? error.level : undefined;
  if (level === 'client-authentication') {
    return new SourceError(
      'source.access_denied',
      `${place} refused the login. Check the user name and password of the authentication.`,
      { cause: error },
    );
  }
  if (level === 'protocol' || level === 'handshake') {
    const says = `${place} did not answer in valid SSH, or offers no encryption that is known.`;
    return new HttpRequestError('http.invalid_response', says, { cause: error });
  }
  return (
    explainStatus('code' in error ? error.code : undefined, place) ?? toRequestError(error, { url, signal })
  );
}

function explainStatus(code: unknown, place: string): SourceError | undefined {
  if (code === NO_SUCH_FILE) {
    return new SourceError(
      'source.not_found',
      `${place}: there is no file at this address. Check the URL of the source; its path begins at the root (/~/ is the ` +
        'folder of the login).',
    );
  }
  if (code === PERMISSION_DENIED) {
    const says = `${place}: the login may not read this file. Check its rights.`;
    return new SourceError('source.access_denied', says);
  }
  return typeof code === 'number'
    ? new SourceError(
        'source.server_error',
        `${place}: the server could not read the file (status ${code}).`,
        {
          disposition: 'retryable',
        },
      )
    : undefined;
}
