import { connect as connectTls } from 'node:tls';
import type { Client, FTPContext, FTPResponse } from 'basic-ftp';
import { ftpCodeOf } from './ftp-failures.ts';
import { openGuardedSocket, type Guard } from './guarded-connection.ts';

/**
 * Opens the connection that a file comes over, in passive mode: to the address that the control connection reached, judged
 * once more. Where the server says that it listens is not looked at: it could name any address of this network.
 */
export async function openDataConnection(client: Client, guard: Guard): Promise<FTPResponse> {
  const { ftp } = client;
  const { port, response } = await askForDataPort(ftp);
  const control = ftp.socket;
  const data = await openGuardedSocket(guard, control.remoteAddress ?? '', port);
  const session = ftp.tlsSessionStore ?? ('getSession' in control ? control.getSession() : undefined);
  ftp.dataSocket = ftp.hasTLS
    ? connectTls({ ...ftp.tlsOptions, socket: data, ...(session === undefined ? {} : { session }) })
    : data;
  return response;
}

/** The port that a server opened for data: of `EPSV`, else of `PASV`, whose address is not looked at. */
async function askForDataPort(ftp: FTPContext): Promise<{ port: number; response: FTPResponse }> {
  const extended = await ftp.request('EPSV').catch((error: unknown) => {
    if (ftpCodeOf(error) === 0) throw error;
    return undefined;
  });
  const port = Number(/\(([!-~])\1\1(\d{1,5})\1\)/.exec(extended?.message ?? '')?.[2]);
  if (extended !== undefined && port > 0 && port < 65_536) return { port, response: extended };
  const response = await ftp.request('PASV');
  const numbers = /\d{1,3}(?:,\d{1,3}){3},(\d{1,3}),(\d{1,3})/.exec(response.message);
  return { port: (Number(numbers?.[1]) & 255) * 256 + (Number(numbers?.[2]) & 255), response };
}
