import { isUtf8 } from 'node:buffer';
import type { RejectedRecord } from '../../../core/records/rejected-record.ts';
import { findInvalidUTF8, quoteExcerpt } from '../file/rejected-text.ts';
import type { CsvColumns } from './csv-columns.ts';
import { readCell } from './csv-header.ts';
import type { CsvType } from './csv-input.ts';
import type { CsvRowScanner } from './csv-row-scanner.ts';

/** The row that a rejection is about. */
export interface CsvRowPlace {
  readonly bytes: Buffer;
  readonly row: CsvRowScanner;
  readonly columns: CsvColumns;
  /** Where the row begins. */
  readonly line: number;
}

/** Ids longer than this are not repeated in a rejection. */
const MAX_ID_BYTES = 200;

const EXPECTATIONS: Record<Exclude<CsvType, 'string'>, { code: string; says: string }> = {
  integer: {
    code: 'csv.bad_number',
    says: 'is not an integer: digits with or without a minus sign, no leading zeros (map the column as string to keep them)',
  },
  float: {
    code: 'csv.bad_number',
    says: 'is not a number such as -12.5 or 1e6: no plus sign, no leading zeros, digits on both sides of the point',
  },
  boolean: { code: 'csv.bad_boolean', says: 'is not a boolean: true, false, yes, no, 1 or 0' },
  json: { code: 'csv.bad_json', says: 'is not valid JSON' },
};

/** The row has broken quotes or not as many cells as the header. */
export function describeBadRow(place: CsvRowPlace): RejectedRecord {
  const { row, columns, line } = place;
  if (row.fault !== undefined) {
    const says =
      row.fault === 'quote_in_cell'
        ? 'has a quote inside a cell that does not begin with one; put the cell in quotes and double the quote'
        : 'has text after its closing quote; a quote inside a cell has to be doubled';
    return reject(place, { code: 'csv.bad_quote', ...columnOf(place, row.faultCell, says) });
  }
  const count = row.count;
  const expected = columns.all.length;
  return {
    position: line,
    code: count > expected ? 'csv.too_many_columns' : 'csv.too_few_columns',
    message: `Line ${line} has ${plural(count, 'field')}, the header has ${expected}.`,
  };
}

/** A cell is not of the type that the mapping gives its column. */
export function describeBadCell(place: CsvRowPlace, cell: number): RejectedRecord {
  const type = place.columns.all[cell]?.type ?? 'string';
  const { code, says } =
    type === 'string' ? { code: 'csv.bad_cell', says: 'cannot be read' } : EXPECTATIONS[type];
  const excerpt = quoteExcerpt(readCell(place.bytes, place.row, cell));
  return reject(place, { code, ...columnOf(place, cell, `${excerpt} ${says}`) });
}

/** The id's cell is empty. */
export function describeMissingID(place: CsvRowPlace): RejectedRecord {
  const says = 'is empty, but it holds the id of the record';
  return {
    position: place.line,
    code: 'record.missing_id',
    ...columnOf(place, place.columns.idColumn, says),
  };
}

/** The row `bytes[start .. end)` is not UTF-8. */
export function describeInvalidUTF8(place: CsvRowPlace, start: number, end: number): RejectedRecord {
  const { bytes, row } = place;
  const fault = start + findInvalidUTF8(bytes.subarray(start, end));
  const cells = Math.min(row.count, place.columns.all.length);
  let cell = 0;
  while (cell + 1 < cells && fault >= (row.starts[cell + 1] ?? 0)) cell += 1;
  const value = (bytes[fault] ?? 0).toString(16).padStart(2, '0');
  const says = `is not valid UTF-8: byte 0x${value}, ${fault - start + 1} bytes into the row`;
  return reject(place, { code: 'record.invalid_utf8', ...columnOf(place, cell, says) });
}

function columnOf(
  { columns, line }: CsvRowPlace,
  cell: number,
  says: string,
): Pick<RejectedRecord, 'field' | 'message'> {
  const name = columns.all[cell]?.name;
  if (name === undefined) return { message: `Line ${line}, field ${cell + 1}: ${says}.` };
  return {
    field: name.slice(0, 100),
    message: `Line ${line}, column ${quoteExcerpt(Buffer.from(name))}: ${says}.`,
  };
}

function reject(
  { bytes, row, columns, line }: CsvRowPlace,
  rest: Omit<RejectedRecord, 'position'>,
): RejectedRecord {
  // With broken quotes nobody can say which cell is the id.
  if (columns.idColumn < 0 || columns.idColumn >= row.count || row.fault !== undefined)
    return { position: line, ...rest };
  const id = readCell(bytes, row, columns.idColumn);
  if (id.length === 0 || id.length > MAX_ID_BYTES || !isUtf8(id)) return { position: line, ...rest };
  return { position: line, objectID: id.toString(), ...rest };
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
