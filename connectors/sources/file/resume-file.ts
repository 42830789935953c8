import { crc32 } from 'node:zlib';
import { readBody, type ByteCount } from './file-body.ts';
import { changedError, toValidator, type FileCursor, type FileVersion } from './file-cursor.ts';
import type { FileAnswer, FileRequest } from './file-request.ts';
import { letGoOf, openFile, prepend, readContent, type OpenedFile } from './open-file.ts';

/** A file whose content is about to be read from a cursor on. */
export interface ResumedFile extends OpenedFile {
  /** The first `cursor.prologueBytes` bytes of the content. */
  readonly prologue: Buffer;
}

/**
 * Goes on in a file: by asking for the rest alone where the server can do that for the very version that the cursor was
 * made for, else by reading the file again, whose beginning must have the cursor's checksum. A file that changed is a
 * `SourceError` of code `source.changed`.
 */
export async function resumeFile(
  request: FileRequest,
  cursor: FileCursor,
  received: ByteCount,
): Promise<ResumedFile> {
  if (!cursor.ranges) return skipToCursor(await openFile(request, received), cursor);
  const prologue = await readPrologue(request, cursor, received);
  if ('content' in prologue) return skipToCursor(prologue, cursor);
  // One byte more than needed: at the very end of the file there would be nothing to ask for.
  const response = await request.transport.fetch(request, { first: cursor.offset - 1, etag: cursor.etag });
  if (response.statusCode !== 206)
    return skipToCursor(await readContent(request, response, received), cursor);
  refuseOtherRange(response, cursor.offset - 1, cursor);
  received.bytes = cursor.offset - 1;
  return {
    version: versionOf(cursor),
    sizeBytes: sizeInRange(response),
    prologue: prologue.bytes,
    letGo: letGoOf(response),
    content: dropBytes(readBody(response, received, request.paceMilliseconds), 1),
    close: () => {
      response.body.destroy();
    },
  };
}

/** The first bytes of the file, or the whole file when the server sends no parts. */
async function readPrologue(
  request: FileRequest,
  cursor: FileCursor,
  received: ByteCount,
): Promise<{ bytes: Buffer } | OpenedFile> {
  if (cursor.prologueBytes === 0) return { bytes: Buffer.alloc(0) };
  const last = cursor.prologueBytes - 1;
  const response = await request.transport.fetch(request, { first: 0, last, etag: cursor.etag });
  if (response.statusCode !== 206) return readContent(request, response, received);
  refuseOtherRange(response, 0, cursor);
  const chunks: Buffer[] = [];
  for await (const chunk of readBody(response, { bytes: 0 }, request.paceMilliseconds)) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  if (bytes.length !== cursor.prologueBytes)
    throw changedError('The server sent another part of the file than was asked for');
  return { bytes };
}

/** `If-Range` is not honoured everywhere: the part has to say where it begins and what it is of. */
function refuseOtherRange(response: FileAnswer, first: number, cursor: FileCursor): void {
  const etag = toValidator(response.headers['etag']);
  const begins = new RegExp(`^bytes ${first}-`).test(response.headers['content-range'] ?? '');
  const isEncoded = (response.headers['content-encoding'] ?? 'identity') !== 'identity';
  if (begins && !isEncoded && (etag === '' || etag === cursor.etag)) return;
  response.body.destroy();
  throw changedError('The file is not the one that the run began with');
}

/** The size of the whole file, which stands behind the range that was sent. */
function sizeInRange(response: FileAnswer): number | undefined {
  const size = /\/(\d+)$/.exec(response.headers['content-range'] ?? '')?.[1];
  return size === undefined ? undefined : Number(size);
}

async function skipToCursor(file: OpenedFile, cursor: FileCursor): Promise<ResumedFile> {
  try {
    if (!isSameVersion(file.version, cursor)) throw changedError('The file changed since the run began');
    const { prologue, rest } = await skip(file.content, cursor);
    return { ...file, prologue, content: prepend([rest], file.content) };
  } catch (error) {
    file.close();
    throw error;
  }
}

function isSameVersion(version: FileVersion, cursor: FileCursor): boolean {
  if (cursor.etag !== '' && version.etag !== '') return cursor.etag === version.etag;
  return (
    cursor.lastModified === '' || version.lastModified === '' || cursor.lastModified === version.lastModified
  );
}

/** Reads up to the cursor's offset; the checksum proves that these are the bytes that were read before. */
async function skip(
  content: AsyncGenerator<Buffer>,
  cursor: FileCursor,
): Promise<{ prologue: Buffer; rest: Buffer }> {
  const prologue: Buffer[] = [];
  let rest: Buffer = Buffer.alloc(0);
  let offset = 0;
  let checksum = 0;
  while (offset < cursor.offset) {
    const next = await content.next();
    if (next.done === true) break;
    const part = next.value.subarray(0, cursor.offset - offset);
    if (offset < cursor.prologueBytes) prologue.push(part.subarray(0, cursor.prologueBytes - offset));
    checksum = crc32(part, checksum);
    offset += part.length;
    rest = next.value.subarray(part.length);
  }
  if (offset < cursor.offset || checksum !== cursor.checksum) {
    throw changedError('The part of the file that was read before is not the same any more');
  }
  return { prologue: Buffer.concat(prologue), rest };
}

async function* dropBytes(content: AsyncGenerator<Buffer>, count: number): AsyncGenerator<Buffer> {
  let left = count;
  for await (const chunk of content) {
    if (chunk.length > left) yield chunk.subarray(left);
    left = Math.max(0, left - chunk.length);
  }
}

function versionOf({ etag, lastModified, ranges }: FileCursor): FileVersion {
  return { etag, lastModified, ranges };
}
