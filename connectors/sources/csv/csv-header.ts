import { isUtf8 } from 'node:buffer';
import { SourceError } from '../../../core/runs/source-error.ts';
import type { InputWindow } from '../file/input-window.ts';
import { INCOMPLETE, MAX_COLUMNS, QUOTED, type CsvRowScanner } from './csv-row-scanner.ts';
import { unquoteText } from './csv-text.ts';

const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

export interface CsvHeader {
  readonly names: string[];
  /** Physical lines up to the first row, empty ones included. */
  readonly lines: number;
}

/** Reads the header row and moves the window past it; undefined when it is not there whole yet. */
export function readHeader(window: InputWindow, row: CsvRowScanner): CsvHeader | undefined {
  let lines = 0;
  let start = window.start;
  if (!window.final && window.end - start < BYTE_ORDER_MARK.length) return undefined;
  if (window.bytes.subarray(start, window.end).indexOf(BYTE_ORDER_MARK) === 0)
    start += BYTE_ORDER_MARK.length;
  for (;;) {
    if (start === window.end && window.final) {
      throw new SourceError(
        'csv.empty',
        'The file is empty: it has no header row with the names of the columns.',
      );
    }
    const next = row.scan(window.bytes, start, window.end, window.final);
    if (next === INCOMPLETE) return undefined;
    lines += row.lines;
    if (!row.isBlank()) {
      const names = readNames(window.bytes, row, start, next);
      window.start = next;
      return { names, lines };
    }
    start = next;
  }
}

function readNames(bytes: Buffer, row: CsvRowScanner, start: number, end: number): string[] {
  if (!isUtf8(bytes.subarray(start, end))) {
    throw new SourceError(
      'csv.header_not_utf8',
      'The header is not valid UTF-8. Save the file in UTF-8; other encodings cannot be read yet.',
    );
  }
  if (row.count > MAX_COLUMNS) {
    throw new SourceError(
      'csv.too_many_columns',
      `The header has ${row.count} columns; at most ${MAX_COLUMNS} can be read.`,
    );
  }
  if (row.fault !== undefined) {
    throw new SourceError(
      'csv.bad_header',
      `The header's column ${row.faultCell + 1} has a quote where none may stand. A name with a quote in it is written ` +
        'in quotes, and the quote doubled.',
    );
  }
  return Array.from({ length: row.count }, (_, cell) => readCell(bytes, row, cell).toString());
}

/** The text of a cell as it was meant. */
export function readCell(bytes: Buffer, row: CsvRowScanner, cell: number): Buffer {
  const start = row.starts[cell] ?? 0;
  const end = row.ends[cell] ?? 0;
  const isQuoted = ((row.flags[cell] ?? 0) & QUOTED) !== 0;
  return isQuoted ? unquoteText(bytes, start, end) : bytes.subarray(start, end);
}
