import { PassThrough, type Readable } from 'node:stream';
import type { Secret } from '../../core/foundation/secret.ts';
import { createAddressPolicy } from './address-policy.ts';
import type { Guard, Resolve } from './guarded-connection.ts';
import { HttpRequestError } from './http-request-error.ts';
import type { NetworkPolicy } from './network-policy.ts';
import type { HttpTimeouts } from './http-timeouts.ts';

/** Where a file lies on a server that speaks FTP or SFTP, and how it may be reached. */
export interface RemoteFileAccess {
  readonly url: URL;
  readonly credentials?: { readonly username: string; readonly password: Secret };
  readonly network: NetworkPolicy;
  readonly timeouts: HttpTimeouts;
  readonly signal: AbortSignal;
  /** How names become addresses; the system's resolver by default. */
  readonly resolve?: Resolve;
}

/** A file on a server, opened for one reading: one connection, which ends with the body or by `close`. */
export interface RemoteFile {
  /** Undefined where the server does not say. */
  readonly sizeBytes: number | undefined;
  /** When it was last changed, in the server's words; undefined where it does not say. */
  readonly modifiedAt: string | undefined;
  /**
   * The bytes from `first` on; undefined where the server cannot begin there. Like the body of an answer over http: an
   * end is a real end, else it fails with an `HttpRequestError` or a `SourceError`.
   */
  read(first: number): Promise<Readable | undefined>;
  close(): void;
}

/** What connections to the server are held to. */
export function guardOf({ network, timeouts, resolve }: RemoteFileAccess): Guard {
  return {
    policy: createAddressPolicy(network),
    connectMilliseconds: timeouts.connectMilliseconds,
    ...(resolve === undefined ? {} : { resolve }),
  };
}

/**
 * The host as it is connected to. A URL parser leaves the hosts of `ftps` and `sftp` as they are written, so other ways of
 * writing an address (`127.1`, `0x7f.1`) are resolved here as they are for http.
 */
export function hostOf(url: URL): string {
  const name = /^(.*?)(?::\d*)?$/.exec(url.host)?.[1] ?? '';
  const parsed = name === '' ? null : URL.parse(`http://${name}/`);
  if (parsed === null || parsed.pathname !== '/') {
    throw new HttpRequestError('http.invalid_url', 'The host of the URL cannot be parsed.');
  }
  return parsed.hostname.replace(/^\[|\]$/g, '');
}

/** The path, decoded. What would end a command of a protocol that is made of lines is refused. */
export function pathOf(url: URL): string {
  const path = decodeText(url.pathname);
  // eslint-disable-next-line no-control-regex -- these are what is looked for
  if (path === undefined || /[\u0000-\u001f\u007f]/.test(path)) {
    throw new HttpRequestError('http.invalid_url', `The path of the URL of ${url.host} cannot be used.`);
  }
  return path;
}

/** Text of a URL without its `%` escapes; undefined where they are broken. */
export function decodeText(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** A body whose end, in whatever way, ends its connection. */
export function createRemoteBody(close: () => void): PassThrough {
  return new PassThrough({
    destroy: (error, callback) => {
      close();
      callback(error);
    },
  });
}
