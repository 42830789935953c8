/**
 * Counts how often a short ASCII text occurs in a stream of bytes, also across chunks. Skips ahead by the text's length
 * (Boyer, Moore and Horspool), so most bytes are never looked at.
 */
export class OccurrenceCounter {
  readonly #needle: Buffer;
  readonly #shifts: Uint8Array;
  #tail: Buffer = Buffer.alloc(0);
  #count = 0;

  constructor(text: string) {
    this.#needle = Buffer.from(text, 'latin1');
    this.#shifts = new Uint8Array(256).fill(this.#needle.length);
    for (let index = 0; index < this.#needle.length - 1; index++) {
      this.#shifts[this.#needle[index] ?? 0] = this.#needle.length - 1 - index;
    }
  }

  get count(): number {
    return this.#count;
  }

  add(chunk: Buffer): void {
    const overlap = this.#needle.length - 1;
    if (this.#tail.length > 0)
      this.#count += this.#scan(Buffer.concat([this.#tail, chunk.subarray(0, overlap)]));
    this.#count += this.#scan(chunk);
    const end = chunk.length >= overlap ? chunk : Buffer.concat([this.#tail, chunk]);
    this.#tail = Buffer.from(end.subarray(Math.max(0, end.length - overlap)));
  }

  #scan(bytes: Buffer): number {
    const needle = this.#needle;
    const shifts = this.#shifts;
    const last = needle.length - 1;
    const lastByte = needle[last];
    let found = 0;
    let index = last;
    while (index < bytes.length) {
      const byte = bytes[index] ?? 0;
      if (byte === lastByte && endsAt(bytes, index, needle)) found++;
      index += shifts[byte] ?? 1;
    }
    return found;
  }
}

function endsAt(bytes: Buffer, end: number, needle: Buffer): boolean {
  const start = end - needle.length + 1;
  for (let index = 0; index < needle.length; index++) {
    if (bytes[start + index] !== needle[index]) return false;
  }
  return true;
}
