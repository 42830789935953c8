import type { Readable } from 'node:stream';

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** A line got longer than its reader may hold. */
export class LineTooLongError extends Error {}

/** What a program prints, by lines. Never holds more than one line and one chunk. */
export class LineReader {
  /** Bytes read so far. */
  bytesRead = 0;
  readonly #chunks: AsyncIterator<Buffer>;
  readonly #maxLineBytes: number;
  #pending: Promise<IteratorResult<Buffer>> | undefined;
  #parts: Buffer[] = [];
  #partBytes = 0;

  constructor(stream: Readable, { maxLineBytes }: { maxLineBytes: number }) {
    this.#chunks = stream[Symbol.asyncIterator]();
    this.#maxLineBytes = maxLineBytes;
  }

  /**
   * The complete lines of the next chunk, without their ends; `waiting` when nothing came for that long, `undefined` at the
   * end. What stands after the last line feed is a line too.
   */
  async next(milliseconds: number): Promise<Buffer[] | 'waiting' | undefined> {
    this.#pending ??= this.#chunks.next();
    const result = await within(this.#pending, milliseconds);
    if (result === 'waiting') return 'waiting';
    this.#pending = undefined;
    if (result.done !== true) return this.#split(result.value);
    // Whoever asks again is told the same.
    this.#pending = Promise.resolve(result);
    if (this.#partBytes === 0) return undefined;
    return [this.#join()];
  }

  #split(chunk: Buffer): Buffer[] {
    this.bytesRead += chunk.length;
    const lines: Buffer[] = [];
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(LINE_FEED, start);
      if (end < 0) break;
      this.#keep(chunk.subarray(start, end));
      lines.push(this.#join());
      start = end + 1;
    }
    this.#keep(chunk.subarray(start));
    return lines;
  }

  #keep(part: Buffer): void {
    if (part.length === 0) return;
    this.#partBytes += part.length;
    if (this.#partBytes > this.#maxLineBytes) {
      this.#parts = [];
      throw new LineTooLongError(`A line has more than ${this.#maxLineBytes} bytes`);
    }
    this.#parts.push(part);
  }

  #join(): Buffer {
    const [first = Buffer.alloc(0)] = this.#parts;
    const line = this.#parts.length <= 1 ? first : Buffer.concat(this.#parts);
    this.#parts = [];
    this.#partBytes = 0;
    return line.at(-1) === CARRIAGE_RETURN ? line.subarray(0, -1) : line;
  }
}

async function within<Value>(promise: Promise<Value>, milliseconds: number): Promise<Value | 'waiting'> {
  let timer: NodeJS.Timeout | undefined;
  const waiting = new Promise<'waiting'>((resolve) => {
    timer = setTimeout(() => resolve('waiting'), milliseconds);
  });
  try {
    return await Promise.race([promise, waiting]);
  } finally {
    clearTimeout(timer);
  }
}
