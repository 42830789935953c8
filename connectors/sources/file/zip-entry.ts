import { crc32, createInflateRaw } from 'node:zlib';
import { SourceError } from '../../../core/runs/source-error.ts';
import { ByteReader } from './byte-reader.ts';
import { quoteExcerpt } from './rejected-text.ts';

/** What an archive begins with: the header of its first entry. */
export const ZIP_SIGNATURE = Buffer.from([0x50, 0x4b, 0x03, 0x04]);

const ENTRY = 0x04034b50;
const DESCRIPTOR = 0x08074b50;
/** The lists that follow the last entry; what they say was read already. */
const AFTER_ENTRIES = new Set([0x02014b50, 0x06064b50, 0x06054b50, 0x08064b50]);
const HEADER_BYTES = 26;
const STORED = 0;
const DEFLATED = 8;
const ENCRYPTED_FLAG = 0x01;
const DESCRIPTOR_FLAG = 0x08;
const UTF8_FLAG = 0x0800;
const IN_EXTRA_FIELD = 0xffffffff;
const ZIP64_FIELD = 0x0001;
/** Folders and notes of an operating system may lie beside the file, but not without end. */
const MAX_ENTRIES = 1000;
const MAX_PASSED_OVER_BYTES = 64 * 1024 * 1024;
const CHUNK_BYTES = 65_536;

interface Entry {
  /** Only quoted in messages: nothing is ever written under it. */
  readonly name: Buffer;
  readonly method: number;
  readonly hasDescriptor: boolean;
  readonly isZip64: boolean;
  readonly checksum: number;
  readonly sizeBytes: number;
}

/**
 * The content of the one file that a zip archive holds, as its bytes come; its checksum is proved at its end. Folders, hidden
 * files and `__MACOSX/` are passed over. Several files are an error, since nothing says which one is meant.
 */
export async function* readZipEntry(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const reader = new ByteReader(chunks);
  let found: Entry | undefined;
  let passedOverBytes = 0;
  for (let entries = 0; ; entries += 1) {
    const signature = (await reader.take(4)).readUInt32LE();
    if (AFTER_ENTRIES.has(signature)) break;
    if (signature !== ENTRY)
      throw damaged('something else follows where an entry or the list of entries should');
    if (entries >= MAX_ENTRIES) throw tooMuchBeside();
    const entry = await readHeader(reader);
    const isBeside = isPassedOver(entry.name.toString());
    if (!isBeside) {
      if (found !== undefined) throw severalFiles(found, entry);
      found = entry;
    }
    // What is passed over is read all the same: only its end says where the next entry begins.
    for await (const chunk of readEntry(reader, entry)) {
      if (!isBeside) yield chunk;
      else if ((passedOverBytes += chunk.length) > MAX_PASSED_OVER_BYTES) throw tooMuchBeside();
    }
  }
  if (found === undefined) throw new SourceError('source.zip_entries', 'The zip archive holds no file.');
}

async function readHeader(reader: ByteReader): Promise<Entry> {
  const header = await reader.take(HEADER_BYTES);
  const flags = header.readUInt16LE(2);
  const method = header.readUInt16LE(4);
  const name = await reader.take(header.readUInt16LE(22));
  const extra = await reader.take(header.readUInt16LE(24));
  const zip64 = findZip64(extra);
  const sizeBytes = header.readUInt32LE(14);
  const entry = {
    name: (flags & UTF8_FLAG) === 0 ? Buffer.from(name.toString('latin1')) : Buffer.from(name),
    method,
    hasDescriptor: (flags & DESCRIPTOR_FLAG) !== 0,
    isZip64: zip64 !== undefined,
    checksum: header.readUInt32LE(10),
    // The size as it was stands first, then the compressed one.
    sizeBytes:
      sizeBytes === IN_EXTRA_FIELD && zip64 !== undefined ? Number(zip64.readBigUInt64LE(8)) : sizeBytes,
  };
  if ((flags & ENCRYPTED_FLAG) !== 0) throw unreadable(entry, 'is encrypted');
  const isKnown = method === DEFLATED || (method === STORED && !entry.hasDescriptor);
  if (!isKnown) throw unreadable(entry, `is stored in a way that is not known (method ${method})`);
  return entry;
}

function findZip64(extra: Buffer): Buffer | undefined {
  for (let at = 0; at + 4 <= extra.length;) {
    const size = extra.readUInt16LE(at + 2);
    const end = at + 4 + size;
    if (extra.readUInt16LE(at) === ZIP64_FIELD && size >= 16 && end <= extra.length)
      return extra.subarray(at + 4, end);
    at = end;
  }
  return undefined;
}

function isPassedOver(name: string): boolean {
  const last = name.slice(name.lastIndexOf('/') + 1);
  return last === '' || last.startsWith('.') || name.startsWith('__MACOSX/');
}

async function* readEntry(reader: ByteReader, entry: Entry): AsyncGenerator<Buffer> {
  let checksum = 0;
  const content = entry.method === STORED ? reader.takeChunks(entry.sizeBytes) : inflate(reader);
  for await (const chunk of content) {
    checksum = crc32(chunk, checksum);
    yield chunk;
  }
  const expected = entry.hasDescriptor ? await readDescriptor(reader, entry) : entry.checksum;
  if (checksum !== expected) throw damaged(`the checksum of ${quoteExcerpt(entry.name)} is wrong`);
}

/** The checksum that follows the content. Its signature may be left out. */
async function readDescriptor(reader: ByteReader, { isZip64 }: Entry): Promise<number> {
  const first = (await reader.take(4)).readUInt32LE();
  const checksum = first === DESCRIPTOR ? (await reader.take(4)).readUInt32LE() : first;
  await reader.take(isZip64 ? 16 : 8);
  return checksum;
}

/** Decompresses up to the end that the data itself says, and gives back what was read beyond it. */
async function* inflate(reader: ByteReader): AsyncGenerator<Buffer> {
  const inflater = createInflateRaw({ chunkSize: CHUNK_BYTES });
  const ended = new Promise<void>((resolve) => {
    inflater.once('end', resolve);
    inflater.once('close', resolve);
  });
  let fed = 0;
  let last: Buffer = Buffer.alloc(0);
  const feed = async () => {
    while (!inflater.readableEnded && !inflater.destroyed) {
      const next = await reader.next();
      if (next === undefined) return void inflater.end();
      last = next;
      fed += next.length;
      const written = new Promise<void>((resolve) => void inflater.write(next, () => resolve()));
      await Promise.race([written, ended]);
      if (inflater.bytesWritten < fed) return;
    }
  };
  const feeding = feed();
  feeding.catch((error: unknown) => inflater.destroy(error instanceof Error ? error : undefined));
  try {
    for await (const chunk of inflater) yield chunk;
    await feeding;
    reader.putBack(last.subarray(last.length - (fed - inflater.bytesWritten)));
  } finally {
    inflater.destroy();
  }
}

function tooMuchBeside(): SourceError {
  return new SourceError(
    'source.zip_entries',
    `The zip archive holds too much beside the file: at most ${MAX_ENTRIES} entries and 64 MB of what is passed over are read.`,
  );
}

function severalFiles(first: Entry, second: Entry): SourceError {
  return new SourceError(
    'source.zip_entries',
    `The zip archive holds several files, ${quoteExcerpt(first.name)} and ${quoteExcerpt(second.name)} among them: ` +
      'make an archive of the one file that is to be read, or give each an archive and a source of its own. ' +
      'A spreadsheet has to be saved as CSV.',
  );
}

function unreadable({ name }: Entry, why: string): SourceError {
  return new SourceError(
    'source.zip_entries',
    `The file ${quoteExcerpt(name)} in the zip archive ${why}: make an archive of it with deflate and without a password.`,
  );
}

function damaged(what: string): SourceError {
  return new SourceError('source.damaged', `The zip archive is damaged: ${what}.`);
}
