import type { BatchBuilder } from '../../../core/records/batch-builder.ts';
import { JsonScanner, isJsonValue } from '../../../core/records/json-scanner.ts';
import type { CsvColumns } from './csv-columns.ts';
import type { CsvType } from './csv-input.ts';
import { NEEDS_ESCAPE, type CsvRowScanner } from './csv-row-scanner.ts';
import {
  MAX_ESCAPED_BYTES,
  OBJECT_ID_PREFIX,
  copyText,
  copyWords,
  escapeText,
  toWords,
  unquoteText,
  type CsvTarget,
} from './csv-text.ts';
import { isFloat, isInteger, readBoolean } from './csv-values.ts';

const TAB = 0x09;
const SPACE = 0x20;
const QUOTE = 0x22;
const CLOSE_OBJECT = 0x7d;
const NULL = toWords('null');
const TRUE = toWords('true');
const FALSE = toWords('false');
const GUARD = Buffer.from('"');
/** What a cell can take beside its text and its column's prefix: a quote or a literal, and the rest of a word. */
const CELL_EXTRA_BYTES = 8;

/** The bytes that hold the row; at least 3 more can be read after it. */
interface CsvBytes {
  readonly bytes: Buffer;
  readonly view: DataView;
}

/** What came of writing a row: written, no room in the batch, or the index of the cell that is not of its type. */
export type RowOutcome = 'written' | 'full' | number;

/**
 * Writes scanned rows as JSON objects, bytes to bytes. Strings keep every character. Typed cells may have spaces and
 * tabs around them; the digits of numbers are copied, never computed; an empty typed cell is null.
 */
export class CsvRowWriter {
  readonly #columns: CsvColumns;
  readonly #row: CsvRowScanner;
  readonly #batch: BatchBuilder;
  /** Where writing stands; one object for all rows, since the text functions move it. */
  readonly #target: CsvTarget;

  constructor(columns: CsvColumns, row: CsvRowScanner, batch: BatchBuilder) {
    this.#columns = columns;
    this.#row = row;
    this.#batch = batch;
    this.#target = { bytes: batch.bytes, view: batch.view, at: 0 };
  }

  /** Writes the row that was scanned last, `rowBytes` long. `positionID` is its id when no column holds one. */
  write(source: CsvBytes, rowBytes: number, line: number, positionID: string | undefined): RowOutcome {
    const batch = this.#batch;
    const target = this.#target;
    const { all, prefixBytes } = this.#columns;
    // The id is written twice: as objectID and as the attribute that it is.
    const textBytes = 2 * rowBytes * (this.#row.needsEscape ? MAX_ESCAPED_BYTES : 1);
    batch.reserve(textBytes + prefixBytes + (all.length + 16) * CELL_EXTRA_BYTES);
    target.bytes = batch.bytes;
    target.view = batch.view;
    target.at = batch.length;
    copyWords(OBJECT_ID_PREFIX, target);
    if (positionID === undefined) this.#writeText(source, this.#columns.idColumn);
    else target.at += target.bytes.write(positionID, target.at, 'latin1');
    target.bytes[target.at] = QUOTE;
    target.at += 1;
    const idEnd = target.at;
    const badCell = this.#writeCells(source);
    if (badCell >= 0) return badCell;
    target.bytes[target.at] = CLOSE_OBJECT;
    return batch.commit(target.at + 1, idEnd, line) ? 'written' : 'full';
  }

  #writeCells(source: CsvBytes): number {
    const target = this.#target;
    const { all } = this.#columns;
    for (let cell = 0; cell < all.length; cell += 1) {
      const column = all[cell];
      if (column === undefined || column.isObjectID) continue;
      copyWords(column.prefix, target);
      if (column.type === 'string') {
        this.#writeText(source, cell);
        target.bytes[target.at] = QUOTE;
        target.at += 1;
      } else if (!this.#writeTyped(source, cell, column.type)) {
        return cell;
      }
    }
    return -1;
  }

  #writeText({ bytes, view }: CsvBytes, cell: number): void {
    const row = this.#row;
    const start = row.starts[cell] ?? 0;
    const end = row.ends[cell] ?? 0;
    if (((row.flags[cell] ?? 0) & NEEDS_ESCAPE) === 0) copyText(view, start, end, this.#target);
    else escapeText(bytes, start, end, this.#target);
  }

  /** False when the cell is not of the type. */
  #writeTyped({ bytes: source, view }: CsvBytes, cell: number, type: CsvType): boolean {
    let start = this.#row.starts[cell] ?? 0;
    let end = this.#row.ends[cell] ?? 0;
    while (start < end && isSpace(source[start])) start += 1;
    while (start < end && isSpace(source[end - 1])) end -= 1;
    if (start === end) {
      copyWords(NULL, this.#target);
      return true;
    }
    if (type === 'json') return this.#writeJson(unquoteText(source, start, end));
    if (type === 'boolean') {
      const value = readBoolean(source, start, end);
      if (value !== undefined) copyWords(value ? TRUE : FALSE, this.#target);
      return value !== undefined;
    }
    const isNumber = type === 'integer' ? isInteger(source, start, end) : isFloat(source, start, end);
    if (isNumber) copyText(view, start, end, this.#target);
    return isNumber;
  }

  #writeJson(text: Buffer): boolean {
    // The scanner needs a quote after the end.
    const guarded = Buffer.concat([text, GUARD]);
    if (!isJsonValue(new JsonScanner(guarded, text.length, true), 0)) return false;
    const target = this.#target;
    target.at += text.copy(target.bytes, target.at);
    return true;
  }
}

function isSpace(byte: number | undefined): boolean {
  return byte === SPACE || byte === TAB;
}
