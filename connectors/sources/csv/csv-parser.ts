import { isUtf8 } from 'node:buffer';
import type { BatchBuilder } from '../../../core/records/batch-builder.ts';
import { keepText } from '../../../core/records/kept-content.ts';
import type { RejectedRecord } from '../../../core/records/rejected-record.ts';
import { SourceError } from '../../../core/runs/source-error.ts';
import type { ParserPosition } from '../file/file-cursor.ts';
import type { FileParser } from '../file/file-parser.ts';
import { InputWindow, MAX_RECORD_BYTES } from '../file/input-window.ts';
import { quoteExcerpt } from '../file/rejected-text.ts';
import { planColumns, type CsvColumns } from './csv-columns.ts';
import { readHeader } from './csv-header.ts';
import type { CsvInput } from './csv-input.ts';
import { describeBadCell, describeBadRow, describeInvalidUTF8, describeMissingID } from './csv-rejections.ts';
import { CsvRowScanner, INCOMPLETE } from './csv-row-scanner.ts';
import { CsvRowWriter } from './csv-row-writer.ts';
import { CsvKernel } from './kernel/csv-kernel.ts';

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

export interface CsvParserOptions {
  readonly input: CsvInput;
  /** What the id of a row begins with where no column holds one; its line follows. */
  readonly positionStem: string;
}

/** Reads CSV (RFC 4180, lines ending in LF, CRLF or CR) whose first row names the columns. Empty lines are skipped. */
export class CsvParser implements FileParser {
  readonly #options: CsvParserOptions;
  readonly #row: CsvRowScanner;
  #columns: CsvColumns | undefined;
  /** Takes the rows to which there is nothing; nothing where the columns are not for it. */
  #kernel: CsvKernel | undefined;
  #writer: { readonly batch: BatchBuilder; readonly careful: CsvRowWriter } | undefined;
  #prologueBytes = 0;
  #line = 1;
  #records = 0;

  constructor(options: CsvParserOptions) {
    this.#options = options;
    this.#row = new CsvRowScanner(options.input.delimiter ?? ',');
  }

  resume(position: ParserPosition, prologue: Buffer): void {
    const window = new InputWindow();
    window.append(prologue);
    window.finish();
    this.#readHeader(window);
    this.#prologueBytes = position.prologueBytes;
    this.#line = position.line;
    this.#records = position.records;
  }

  position(): ParserPosition {
    return { prologueBytes: this.#prologueBytes, line: this.#line, records: this.#records, layout: '' };
  }

  parse(window: InputWindow, batch: BatchBuilder): boolean {
    const columns = this.#columns ?? this.#readHeader(window);
    if (columns === undefined) return false;
    const careful = this.#writerFor(columns, batch);
    while (window.start < window.end) {
      this.#takePlainRows(window, batch);
      if (batch.isFull()) return true;
      if (window.start === window.end) break;
      const next = this.#row.scan(window.bytes, window.start, window.end, window.final);
      if (next === INCOMPLETE) {
        this.#refuseEndless(window);
        window.wantMore();
        return false;
      }
      if (next - window.start > MAX_RECORD_BYTES) throw this.#tooLarge(this.#line);
      if (!this.#row.isBlank()) {
        if (!this.#takeRow(window, next, { columns, careful, batch })) return true;
        this.#records += 1;
      }
      this.#line += this.#row.lines;
      window.start = next;
      if (batch.isFull()) return true;
    }
    return false;
  }

  #writerFor(columns: CsvColumns, batch: BatchBuilder): CsvRowWriter {
    if (this.#writer?.batch !== batch) {
      this.#writer = { batch, careful: new CsvRowWriter(columns, this.#row, batch) };
    }
    return this.#writer.careful;
  }

  /** As many as there are from the window's start on. */
  #takePlainRows(window: InputWindow, batch: BatchBuilder): void {
    if (this.#kernel === undefined || window.start < window.suspectUntil) return;
    const taken = this.#kernel.write(window, batch, this.#line);
    if (taken === 0) return;
    this.#records += taken;
    this.#line += this.#kernel.lines;
  }

  /** The id of the row that begins at the present line, if no column holds one. */
  #positionID(): string | undefined {
    const hasID = (this.#columns?.idColumn ?? -1) >= 0;
    return hasID ? undefined : `${this.#options.positionStem}${this.#line}`;
  }

  /** False when the batch has no room for the row. */
  #takeRow(
    window: InputWindow,
    next: number,
    { columns, careful, batch }: { columns: CsvColumns; careful: CsvRowWriter; batch: BatchBuilder },
  ): boolean {
    const row = this.#row;
    const line = this.#line;
    const { bytes, start } = window;
    const rejection = this.#judge(window, next, columns);
    if (rejection !== undefined) {
      batch.reject(withRow(rejection, bytes.subarray(start, next)));
      return true;
    }
    const outcome = careful.write(window, next - start, line, this.#positionID());
    if (outcome === 'full') return false;
    if (outcome === 'written') return true;
    const badCell = describeBadCell({ bytes, row, columns, line }, outcome);
    batch.reject(withRow(badCell, bytes.subarray(start, next)));
    return true;
  }

  /** Why the row cannot be written, as far as that shows before its cells are read. */
  #judge(
    { bytes, start, suspectUntil }: InputWindow,
    next: number,
    columns: CsvColumns,
  ): RejectedRecord | undefined {
    const row = this.#row;
    const place = { bytes, row, columns, line: this.#line };
    if (start < suspectUntil && !isUtf8(bytes.subarray(start, next))) {
      return describeInvalidUTF8(place, start, next);
    }
    if (row.fault !== undefined || row.count !== columns.all.length) return describeBadRow(place);
    const id = columns.idColumn;
    return id >= 0 && row.starts[id] === row.ends[id] ? describeMissingID(place) : undefined;
  }

  #readHeader(window: InputWindow): CsvColumns | undefined {
    const header = readHeader(window, this.#row);
    if (header === undefined) {
      this.#refuseEndless(window);
      window.wantMore();
      return undefined;
    }
    const { input, positionStem } = this.#options;
    this.#columns = planColumns(header.names, input);
    this.#kernel = CsvKernel.of({ columns: this.#columns, delimiter: input.delimiter ?? ',', positionStem });
    this.#prologueBytes = window.offset;
    this.#line += header.lines;
    return this.#columns;
  }

  /** A row that does not end: the file ends inside it, or it is longer than any row may be. */
  #refuseEndless(window: InputWindow): void {
    const openLine = this.#row.openQuoteLine;
    if (window.final && openLine >= 0) {
      // The cells before the open one are counted.
      const column = this.#columns?.all[this.#row.count]?.name;
      const inColumn = column === undefined ? '' : `, in the column ${quoteExcerpt(Buffer.from(column))},`;
      throw new SourceError(
        'csv.unclosed_quote',
        `A quote opened at line ${this.#line + openLine}${inColumn} is never closed: the file ends inside it. ` +
          'Check that the file was written to its end and that quotes inside a cell are doubled.',
      );
    }
    if (window.end - window.start > MAX_RECORD_BYTES)
      throw this.#tooLarge(this.#line + Math.max(0, openLine));
  }

  #tooLarge(line: number): SourceError {
    return new SourceError(
      'record.over_the_cap',
      `The row at line ${line} is larger than ${MAX_RECORD_BYTES / 1024 / 1024} MB. ` +
        'A quote that is opened there and not closed makes one row of all that follows; else check the line ends.',
    );
  }
}

/** The rejection with the row, without its line end. */
function withRow(rejection: RejectedRecord, row: Buffer): RejectedRecord {
  let end = row.length;
  while (end > 0 && (row[end - 1] === LINE_FEED || row[end - 1] === CARRIAGE_RETURN)) end -= 1;
  return { ...rejection, content: keepText(row.subarray(0, end)) };
}
