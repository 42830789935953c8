import { isUtf8 } from 'node:buffer';
import { crc32 } from 'node:zlib';

/** A record (or a CSV row) larger than this ends the run: it would have to be held in memory whole. */
export const MAX_RECORD_BYTES = 16 * 1024 * 1024;

const FIRST_CAPACITY_BYTES = 262_144;
const GROWTH = 4;
/** The largest record, and what may come with its end. */
const LARGEST_CAPACITY_BYTES = MAX_RECORD_BYTES + 1024 * 1024;
/** Room for the quote after the end, and for readers that take 4 bytes where one is left. */
const WORD_SLACK_BYTES = 8;
const QUOTE = 0x22;

/**
 * The part of a file that is being parsed: `bytes[start .. end)`. Parsers move `start` past what they are done with.
 *
 * `bytes[end]` is always a double quote: scanners stop at quotes anyhow, so they need no bounds check per byte.
 */
export class InputWindow {
  bytes: Buffer = Buffer.allocUnsafeSlow(FIRST_CAPACITY_BYTES);
  /** The same bytes, for reading several at a time; at least `WORD_SLACK_BYTES` can be read after `end`. */
  view = new DataView(this.bytes.buffer);
  start = 0;
  end = 0;
  /** Nothing more will be appended. */
  final = false;
  /** Bytes from here on are valid UTF-8 as far as they are known; records that begin before it must be checked. */
  suspectUntil = 0;
  /** Up to here UTF-8 was checked; a character cut by the end of a chunk waits for the next. */
  #checkedUntil = 0;
  /** Where in the file `bytes[0]` lies. */
  #base = 0;
  #digest = 0;
  #digestedUntil = 0;
  #wanted = 0;

  /** Where in the file `start` lies. */
  get offset(): number {
    return this.#base + this.start;
  }

  /** Goes on at `offset` of the file, everything before it having the given checksum. */
  seek(offset: number, checksum: number): void {
    this.start = 0;
    this.end = 0;
    this.#base = offset;
    this.#digest = checksum;
    this.#digestedUntil = 0;
    this.#checkedUntil = 0;
    this.suspectUntil = 0;
    this.bytes[0] = QUOTE;
  }

  append(chunk: Uint8Array): void {
    this.#makeRoom(chunk.length);
    this.bytes.set(chunk, this.end);
    this.end += chunk.length;
    this.bytes[this.end] = QUOTE;
    this.#checkUTF8(this.end - cutCharacterLength(this.bytes, this.#checkedUntil, this.end));
  }

  /** No more bytes follow: what is left is complete or cut. */
  finish(): void {
    this.final = true;
    this.#checkUTF8(this.end);
  }

  /** Enough came for another attempt; after a vain one the bytes must double, else a huge record costs its square. */
  isWorthParsing(): boolean {
    return this.final || this.end - this.start >= this.#wanted;
  }

  /** The record at `start` is not complete yet. */
  wantMore(): void {
    this.#wanted = Math.min((this.end - this.start) * 2, MAX_RECORD_BYTES + 1);
  }

  /** CRC-32 of the file up to `start`. */
  checksum(): number {
    this.#digest = crc32(this.bytes.subarray(this.#digestedUntil, this.start), this.#digest);
    this.#digestedUntil = this.start;
    return this.#digest;
  }

  #makeRoom(sizeBytes: number): void {
    this.checksum();
    const rest = this.end - this.start;
    const needed = rest + sizeBytes + WORD_SLACK_BYTES;
    const target = needed <= this.bytes.length ? this.bytes : Buffer.allocUnsafeSlow(roomFor(needed));
    this.bytes.copy(target, 0, this.start, this.end);
    if (target !== this.bytes) {
      this.bytes = target;
      this.view = new DataView(target.buffer);
    }
    this.#base += this.start;
    this.suspectUntil = Math.max(0, this.suspectUntil - this.start);
    this.#checkedUntil = Math.max(0, this.#checkedUntil - this.start);
    this.#digestedUntil = 0;
    this.start = 0;
    this.end = rest;
  }

  #checkUTF8(until: number): void {
    if (!isUtf8(this.bytes.subarray(this.#checkedUntil, until))) this.suspectUntil = until;
    this.#checkedUntil = until;
  }
}

/**
 * A few large steps: each leaves a copy behind that is not collected at once. Memory that is not written to costs nothing.
 */
function roomFor(sizeBytes: number): number {
  const room = sizeBytes * GROWTH;
  return room * GROWTH > LARGEST_CAPACITY_BYTES ? Math.max(sizeBytes * 2, LARGEST_CAPACITY_BYTES) : room;
}

/** How many of the last bytes are the beginning of a character whose rest has not come. */
function cutCharacterLength(bytes: Uint8Array, from: number, end: number): number {
  for (let length = 1; length <= 3 && end - length >= from; length += 1) {
    const byte = bytes[end - length] ?? 0;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return length < characterLength(byte) ? length : 0;
  }
  return 0;
}

function characterLength(leadByte: number): number {
  if (leadByte >= 0xf0) return 4;
  return leadByte >= 0xe0 ? 3 : 2;
}
