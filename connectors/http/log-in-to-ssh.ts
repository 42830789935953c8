import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import type { Client, SFTPWrapper } from 'ssh2';
import { SourceError } from '../../core/runs/source-error.ts';
import { openGuardedSocket } from './guarded-connection.ts';
import { HttpRequestError } from './http-request-error.ts';
import { decodeText, guardOf, hostOf, type RemoteFileAccess } from './remote-file.ts';
import { describeURL } from './request-url.ts';
import { askSftp } from './sftp-answers.ts';
import { explainSshError } from './ssh-failures.ts';

const SSH_PORT = 22;
/** Key exchange and login are several ways there and back, and slow on purpose on some servers. */
const LOGIN_MILLISECONDS = 20_000;

export interface SftpSession {
  readonly sftp: SFTPWrapper;
  readonly close: () => void;
}

/**
 * Connects, checks the server's key where the URL names one, logs in and begins an SFTP session. Errors:
 * `HttpRequestError`, `SourceError`.
 */
export async function logInToSsh(access: RemoteFileAccess): Promise<SftpSession> {
  const { signal, url, timeouts } = access;
  const host = hostOf(url);
  const fingerprint = fingerprintOf(url);
  signal.throwIfAborted();
  const { default: ssh } = await import('ssh2');
  const client = new ssh.Client();
  let socket: Socket | undefined;
  const close = () => {
    signal.removeEventListener('abort', close);
    client.destroy();
    socket?.destroy();
  };
  signal.addEventListener('abort', close);
  try {
    socket = await openGuardedSocket(guardOf(access), host, url.port === '' ? SSH_PORT : Number(url.port));
    socket.on('error', () => {});
    signal.throwIfAborted();
    await logIn(client, socket, access, fingerprint);
    const patience = { milliseconds: timeouts.idleMilliseconds, url, close };
    return { sftp: await askSftp<SFTPWrapper>(patience, (answer) => client.sftp(answer)), close };
  } catch (error) {
    close();
    throw explainSshError(error, access);
  }
}

async function logIn(
  client: Client,
  socket: Socket,
  access: RemoteFileAccess,
  expected: string | undefined,
): Promise<void> {
  const { url, credentials } = access;
  if (credentials === undefined) {
    throw new SourceError(
      'source.access_denied',
      `${describeURL(url)} asks for a login, and the source has no authentication: give it one of type basic.`,
    );
  }
  const { username } = credentials;
  const password = credentials.password.reveal();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  client.on('ready', resolve);
  client.on('error', reject);
  socket.once('close', () => reject(new Error('closed before the login was done')));
  // How servers ask that let a module of the system judge passwords; they ask for nothing else.
  client.on('keyboard-interactive', (...[, , , prompts, finish]) => finish(prompts.map(() => password)));
  client.connect({
    sock: socket,
    username,
    password,
    tryKeyboard: true,
    readyTimeout: 0,
    hostVerifier: (key: Buffer) => {
      const found = `SHA256:${createHash('sha256').update(key).digest('base64').replaceAll('=', '')}`;
      if (expected === undefined || expected === found) return true;
      reject(otherKey(url, found, expected));
      return false;
    },
  });
  // Not left to the library, whose own limit begins only once it has loaded what it computes with.
  const timer = setTimeout(() => {
    reject(new HttpRequestError('http.timeout', `${describeURL(url)} did not let anybody log in in time.`));
  }, LOGIN_MILLISECONDS);
  try {
    await promise;
  } finally {
    clearTimeout(timer);
  }
}

/** `?fingerprint=SHA256:…`, as `ssh-keygen -lf` prints it; a plus sign stands for itself. */
function fingerprintOf(url: URL): string | undefined {
  if (url.search === '') return undefined;
  const given = decodeText(/^\?fingerprint=([^&]+)$/.exec(url.search)?.[1] ?? '') ?? '';
  const fingerprint = given.replace(/=+$/, '');
  if (/^SHA256:[A-Za-z\d+/]{43}$/.test(fingerprint)) return fingerprint;
  throw new HttpRequestError(
    'http.invalid_url',
    `After the path of ${url.host} only ?fingerprint=SHA256:… can follow, the fingerprint of the server's key as ssh-keygen -lf prints it.`,
  );
}

function otherKey(url: URL, found: string, expected: string): SourceError {
  return new SourceError(
    'source.host_key',
    `The key of ${url.host} has the fingerprint ${found}, the URL of the source names ${expected}. Ask whoever runs the ` +
      'server which one is right; no password was sent.',
  );
}
