/**
 * Writes the rows of a CSV file as JSON records, sixteen bytes at a time. AssemblyScript: `npm run kernels` makes
 * `csv-kernel.wasm.ts` of it. It knows only what most rows of most files are made of; where it meets anything else it stops
 * before that row, and the `CsvRowScanner` and `CsvRowWriter` find what is wrong with it.
 *
 * Its memory is laid out by hand and never grows: the host writes the columns and a block of the file into it, and reads
 * the records and where they end out of it. All `…_BYTES` are sizes; all other exported capitals are addresses.
 */

/** What one load or store moves; both may touch so many bytes past their end. */
const STEP: usize = 16;
const MAX_ROWS: u32 = 4096;
/** The host has no column with a longer one. */
export const MAX_PREFIX_BYTES: usize = 1024;
/** Longer numbers may be too large for a double. */
const MAX_NUMBER_BYTES: usize = 300;

/** What every record begins with: `{"objectID":"`. */
export const OPENING: usize = 1024;
const OPENING_BYTES: usize = 13;
/** What the id begins with where no column holds one; the line of the row follows. */
export const ID_STEM: usize = OPENING + STEP;
export const ID_STEM_BYTES: usize = 64;
/** Per column: the address and the length of its prefix, and its kind. */
export const COLUMNS: usize = ID_STEM + ID_STEM_BYTES;
export const COLUMNS_BYTES: usize = 1200;
export const COLUMN_BYTES: usize = 12;
/** What stands before each cell: `,"name":`, and a quote where it is text. */
export const PREFIXES: usize = COLUMNS + COLUMNS_BYTES;
export const PREFIXES_BYTES: usize = 32_768;
/** Per record, 4 bytes each: where it ends, where its id ends, its line. */
export const ENDS: usize = PREFIXES + PREFIXES_BYTES;
export const ID_ENDS: usize = ENDS + MAX_ROWS * 4;
export const POSITIONS: usize = ID_ENDS + MAX_ROWS * 4;
/** A block of the file; the host puts quotes behind its end, where every loop stops. */
export const INPUT: usize = POSITIONS + MAX_ROWS * 4;
export const INPUT_BYTES: usize = 131_072;
export const OUTPUT: usize = INPUT + INPUT_BYTES + STEP;
export const OUTPUT_BYTES: usize = 524_288;
export const MEMORY_BYTES: usize = OUTPUT + OUTPUT_BYTES;
/** What is written between two looks at `outputEnd`. */
const OVERRUN_BYTES: usize = MAX_PREFIX_BYTES + MAX_NUMBER_BYTES + 8 * STEP;

/** Kinds of columns. Bit 2 is set where the cell is read but left out of the record. */
export const TEXT: i32 = 0;
export const INTEGER: i32 = 1;
export const FLOAT: i32 = 2;
export const BOOLEAN: i32 = 3;
const KIND_MASK: i32 = 3;
export const LEFT_OUT: i32 = 4;

const TAB: u32 = 0x09;
const LF: u32 = 0x0a;
const CR: u32 = 0x0d;
const SPACE: u32 = 0x20;
const QUOTE: u32 = 0x22;
const MINUS: u32 = 0x2d;
const DOT: u32 = 0x2e;
const ZERO: u32 = 0x30;
const BACKSLASH: u32 = 0x5c;
const CLOSE_OBJECT: u32 = 0x7d;
/** What stands in a record for a cell that is no text. */
const NULL: u32 = 0x6c6c756e;
const TRUE: u64 = 0x65757274;
const FALSE: u64 = 0x65736c6166;
/** What may stand in a cell beside those, and 1 and 0; in any case, which one bit tells. */
const YES: u32 = 0x736579;
const NO: u32 = 0x6f6e;
const ONE: u32 = 0x31;
const LONGEST_WORD_BYTES: usize = 5;
const LOWER_CASE: u64 = 0x2020202020;
/** The letters of `\n`, `\r` and `\t`. */
const LETTER_N: u32 = 0x6e;
const LETTER_R: u32 = 0x72;
const LETTER_T: u32 = 0x74;

/** Of the last call: how much of the block is done with, how many bytes of records it made, how many lines those took. */
export let inputRead: usize = 0;
export let outputWritten: usize = 0;
export let linesRead: u32 = 0;

let columnCount: u32 = 0;
let idColumn: i32 = -1;
let idStemBytes: usize = 0;
let delimiter: u32 = 0;
let maxRows: u32 = 0;
let outputBase: u32 = 0;
let inputEnd: usize = 0;
let outputEnd: usize = 0;
/** Where reading and writing stand. */
let from: usize = 0;
let to: usize = 0;
let idEnd: usize = 0;
let line: u32 = 0;

/** The columns at `COLUMNS` count from now on. `id` is the column that holds the id; -1 without. */
export function plan(columns: u32, id: i32, stemBytes: usize, delimiterByte: u32): void {
  columnCount = columns;
  idColumn = id;
  idStemBytes = stemBytes;
  delimiter = delimiterByte;
}

/** The next records go into a batch that has so much room left and holds `base` bytes: ends are counted from there. */
export function useBatch(roomRecords: u32, roomBytes: usize, base: u32): void {
  maxRows = min(roomRecords, MAX_ROWS);
  outputEnd = OUTPUT + min(roomBytes, OUTPUT_BYTES - OVERRUN_BYTES);
  outputBase = base;
}

/** Writes the rows of `INPUT[start .. end)`, the first at `firstLine`; returns how many. */
export function writeRows(start: usize, end: usize, firstLine: u32): u32 {
  inputEnd = INPUT + end;
  from = INPUT + start;
  to = OUTPUT;
  line = firstLine;
  let rows: u32 = 0;
  while (rows < maxRows) {
    const rowStart = from;
    const recordStart = to;
    const rowLine = line;
    if (!writeRow()) {
      from = rowStart;
      to = recordStart;
      line = rowLine;
      break;
    }
    const offset = rows * 4;
    store<u32>(ENDS + offset, outputBase + u32(to - OUTPUT));
    store<u32>(ID_ENDS + offset, outputBase + u32(idEnd - OUTPUT));
    store<u32>(POSITIONS + offset, rowLine);
    rows += 1;
  }
  inputRead = from - INPUT;
  outputWritten = to - OUTPUT;
  linesRead = line - firstLine;
  return rows;
}

/** False where the row is not plain, ends beyond the input, or does not fit: as all that it calls. */
function writeRow(): bool {
  const rowStart = from;
  const first: u32 = load<u8>(from);
  // An empty line is no row.
  if (from >= inputEnd || first === LF || first === CR) return false;
  copy(OPENING, OPENING_BYTES);
  if (idColumn < 0) writePositionID();
  else if (!writeID()) return false;
  from = rowStart;
  if (!writeCells()) return false;
  store<u8>(to, CLOSE_OBJECT);
  to += 1;
  return to <= outputEnd && passLineEnd();
}

function writeCells(): bool {
  const count = columnCount;
  for (let cell: u32 = 0; cell < count; cell += 1) {
    if (cell > 0 && !passDelimiter()) return false;
    const column = COLUMNS + usize(cell) * COLUMN_BYTES;
    const kind = load<i32>(column, 8);
    const cellStart = to;
    copy(load<usize>(column), load<usize>(column, 4));
    if (!writeCell(kind & KIND_MASK)) return false;
    if ((kind & LEFT_OUT) !== 0) to = cellStart;
    if (to > outputEnd) return false;
  }
  return true;
}

function writeCell(kind: i32): bool {
  if (kind === TEXT) return writeText();
  const isQuoted = load<u8>(from) === QUOTE;
  if (isQuoted) from += 1;
  const first: u32 = load<u8>(from);
  const isEmpty = isQuoted ? first === QUOTE : first === delimiter || first === LF || first === CR;
  if (isEmpty) {
    store<u32>(to, NULL);
    to += 4;
  } else {
    const isWritten = kind === BOOLEAN ? writeBoolean() : writeNumber(kind === FLOAT);
    if (!isWritten) return false;
  }
  if (!isQuoted) return from < inputEnd;
  const quote = from;
  from += 1;
  return from < inputEnd && load<u8>(quote) === QUOTE;
}

function passDelimiter(): bool {
  if (load<u8>(from) !== delimiter) return false;
  from += 1;
  return true;
}

function passLineEnd(): bool {
  if (load<u8>(from) === CR) from += 1;
  if (from >= inputEnd || load<u8>(from) !== LF) return false;
  from += 1;
  line += 1;
  return true;
}

/** Writes the cell that holds the id; the ones before it are passed. */
function writeID(): bool {
  const start = to;
  const startLine = line;
  for (let cell = 0; cell <= idColumn; cell += 1) {
    if (cell > 0 && !passDelimiter()) return false;
    to = start;
    if (!writeText()) return false;
  }
  // They are read a second time, as cells.
  line = startLine;
  idEnd = to;
  const isEmpty = to === start + 1;
  return !isEmpty;
}

/** Writes the stem and the line. */
function writePositionID(): void {
  copy(ID_STEM, idStemBytes);
  let digits: usize = 1;
  for (let rest = line; rest >= 10; rest /= 10) digits += 1;
  let rest = line;
  for (let place = digits; place > 0; place -= 1) {
    store<u8>(to + place - 1, ZERO + (rest % 10));
    rest /= 10;
  }
  store<u8>(to + digits, QUOTE);
  to += digits + 1;
  idEnd = to;
}

/** Copies what is shorter than `OVERRUN_BYTES`. */
function copy(start: usize, length: usize): void {
  for (let done: usize = 0; done < length; done += STEP) v128.store(to + done, v128.load(start + done));
  to += length;
}

/** Writes the cell at `from` as the inside of a JSON string, and the closing quote. */
function writeText(): bool {
  const isQuoted = load<u8>(from) === QUOTE;
  const ending = isQuoted ? QUOTE : delimiter;
  const endings = i8x16.splat(i8(ending));
  let at = isQuoted ? from + 1 : from;
  let out = to;
  for (;;) {
    if (out > outputEnd) return false;
    const bytes = v128.load(at);
    v128.store(out, bytes);
    const stops = i8x16.bitmask(
      v128.or(
        v128.or(i8x16.eq(bytes, i8x16.splat(i8(QUOTE))), i8x16.eq(bytes, endings)),
        v128.or(i8x16.eq(bytes, i8x16.splat(i8(BACKSLASH))), i8x16.lt_u(bytes, i8x16.splat(i8(SPACE)))),
      ),
    );
    if (stops === 0) {
      at += STEP;
      out += STEP;
      continue;
    }
    at += ctz(stops);
    out += ctz(stops);
    const byte: u32 = load<u8>(at);
    const next: u32 = load<u8>(at, 1);
    if (at >= inputEnd) return false;
    if (isQuoted ? byte === QUOTE && next !== QUOTE : byte === ending || byte === LF || byte === CR) break;
    // A quote in quotes is doubled; without them it is at fault.
    const letter = byte === QUOTE && isQuoted ? QUOTE : escapeLetter(byte);
    if (letter === 0) return false;
    store<u16>(out, BACKSLASH | (letter << 8));
    // The line feed of a carriage return is counted with that.
    if (byte === CR || (byte === LF && load<u8>(at - 1) !== CR)) line += 1;
    at += byte === QUOTE ? 2 : 1;
    out += 2;
  }
  store<u8>(out, QUOTE);
  from = isQuoted ? at + 1 : at;
  to = out + 1;
  return from < inputEnd;
}

/** 0 for the control characters that are written as `\u0000`, or stand in no text. */
function escapeLetter(byte: u32): u32 {
  if (byte === BACKSLASH) return BACKSLASH;
  if (byte === LF) return LETTER_N;
  if (byte === CR) return LETTER_R;
  return byte === TAB ? LETTER_T : 0;
}

function writeBoolean(): bool {
  if (from + LONGEST_WORD_BYTES > inputEnd) return false;
  const word = (load<u64>(from) & 0xffffffffff) | LOWER_CASE;
  const digit: u32 = load<u8>(from);
  if (digit === ONE) return endBoolean(true, 1);
  if (digit === ZERO) return endBoolean(false, 1);
  if (word === FALSE) return endBoolean(false, 5);
  if (u32(word) === u32(TRUE)) return endBoolean(true, 4);
  if ((u32(word) & 0xffffff) === YES) return endBoolean(true, 3);
  return (u32(word) & 0xffff) === NO && endBoolean(false, 2);
}

function endBoolean(value: bool, wordBytes: usize): bool {
  store<u64>(to, value ? TRUE : FALSE);
  to += value ? 4 : 5;
  from += wordBytes;
  return true;
}

/** Writes the number at `from` as it stands there. */
function writeNumber(isFloat: bool): bool {
  const start = from;
  const digits = load<u8>(start) === MINUS ? start + 1 : start;
  let end = skipDigits(digits);
  if (end === digits || (load<u8>(digits) === ZERO && end > digits + 1)) return false;
  if (isFloat && load<u8>(end) === DOT) {
    const fraction = end + 1;
    end = skipDigits(fraction);
    if (end === fraction) return false;
  }
  if (end >= inputEnd || end - start > MAX_NUMBER_BYTES) return false;
  copy(start, end - start);
  from = end;
  return true;
}

function skipDigits(start: usize): usize {
  let at = start;
  while (u32(load<u8>(at)) - ZERO < 10) at += 1;
  return at;
}
