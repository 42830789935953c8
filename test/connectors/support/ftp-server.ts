import { createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { FtpSrv, type FtpServerOptions } from 'ftp-srv';

export interface TestFtpServer {
  readonly url: string;
  readonly port: number;
  /** What was asked for, in order, but the password. */
  readonly commands: string[];
  stop(): Promise<void>;
}

/** What the server lets in. */
export const FTP_LOGIN = { username: 'shop', password: 'pässword with spaces' };

const quiet = { trace() {}, debug() {}, info() {}, warn() {}, error() {}, fatal() {}, child: () => quiet };

/** A real FTP server on loopback over the files of a folder. */
export async function startFtpServer(
  root: string,
  options: FtpServerOptions & { scheme?: 'ftp' | 'ftps' } = {},
): Promise<TestFtpServer> {
  const { scheme = 'ftp', ...more } = options;
  const port = await freePort();
  const commands: string[] = [];
  const server = withoutSignals(
    () =>
      new FtpSrv({
        url: `${scheme}://127.0.0.1:${port}`,
        pasv_url: '127.0.0.1',
        pasv_min: 20_000,
        pasv_max: 60_000,
        log: quiet,
        ...more,
      }),
  );
  server.on('login', ({ connection, username, password }, resolve, reject) => {
    const isKnown = username === FTP_LOGIN.username && password === FTP_LOGIN.password;
    if (!isKnown && !more.anonymous) return reject(new Error('no'));
    const send = connection as unknown as { commands: { handle: (command: unknown) => Promise<unknown> } };
    const handle = send.commands.handle.bind(send.commands);
    send.commands.handle = async (command) => {
      commands.push(String(command).trim());
      return handle(command);
    };
    resolve({ root });
  });
  await server.listen();
  return {
    url: `${scheme}://127.0.0.1:${port}`,
    port,
    commands,
    stop: async () => {
      await server.close();
    },
  };
}

/** The library ends at signals that are meant for the tests' own process. */
function withoutSignals<Made>(make: () => Made): Made {
  const signals = ['SIGTERM', 'SIGINT', 'SIGQUIT'] as const;
  const before = new Map(signals.map((signal) => [signal, process.listeners(signal)]));
  const made = make();
  for (const [signal, listeners] of before) {
    for (const listener of process.listeners(signal)) {
      if (!listeners.includes(listener)) process.off(signal, listener);
    }
  }
  return made;
}

async function freePort(): Promise<number> {
  const server = createServer((socket: Socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
