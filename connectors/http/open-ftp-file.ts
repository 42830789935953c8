import { once } from 'node:events';
import { PassThrough, type Readable } from 'node:stream';
import type { Client, FTPResponse } from 'basic-ftp';
import { logInToFtp, type FtpSecurity } from './log-in-to-ftp.ts';
import { explainFtpError, ftpCodeOf } from './ftp-failures.ts';
import { createRemoteBody, pathOf, type RemoteFile, type RemoteFileAccess } from './remote-file.ts';

/** Codes of a server that does not know a command, or not in this way. */
const UNKNOWN_COMMAND = { from: 500, to: 504 };

/**
 * Opens a file over FTP, in passive mode. The data connection goes to the address that the control connection reached,
 * whatever the server says, and is judged like any other.
 */
export async function openFtpFile(access: RemoteFileAccess, security?: FtpSecurity): Promise<RemoteFile> {
  const path = relativePath(access.url);
  const { client, close } = await logInToFtp(access, security);
  try {
    const size = await ask(client, `SIZE ${path}`, /^213 (\d{1,15})\b/);
    const modifiedAt = await ask(client, `MDTM ${path}`, /^213 (\d{14}(?:\.\d{1,9})?)/);
    return {
      sizeBytes: size === undefined ? undefined : Number(size),
      modifiedAt,
      read: async (first) => download({ client, access, path, close }, first),
      close,
    };
  } catch (error) {
    close();
    throw explainFtpError(error, access);
  }
}

/** Paths of FTP URLs begin at the folder of the login; `/%2F` is the root. */
function relativePath(url: URL): string {
  return pathOf(url).slice(1);
}

/** What the server says of a file, if it can. */
async function ask(client: Client, command: string, answer: RegExp): Promise<string | undefined> {
  const { message } = await client.sendIgnoringError(command);
  return answer.exec(message)?.[1];
}

interface Download {
  readonly client: Client;
  readonly access: RemoteFileAccess;
  readonly path: string;
  readonly close: () => void;
}

async function download(
  { client, access, path, close }: Download,
  first: number,
): Promise<Readable | undefined> {
  const body = createRemoteBody(close);
  const data = new PassThrough();
  // Its errors are those of the transfer, which tells more of them.
  data.on('error', () => {});
  const transfer = client.downloadTo(data, path, first);
  try {
    await hasBegun(data, transfer);
  } catch (error) {
    close();
    const code = ftpCodeOf(error);
    if (first > 0 && code >= UNKNOWN_COMMAND.from && code <= UNKNOWN_COMMAND.to) return undefined;
    throw explainFtpError(error, access);
  }
  data.pipe(body, { end: false });
  // The data connection ends alike when all was sent and when the server gave up; what it says afterwards counts.
  transfer.then(
    () => endAfter(data, body),
    (error: unknown) => body.destroy(toError(explainFtpError(error, access))),
  );
  return body;
}

async function hasBegun(data: PassThrough, transfer: Promise<FTPResponse>): Promise<void> {
  await Promise.race([once(data, 'readable'), transfer]);
  if (data.readableLength === 0) await transfer;
}

function endAfter(data: PassThrough, body: PassThrough): void {
  if (data.readableEnded) body.end();
  else data.once('end', () => body.end());
}

function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
