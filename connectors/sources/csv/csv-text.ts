import { RECORD_OPENING } from '../../../core/records/record-batch.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const FIRST_NEEDING_NO_ESCAPE = 0x20;
/** From here on one native copy is quicker than a loop. */
const LONG_CELL = 100;

/** The longest that one byte becomes: a control character as `\u0000`. */
export const MAX_ESCAPED_BYTES = 6;

const WORD_BYTES = 4;

/** Where writing stands. `view` is of the same bytes; up to 3 bytes after `at` are written over by what comes next. */
export interface CsvTarget {
  bytes: Buffer;
  view: DataView;
  at: number;
}

/** A short text as words of four bytes, the last one filled up with zeros: copied in a quarter of the steps. */
export interface TextWords {
  readonly words: Int32Array;
  readonly length: number;
}

export function toWords(text: string): TextWords {
  const bytes = Buffer.from(text);
  const filled = Buffer.alloc(Math.ceil(bytes.length / WORD_BYTES) * WORD_BYTES);
  bytes.copy(filled);
  const words = Int32Array.from({ length: filled.length / WORD_BYTES }, (_, index) =>
    filled.readInt32LE(index * WORD_BYTES),
  );
  return { words, length: bytes.length };
}

/** What every record begins with; the id follows. */
export const OBJECT_ID_PREFIX = toWords(`${RECORD_OPENING}"`);

export function copyWords({ words, length }: TextWords, target: CsvTarget): void {
  const { view, at } = target;
  let to = at;
  for (let index = 0; index < words.length; index += 1) {
    view.setInt32(to, words[index] ?? 0, true);
    to += WORD_BYTES;
  }
  target.at = at + length;
}

/** Copies a cell that needs no escape. Up to 3 bytes after `end` are read. */
export function copyText(source: DataView, start: number, end: number, target: CsvTarget): void {
  const { view, at } = target;
  if (end - start > LONG_CELL) {
    target.bytes.set(new Uint8Array(source.buffer, source.byteOffset + start, end - start), at);
  } else {
    let to = at;
    for (let from = start; from < end; from += WORD_BYTES) {
      view.setInt32(to, source.getInt32(from, true), true);
      to += WORD_BYTES;
    }
  }
  target.at = at + end - start;
}

/** Copies a cell as the inside of a JSON string: two quotes are one, and what JSON escapes is escaped. */
export function escapeText(source: Buffer, start: number, end: number, target: CsvTarget): void {
  const { bytes } = target;
  let to = target.at;
  for (let from = start; from < end; from += 1) {
    const byte = source[from] ?? 0;
    if (byte >= FIRST_NEEDING_NO_ESCAPE && byte !== QUOTE && byte !== BACKSLASH) {
      bytes[to] = byte;
      to += 1;
    } else {
      // A quote inside a cell is always doubled here: rows where it is not were rejected.
      if (byte === QUOTE) from += 1;
      to += ESCAPED[byte]?.copy(bytes, to) ?? 0;
    }
  }
  target.at = to;
}

/** Copies the text of a cell as it was meant: two quotes are one. */
export function unquoteText(source: Buffer, start: number, end: number): Buffer {
  return Buffer.from(source.subarray(start, end).toString('latin1').replaceAll('""', '"'), 'latin1');
}

const ESCAPED = Array.from({ length: BACKSLASH + 1 }, (_, byte) =>
  Buffer.from(JSON.stringify(String.fromCodePoint(byte)).slice(1, -1)),
);
