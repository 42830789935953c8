import type { Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import type { Client } from 'basic-ftp';
import { openDataConnection } from './ftp-data-connection.ts';
import { explainFtpError } from './ftp-failures.ts';
import { openGuardedSocket, type Guard } from './guarded-connection.ts';
import { HttpRequestError } from './http-request-error.ts';
import { guardOf, hostOf, type RemoteFileAccess } from './remote-file.ts';

/** How a connection is encrypted: not, from its first byte, or once the server was asked to. */
export type FtpSecurity = 'none' | 'implicit' | 'explicit';

const FTP_PORT = 21;
const FTPS_PORT = 990;

/** Connects and logs in; nobody's name is `anonymous`. Errors: `HttpRequestError`, `SourceError`. */
export async function logInToFtp(
  access: RemoteFileAccess,
  security: FtpSecurity = securityOf(access.url),
): Promise<{ client: Client; close: () => void }> {
  const { signal, url, timeouts } = access;
  const host = hostOf(url);
  const guard = guardOf(access);
  signal.throwIfAborted();
  const { Client: FtpClient } = await import('basic-ftp');
  const client = new FtpClient(timeouts.idleMilliseconds);
  client.prepareTransfer = async () => openDataConnection(client, guard);
  let socket: Socket | undefined;
  const close = () => {
    signal.removeEventListener('abort', close);
    client.close();
    socket?.destroy();
  };
  signal.addEventListener('abort', close);
  try {
    socket = await openGuardedSocket(guard, host, portOf(url, security));
    // Whoever waits for the connection hears of it too.
    socket.on('error', () => {});
    await greet(client, socket, { host, security, guard });
    const { username = 'anonymous', password } = access.credentials ?? {};
    await client.login(username, password?.reveal() ?? 'anonymous@');
    await client.useDefaultSettings();
    signal.throwIfAborted();
    return { client, close };
  } catch (error) {
    close();
    throw explainFtpError(error, access);
  }
}

/** `ftps` is encrypted from the first byte on, but on the port of plain FTP, where the server has to be asked to. */
function securityOf(url: URL): FtpSecurity {
  if (url.protocol === 'ftp:') return 'none';
  return url.port === String(FTP_PORT) ? 'explicit' : 'implicit';
}

function portOf(url: URL, security: FtpSecurity): number {
  if (url.port !== '') return Number(url.port);
  return security === 'implicit' ? FTPS_PORT : FTP_PORT;
}

interface Greeting {
  readonly host: string;
  readonly security: FtpSecurity;
  readonly guard: Guard;
}

async function greet(client: Client, socket: Socket, { host, security, guard }: Greeting): Promise<void> {
  const { ftp } = client;
  const options = { host };
  ftp.socket = security === 'implicit' ? await encrypt(socket, host, guard) : socket;
  if (security === 'implicit') ftp.tlsOptions = options;
  await ftp.handle(undefined, (response, task) => {
    if (response instanceof Error) task.reject(response);
    else task.resolve(response);
  });
  if (security !== 'explicit') return;
  await client.send('AUTH TLS');
  ftp.socket = await encrypt(ftp.socket, host, guard);
  ftp.tlsOptions = options;
}

/** The certificate must be one that the system trusts, and the host's. */
async function encrypt(socket: Socket, host: string, guard: Guard): Promise<TLSSocket> {
  const { promise, resolve, reject } = Promise.withResolvers<TLSSocket>();
  const encrypted = connectTls({ socket, host });
  const timer = setTimeout(() => {
    encrypted.destroy(new HttpRequestError('http.timeout', `${host} did not set up TLS in time.`));
  }, guard.connectMilliseconds);
  encrypted.once('error', reject);
  encrypted.once('close', () => reject(new Error('closed before TLS was set up')));
  encrypted.once('secureConnect', () => resolve(encrypted));
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
  }
}
