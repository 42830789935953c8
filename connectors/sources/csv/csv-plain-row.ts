import type { BatchBuilder } from '../../../core/records/batch-builder.ts';
import type { CsvColumns } from './csv-columns.ts';
import type { CsvType } from './csv-input.ts';
import { OBJECT_ID_PREFIX, copyText, copyWords, type CsvTarget } from './csv-text.ts';

const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const QUOTE = 0x22;
const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const BACKSLASH = 0x5c;
const CLOSE_OBJECT = 0x7d;

/** Longer rows go the careful way; shorter than the longest number that a double is sure to hold. */
const MAX_CELL_BYTES = 300;
const MAX_COLUMNS = 100;
/** What a cell takes beside its text and its column's prefix: a quote, and the rest of a word. */
const CELL_EXTRA_BYTES = 8;
const CAREFUL = -1;
const PLAIN_TYPES: readonly CsvType[] = ['string', 'integer', 'float'];

/** The row begins at `start`. `bytes[end]` is a double quote, and at least 3 bytes can be read after it. */
interface CsvBytes {
  readonly bytes: Buffer;
  readonly view: DataView;
  readonly start: number;
  readonly end: number;
}

/**
 * Writes a row as a record while it is read, if there is nothing to it: every cell is as long as it should be, of its
 * column's type, and stands in the record as it stands in the row, but for the quotes around it. Most rows of most files
 * are so; all others are left to the `CsvRowScanner` and the `CsvRowWriter`, which find what is wrong.
 */
export class CsvPlainRow {
  readonly #columns: CsvColumns;
  readonly #batch: BatchBuilder;
  readonly #delimiter: number;
  /** 1 for the bytes that stand in the record as they stand in a cell, without quotes around it and with. */
  readonly #isPlain: Uint8Array;
  readonly #isPlainInQuotes: Uint8Array;
  readonly #roomBytes: number;
  readonly #target: CsvTarget;

  private constructor(columns: CsvColumns, delimiter: number, batch: BatchBuilder) {
    this.#columns = columns;
    this.#batch = batch;
    this.#delimiter = delimiter;
    this.#isPlainInQuotes = Uint8Array.from({ length: 256 }, (_, byte) =>
      byte >= SPACE && byte !== QUOTE && byte !== BACKSLASH ? 1 : 0,
    );
    this.#isPlain = this.#isPlainInQuotes.slice();
    this.#isPlain[delimiter] = 0;
    this.#roomBytes = columns.prefixBytes + (columns.all.length + 2) * (MAX_CELL_BYTES + CELL_EXTRA_BYTES);
    this.#target = { bytes: batch.bytes, view: batch.view, at: 0 };
  }

  /** Nothing where the columns are such that no row is plain. */
  static of(columns: CsvColumns, delimiter: string, batch: BatchBuilder): CsvPlainRow | undefined {
    const { all } = columns;
    const canBePlain =
      Buffer.byteLength(delimiter) === 1 &&
      // Those would be taken for a part of a number.
      !/[\d.-]/.test(delimiter) &&
      all.length <= MAX_COLUMNS &&
      all.every(({ type }) => PLAIN_TYPES.includes(type));
    return canBePlain ? new CsvPlainRow(columns, delimiter.charCodeAt(0), batch) : undefined;
  }

  /**
   * Where the next row begins, the row of `line` being in the batch; -1 when it must go the careful way.
   * `positionID` is its id when no column holds one.
   */
  write(source: CsvBytes, line: number, positionID: string | undefined): number {
    const { bytes, end } = source;
    const batch = this.#batch;
    const target = this.#target;
    batch.reserve(this.#roomBytes);
    target.bytes = batch.bytes;
    target.view = batch.view;
    target.at = batch.length;
    copyWords(OBJECT_ID_PREFIX, target);
    if (positionID !== undefined) target.at += target.bytes.write(positionID, target.at, 'latin1');
    else if (!this.#writeID(source)) return CAREFUL;
    target.bytes[target.at] = QUOTE;
    target.at += 1;
    const idEnd = target.at;
    const rowEnd = this.#writeCells(source);
    // An empty line is no row.
    if (rowEnd <= source.start) return CAREFUL;
    const lineFeed = bytes[rowEnd] === CR ? rowEnd + 1 : rowEnd;
    if (lineFeed >= end || bytes[lineFeed] !== LF) return CAREFUL;
    target.bytes[target.at] = CLOSE_OBJECT;
    return batch.commit(target.at + 1, idEnd, line) ? lineFeed + 1 : CAREFUL;
  }

  /** False when the id is not plain. */
  #writeID({ bytes, view, start, end }: CsvBytes): boolean {
    let at = start;
    for (let before = this.#columns.idColumn; before > 0 && at < end; before -= 1) {
      at = bytes[at] === QUOTE ? this.#skipText(bytes, at) + 2 : this.#skipText(bytes, at) + 1;
    }
    if (at >= end) return false;
    const idStart = bytes[at] === QUOTE ? at + 1 : at;
    const idEnd = this.#skipText(bytes, at);
    if (idEnd === idStart || idEnd - idStart > MAX_CELL_BYTES) return false;
    copyText(view, idStart, idEnd, this.#target);
    return true;
  }

  /** Where the row's last cell ends; -1 when one of them is not plain. */
  #writeCells({ bytes, view, start: rowStart, end: limit }: CsvBytes): number {
    const target = this.#target;
    const { all } = this.#columns;
    let at = rowStart;
    for (let cell = 0; cell < all.length; cell += 1) {
      const column = all[cell];
      // Behind the end there is what was read before: it may look like the rest of a row that was cut.
      if (column === undefined || at >= limit || (cell > 0 && bytes[at - 1] !== this.#delimiter))
        return CAREFUL;
      const isText = column.type === 'string';
      const isQuoted = isText && bytes[at] === QUOTE;
      const start = isQuoted ? at + 1 : at;
      const end = isText ? this.#skipText(bytes, at) : skipNumber(bytes, at, column.type === 'float');
      if (end < 0 || end - start > MAX_CELL_BYTES || (isQuoted && bytes[end] !== QUOTE)) return CAREFUL;
      if (!column.isObjectID) {
        copyWords(column.prefix, target);
        copyText(view, start, end, target);
        if (isText) {
          target.bytes[target.at] = QUOTE;
          target.at += 1;
        }
      }
      at = isQuoted ? end + 2 : end + 1;
    }
    return at - 1;
  }

  /** Where the text of the cell that begins at `at` ends, before its closing quote. */
  #skipText(bytes: Buffer, at: number): number {
    const isQuoted = bytes[at] === QUOTE;
    const isPlain = isQuoted ? this.#isPlainInQuotes : this.#isPlain;
    let end = isQuoted ? at + 1 : at;
    while (isPlain[bytes[end] ?? 0] === 1) end += 1;
    return end;
  }
}

/** Where the number that begins at `start` ends; -1 when none does. */
function skipNumber(bytes: Buffer, start: number, isFloat: boolean): number {
  const digits = bytes[start] === MINUS ? start + 1 : start;
  const end = skipDigits(bytes, digits);
  if (end === digits || (bytes[digits] === ZERO && end > digits + 1)) return CAREFUL;
  if (!isFloat || bytes[end] !== DOT) return end;
  const fractionEnd = skipDigits(bytes, end + 1);
  return fractionEnd === end + 1 ? CAREFUL : fractionEnd;
}

function skipDigits(bytes: Buffer, start: number): number {
  let at = start;
  for (let byte = bytes[at] ?? 0; byte >= ZERO && byte <= NINE; byte = bytes[at] ?? 0) at += 1;
  return at;
}
