import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { SFTPWrapper, Stats } from 'ssh2';
import { SourceError } from '../../core/runs/source-error.ts';
import { logInToSsh } from './log-in-to-ssh.ts';
import { createRemoteBody, pathOf, type RemoteFile, type RemoteFileAccess } from './remote-file.ts';
import { describeURL } from './request-url.ts';
import { explainSshError } from './ssh-failures.ts';
import { askSftp, type Patience } from './sftp-answers.ts';

/** What servers give in one answer at least. */
const READ_BYTES = 32_768;
/** So many reads are under way at once: else each would cost the way there and back. */
const READS_AHEAD = 16;

interface OpenedHandle {
  readonly sftp: SFTPWrapper;
  readonly handle: Buffer;
  readonly sizeBytes: number;
  readonly patience: Patience;
}

/** Opens a file over SFTP; its bytes are those that it had when it was opened, as far as the server's file system does that. */
export async function openSftpFile(access: RemoteFileAccess): Promise<RemoteFile> {
  const path = remotePath(access.url);
  const { sftp, close } = await logInToSsh(access);
  const patience = { milliseconds: access.timeouts.idleMilliseconds, url: access.url, close };
  try {
    const handle = await askSftp<Buffer>(patience, (answer) => sftp.open(path, 'r', answer));
    const stats = await askSftp<Stats>(patience, (answer) => sftp.fstat(handle, answer));
    if (!stats.isFile()) {
      const says = `${describeURL(access.url)} is not a file. Check the URL of the source.`;
      throw new SourceError('source.not_found', says);
    }
    const opened = { sftp, handle, sizeBytes: stats.size, patience };
    return {
      sizeBytes: stats.size,
      modifiedAt: String(stats.mtime),
      read: async (first) => {
        const body = createRemoteBody(close);
        const bytes = explainFailures(readAhead(opened, first), access);
        // Whoever reads the body hears what went wrong; nobody else waits for it.
        pipeline(Readable.from(bytes), body).catch(() => {});
        return body;
      },
      close,
    };
  } catch (error) {
    close();
    throw explainSshError(error, access);
  }
}

/** Paths of SFTP URLs are absolute; `/~/` is the folder of the login. */
function remotePath(url: URL): string {
  const path = pathOf(url);
  return path.startsWith('/~/') ? path.slice(3) : path;
}

async function* explainFailures(
  bytes: AsyncGenerator<Buffer>,
  access: RemoteFileAccess,
): AsyncGenerator<Buffer> {
  try {
    yield* bytes;
  } catch (error) {
    throw explainSshError(error, access);
  }
}

async function* readAhead(opened: OpenedHandle, first: number): AsyncGenerator<Buffer> {
  const reads: Promise<Buffer>[] = [];
  let next = first;
  for (;;) {
    while (reads.length < READS_AHEAD && next < opened.sizeBytes) {
      const read = readWhole(opened, next, Math.min(READ_BYTES, opened.sizeBytes - next));
      // Those that nobody waits for any more fail together with the one that is waited for.
      read.catch(() => {});
      reads.push(read);
      next += READ_BYTES;
    }
    const chunk = await reads.shift();
    if (chunk === undefined || chunk.length === 0) return;
    yield chunk;
  }
}

/** Servers may give less than was asked for; nothing means that the file ends there. */
async function readWhole(
  { sftp, handle, patience }: OpenedHandle,
  position: number,
  length: number,
): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const bytes = await askSftp<number>(patience, (answer) =>
      sftp.read(handle, buffer, filled, length - filled, position + filled, answer),
    );
    if (bytes === 0) break;
    filled += bytes;
  }
  return buffer.subarray(0, filled);
}
