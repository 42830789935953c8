/** The rows of a file are limited to this many columns; a header with more is refused. */
export const MAX_COLUMNS = 10_000;

/** The row is not complete: more bytes must come, or, at the end of the file, a quote was never closed. */
export const INCOMPLETE = -1;

/** The cell holds a quote, a backslash or a control character, which JSON writes differently. */
export const NEEDS_ESCAPE = 1;
/** The cell stood in quotes: two quotes in it mean one. */
export const QUOTED = 2;

export type CsvFault = 'quote_in_cell' | 'text_after_quote';

const PLAIN = 0;
const DELIMITER = 1;
const LINE_FEED = 2;
const CARRIAGE_RETURN = 3;
const QUOTE = 4;
const ESCAPE = 5;
const MAYBE_DELIMITER = 6;

const LF = 0x0a;
const CR = 0x0d;
const QUOTE_BYTE = 0x22;
const BACKSLASH_BYTE = 0x5c;

/**
 * Finds the cells of one row (RFC 4180; lines end in LF, CRLF or CR). Cell `i` is `bytes[starts[i] .. ends[i])` without
 * its quotes. Broken quoting is noted in `fault` and the cell read on to its delimiter, so that the row ends where its
 * reader would see it end. `bytes[end]` must be a double quote (`InputWindow`).
 */
export class CsvRowScanner {
  readonly starts = new Int32Array(MAX_COLUMNS);
  readonly ends = new Int32Array(MAX_COLUMNS);
  readonly flags = new Uint8Array(MAX_COLUMNS);
  /** Cells of the row, also those beyond `MAX_COLUMNS`. */
  count = 0;
  /** Any cell `NEEDS_ESCAPE`. */
  needsEscape = false;
  /** Physical lines that the row takes. */
  lines = 0;
  fault: CsvFault | undefined;
  faultCell = 0;
  /** After `INCOMPLETE`: how many lines below the row's first the open quote stands; -1 when none is open. */
  openQuoteLine = -1;

  readonly #kinds: Uint8Array;
  readonly #delimiter: Buffer;
  #final = false;
  #at = 0;
  #cellStart = 0;
  #cellFlags = 0;
  /** Where the closing quote of the present cell stands; -1 while there is none. */
  #closed = -1;

  constructor(delimiter: string) {
    this.#delimiter = Buffer.from(delimiter);
    this.#kinds = unquotedKinds(this.#delimiter);
  }

  /** Scans the row at `from`; returns where the next one begins, or `INCOMPLETE`. */
  scan(bytes: Uint8Array, from: number, end: number, final: boolean): number {
    this.#begin(from, final);
    const kinds = this.#kinds;
    let at = from;
    for (;;) {
      let kind = kinds[bytes[at] ?? 0] ?? 0;
      while (kind === PLAIN) {
        at += 1;
        kind = kinds[bytes[at] ?? 0] ?? 0;
      }
      if (kind === DELIMITER) {
        this.#storeCell(at);
        at += 1;
        this.#cellStart = at;
      } else if (kind === LINE_FEED) {
        return this.#endRow(at, at + 1);
      } else if (kind === ESCAPE) {
        this.#cellFlags |= NEEDS_ESCAPE;
        at += 1;
      } else {
        this.#at = at;
        const next = this.#meet(kind, bytes, end);
        if (next !== 0) return next;
        at = this.#at;
      }
    }
  }

  /** The row is an empty line. */
  isBlank(): boolean {
    return this.count === 1 && this.starts[0] === this.ends[0] && this.flags[0] === 0;
  }

  #begin(from: number, final: boolean): void {
    this.count = 0;
    this.needsEscape = false;
    this.lines = 0;
    this.fault = undefined;
    this.openQuoteLine = -1;
    this.#final = final;
    this.#cellStart = from;
    this.#cellFlags = 0;
    this.#closed = -1;
  }

  /** Handles what is rare at `#at`: moves on and returns 0, or returns what `scan` is to return. */
  #meet(kind: number, bytes: Uint8Array, end: number): number {
    const at = this.#at;
    if (kind === QUOTE) return this.#meetQuote(bytes, end);
    if (kind === CARRIAGE_RETURN) {
      if (at + 1 === end && !this.#final) return INCOMPLETE;
      return this.#endRow(at, at + 1 < end && bytes[at + 1] === LF ? at + 2 : at + 1);
    }
    return this.#meetDelimiterStart(bytes, end);
  }

  #meetQuote(bytes: Uint8Array, end: number): number {
    const at = this.#at;
    if (at === end) return this.#meetEnd(end);
    if (at !== this.#cellStart || this.#closed >= 0) {
      this.#note('quote_in_cell');
      this.#at = at + 1;
      return 0;
    }
    this.openQuoteLine = this.lines;
    const closing = this.#findClosingQuote(bytes, at + 1, end);
    if (closing === INCOMPLETE) return INCOMPLETE;
    this.openQuoteLine = -1;
    this.#closed = closing;
    this.#cellFlags |= QUOTED;
    this.#at = closing + 1;
    return 0;
  }

  #meetEnd(end: number): number {
    if (!this.#final) return INCOMPLETE;
    this.#storeCell(end);
    return end;
  }

  #meetDelimiterStart(bytes: Uint8Array, end: number): number {
    const at = this.#at;
    const delimiter = this.#delimiter;
    if (at + delimiter.length > end && !this.#final) return INCOMPLETE;
    if (delimiter.every((byte, index) => at + index < end && bytes[at + index] === byte)) {
      this.#storeCell(at);
      this.#at = at + delimiter.length;
      this.#cellStart = this.#at;
    } else {
      this.#at = at + 1;
    }
    return 0;
  }

  #findClosingQuote(bytes: Uint8Array, from: number, end: number): number {
    let at = from;
    let lines = 0;
    let isPlain = true;
    for (;;) {
      while (QUOTED_STOPS[bytes[at] ?? 0] === 0) at += 1;
      const byte = bytes[at];
      if (byte !== QUOTE_BYTE) {
        if (byte === CR || (byte === LF && bytes[at - 1] !== CR)) lines += 1;
        at += 1;
      } else if (at >= end) {
        return INCOMPLETE;
      } else if (bytes[at + 1] === QUOTE_BYTE && at + 1 < end) {
        at += 2;
      } else {
        if (at + 1 === end && !this.#final) return INCOMPLETE;
        this.lines += lines;
        if (!isPlain) this.#cellFlags |= NEEDS_ESCAPE;
        return at;
      }
      isPlain = false;
    }
  }

  #storeCell(at: number): void {
    const closed = this.#closed;
    const cell = this.count;
    if (closed >= 0 && at !== closed + 1) this.#note('text_after_quote');
    if (cell < MAX_COLUMNS) {
      this.starts[cell] = closed >= 0 ? this.#cellStart + 1 : this.#cellStart;
      this.ends[cell] = closed >= 0 ? closed : at;
      this.flags[cell] = this.#cellFlags;
    }
    if ((this.#cellFlags & NEEDS_ESCAPE) !== 0) this.needsEscape = true;
    this.#cellFlags = 0;
    this.#closed = -1;
    this.count = cell + 1;
  }

  #endRow(at: number, next: number): number {
    this.#storeCell(at);
    this.lines += 1;
    return next;
  }

  #note(fault: CsvFault): void {
    if (this.fault !== undefined) return;
    this.fault = fault;
    this.faultCell = this.count;
  }
}

/** Inside quotes only these matter: the quote, and what JSON escapes (line breaks among it). */
const QUOTED_STOPS = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte < 0x20 || byte === QUOTE_BYTE || byte === BACKSLASH_BYTE ? 1 : 0,
);

function unquotedKinds(delimiter: Buffer): Uint8Array {
  const kinds = new Uint8Array(256);
  kinds.fill(ESCAPE, 0, 0x20);
  kinds[BACKSLASH_BYTE] = ESCAPE;
  kinds[delimiter[0] ?? 0] = delimiter.length === 1 ? DELIMITER : MAYBE_DELIMITER;
  kinds[LF] = LINE_FEED;
  kinds[CR] = CARRIAGE_RETURN;
  kinds[QUOTE_BYTE] = QUOTE;
  return kinds;
}
