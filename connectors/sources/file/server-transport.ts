import { Readable } from 'node:stream';
import type { RemoteFile, RemoteFileAccess } from '../../http/remote-file.ts';
import { describeURL } from '../../http/request-url.ts';
import { readCredentials } from './credentials.ts';
import type { ByteRange, FileAnswer, FileRequest, FileTransport } from './file-request.ts';
import { toSourceError } from './to-source-error.ts';
import type { NetworkPolicy } from '../../http/network-policy.ts';
import type { HttpTimeouts } from '../../http/http-timeouts.ts';

/** Opens a file over one protocol; each has one connection of its own. */
export type OpenRemoteFile = (access: RemoteFileAccess) => Promise<RemoteFile>;

/** Fetches files from servers that speak FTP or SFTP. What tells versions apart is their size and when they were changed. */
export function createServerTransport(
  open: OpenRemoteFile,
  { network, timeouts }: { network: NetworkPolicy; timeouts: HttpTimeouts },
): FileTransport {
  const opened = new Set<RemoteFile>();
  const openFile = async (request: FileRequest): Promise<RemoteFile> => {
    const { url, signal } = request;
    const credentials = readCredentials(request);
    const access = { url: new URL(url), network, timeouts, signal };
    const file = await open(credentials === undefined ? access : { ...access, credentials });
    opened.add(file);
    return file;
  };
  const close = () => {
    for (const file of opened) file.close();
    opened.clear();
  };
  return {
    fetch: async (request, range) => {
      try {
        return await answer(request, range, openFile);
      } catch (error) {
        throw toSourceError(error);
      }
    },
    close,
  };
}

async function answer(
  request: FileRequest,
  range: ByteRange | undefined,
  openFile: (request: FileRequest) => Promise<RemoteFile>,
): Promise<FileAnswer> {
  const file = await openFile(request);
  const tag = tagOf(file);
  if (range !== undefined && tag === range.etag && file.sizeBytes !== undefined) {
    const body = await file.read(range.first);
    if (body !== undefined) return toPart(request, file.sizeBytes, range, body);
    // The connection is of no use any more: the server was asked for something that it does not know.
    return toWhole(request, await openFile(request));
  }
  return toWhole(request, file);
}

async function toWhole(request: FileRequest, file: RemoteFile): Promise<FileAnswer> {
  const body = await file.read(0);
  if (body === undefined) throw new Error('A file can always be read from its start');
  const tag = tagOf(file);
  return {
    statusCode: 200,
    url: locationOf(request),
    headers: {
      ...(tag === undefined ? {} : { etag: tag }),
      ...(file.sizeBytes === undefined ? {} : { 'content-length': String(file.sizeBytes) }),
    },
    body,
  };
}

function toPart(request: FileRequest, sizeBytes: number, range: ByteRange, body: Readable): FileAnswer {
  const last = Math.min(range.last ?? sizeBytes - 1, sizeBytes - 1);
  const length = last - range.first + 1;
  return {
    statusCode: 206,
    url: locationOf(request),
    headers: {
      etag: range.etag,
      'content-length': String(length),
      'content-range': `bytes ${range.first}-${last}/${sizeBytes}`,
    },
    body: last === sizeBytes - 1 ? body : Readable.from(takeBytes(body, length)),
  };
}

/** The first bytes of a body; the rest is not waited for. */
async function* takeBytes(body: Readable, count: number): AsyncGenerator<Buffer> {
  let left = count;
  for await (const chunk of body) {
    const bytes = Buffer.from(chunk).subarray(0, left);
    left -= bytes.length;
    yield bytes;
    if (left === 0) return;
  }
}

function tagOf({ sizeBytes, modifiedAt }: RemoteFile): string | undefined {
  return sizeBytes === undefined || modifiedAt === undefined ? undefined : `"${sizeBytes}-${modifiedAt}"`;
}

/** Without the query, which names the server's key. */
function locationOf({ url }: FileRequest): string {
  return describeURL(new URL(url));
}
