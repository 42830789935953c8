import { SourceError } from '../../../core/runs/source-error.ts';

/** Reads a stream of chunks in pieces of any size; what was read too far can be put back. */
export class ByteReader {
  readonly #chunks: AsyncIterator<Buffer>;
  #held: Buffer[] = [];

  constructor(chunks: AsyncIterable<Buffer>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** As much as comes at once; undefined at the end. */
  async next(): Promise<Buffer | undefined> {
    const held = this.#held.shift();
    if (held !== undefined) return held;
    const { done, value } = await this.#chunks.next();
    return done === true ? undefined : value;
  }

  putBack(bytes: Buffer): void {
    if (bytes.length > 0) this.#held.unshift(bytes);
  }

  /** Exactly so many bytes; a stream that ends before is an error. Meant for few. */
  async take(count: number): Promise<Buffer> {
    const pieces: Buffer[] = [];
    for await (const piece of this.takeChunks(count)) pieces.push(piece);
    return Buffer.concat(pieces);
  }

  /** Exactly so many bytes, as they come. */
  async *takeChunks(count: number): AsyncGenerator<Buffer> {
    let left = count;
    while (left > 0) {
      const chunk = await this.next();
      if (chunk === undefined) {
        throw new SourceError('source.truncated', 'The zip archive ends in the middle.', {
          disposition: 'retryable',
        });
      }
      if (chunk.length > left) this.putBack(chunk.subarray(left));
      const piece = chunk.subarray(0, left);
      left -= piece.length;
      yield piece;
    }
  }
}
