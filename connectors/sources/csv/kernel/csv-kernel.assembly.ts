import {
  BACKSLASH,
  CLOSE_OBJECT,
  CR,
  LF,
  OPENING,
  OPENING_BYTES,
  OVERRUN_BYTES,
  OWN,
  QUOTE,
  SPACE,
  STEP,
  TAB,
  ZERO,
  beginRecords,
  copy,
  endRecords,
  from,
  idEnd,
  inputEnd,
  keepRecord,
  line,
  outputEnd,
  skipNumber,
  to,
  writePositionID,
} from '../../file/kernel/record-output.assembly';

export {
  ENDS,
  ID_ENDS,
  ID_STEM,
  ID_STEM_BYTES,
  INPUT,
  INPUT_BYTES,
  MEMORY_BYTES,
  OPENING,
  OUTPUT,
  POSITIONS,
  STEP,
  inputRead,
  linesRead,
  outputWritten,
  useBatch,
  useIDStem,
} from '../../file/kernel/record-output.assembly';

/** Writes the rows of a CSV file as JSON records, sixteen bytes at a time. All exported capitals are addresses and sizes. */

/** Per column: the address and the length of its prefix, and its kind. */
export const COLUMNS: usize = OWN;
export const COLUMNS_BYTES: usize = 1200;
export const COLUMN_BYTES: usize = 12;
/** What stands before each cell: `,"name":`, and a quote where it is text. */
export const PREFIXES: usize = COLUMNS + COLUMNS_BYTES;
export const PREFIXES_BYTES: usize = 32_768;
/** The host has no column with a longer one. */
export const MAX_PREFIX_BYTES: usize = OVERRUN_BYTES / 2;

/** Kinds of columns. Bit 2 is set where the cell is read but left out of the record. */
export const TEXT: i32 = 0;
export const INTEGER: i32 = 1;
export const FLOAT: i32 = 2;
export const BOOLEAN: i32 = 3;
const KIND_MASK: i32 = 3;
export const LEFT_OUT: i32 = 4;

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

let columnCount: u32 = 0;
let idColumn: i32 = -1;
let delimiter: u32 = 0;

/** The columns at `COLUMNS` count from now on. `id` is the column that holds the id; -1 without. */
export function plan(columns: u32, id: i32, delimiterByte: u32): void {
  columnCount = columns;
  idColumn = id;
  delimiter = delimiterByte;
}

/** Writes the rows of `INPUT[start .. end)`, the first at `firstLine`; returns how many. */
export function writeRecords(start: usize, end: usize, firstLine: u32): u32 {
  beginRecords(start, end, firstLine);
  let rowLine = line;
  while (writeRow() && keepRecord(rowLine)) rowLine = line;
  return endRecords();
}

/** False where the row is not plain, ends beyond the input, or does not fit: as all that it calls. */
function writeRow(): bool {
  const rowStart = from;
  const first: u32 = load<u8>(from);
  // An empty line is no row.
  if (from >= inputEnd || first === LF || first === CR) return false;
  copy(OPENING, OPENING_BYTES);
  const hasID = idColumn < 0 ? writePositionID(line) : writeID();
  if (!hasID) return false;
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
  store<u8>(to, QUOTE);
  const start = to + 1;
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
  const end = skipNumber(from, isFloat);
  if (end === 0) return false;
  copy(from, end - from);
  from = end;
  return true;
}
