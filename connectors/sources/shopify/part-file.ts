import { randomUUID } from 'node:crypto';
import { open, unlink, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline, Readable } from 'node:stream';
import { createGunzip, gzipSync } from 'node:zlib';
import { readLines } from './read-lines.ts';

/** So much is collected before it is compressed and written. */
const CHUNK_BYTES = 256 * 1024;
const READ_BYTES = 64 * 1024;
const LINE_FEED = Buffer.from('\n');

/** The lines of one part, on the disk and compressed. The file has no name, so it is gone with the process at the latest. */
export class PartFile {
  /** As they are on the disk. */
  sizeBytes = 0;
  readonly #handle: FileHandle;
  #pending: Buffer[] = [];
  #pendingBytes = 0;

  private constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  static async create(): Promise<PartFile> {
    const path = join(tmpdir(), `millrace-${randomUUID()}`);
    const handle = await open(path, 'wx+', 0o600);
    await unlink(path);
    return new PartFile(handle);
  }

  /** Whether there is enough by now to be written. Of the line a copy is held: what it is a view of may be much larger. */
  add(line: Buffer): boolean {
    this.#pending.push(Buffer.from(line), LINE_FEED);
    this.#pendingBytes += line.length + 1;
    return this.#pendingBytes >= CHUNK_BYTES;
  }

  /** Each chunk is compressed by itself: one behind the other they are a file that can be read as one. */
  async flush(): Promise<void> {
    if (this.#pendingBytes === 0) return;
    const chunk = gzipSync(Buffer.concat(this.#pending), { level: 1 });
    this.#pending = [];
    this.#pendingBytes = 0;
    await this.#handle.write(chunk, 0, chunk.length, this.sizeBytes);
    this.sizeBytes += chunk.length;
  }

  /** All lines, from the first on, as often as they are asked for. Nothing may be added any more. */
  lines(): AsyncIterable<readonly Buffer[]> {
    const plain = createGunzip();
    // What fails destroys both, and whoever reads the lines hears of it.
    pipeline(Readable.from(this.#content()), plain, () => undefined);
    return readLines(plain);
  }

  async close(): Promise<void> {
    this.#pending = [];
    await this.#handle.close();
  }

  /** At places of its own: a stream of the handle would close it at its end. */
  async *#content(): AsyncGenerator<Buffer> {
    for (let at = 0; at < this.sizeBytes;) {
      const { buffer, bytesRead } = await this.#handle.read(Buffer.alloc(READ_BYTES), 0, READ_BYTES, at);
      if (bytesRead === 0) return;
      at += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  }
}
