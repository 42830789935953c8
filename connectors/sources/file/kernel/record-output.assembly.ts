/**
 * What the kernels of all file formats share: their memory, where reading and writing stand in it, and the records that they
 * made. AssemblyScript: `npm run kernels` compiles what ends in `-kernel.assembly.ts`, this along with it.
 *
 * A kernel knows only what most records of most files are made of. Where it meets anything else it stops before that record,
 * and the parser finds what is wrong with it. The memory never grows: the host writes what the kernel is to know and a block of
 * the file into it, and reads the records and where they end out of it.
 */

/** What one load or store moves; both may touch so many bytes past the end of what they are for. */
export const STEP: usize = 16;
const MAX_RECORDS: u32 = 4096;
/** Longer numbers may be too large for a double. */
const MAX_NUMBER_BYTES: usize = 300;

/** What every record begins with, `{"objectID":`; at the first address that is not taken for none. */
export const OPENING: usize = 1024;
export const OPENING_BYTES: usize = 12;
/** What the id begins with where the source holds none, with its quote; the record's place follows. */
export const ID_STEM: usize = OPENING + STEP;
export const ID_STEM_BYTES: usize = 64;
/** From here to `ENDS` lies what one format's kernel needs. */
export const OWN: usize = ID_STEM + ID_STEM_BYTES;
/** Per record, 4 bytes each: where it ends, where its id ends, where it stands in the file. */
export const ENDS: usize = 65_536;
export const ID_ENDS: usize = ENDS + MAX_RECORDS * 4;
export const POSITIONS: usize = ID_ENDS + MAX_RECORDS * 4;
/** A block of the file; the host puts quotes behind its end, where every loop stops. */
export const INPUT: usize = POSITIONS + MAX_RECORDS * 4;
export const INPUT_BYTES: usize = 131_072;
export const OUTPUT: usize = INPUT + INPUT_BYTES + STEP;
export const OUTPUT_BYTES: usize = 524_288;
export const MEMORY_BYTES: usize = OUTPUT + OUTPUT_BYTES;
/** What may be written between two looks at `outputEnd`. */
export const OVERRUN_BYTES: usize = 2048;

export const TAB: u32 = 0x09;
export const LF: u32 = 0x0a;
export const CR: u32 = 0x0d;
export const SPACE: u32 = 0x20;
export const QUOTE: u32 = 0x22;
export const COMMA: u32 = 0x2c;
export const MINUS: u32 = 0x2d;
export const DOT: u32 = 0x2e;
export const ZERO: u32 = 0x30;
export const BACKSLASH: u32 = 0x5c;
export const CLOSE_OBJECT: u32 = 0x7d;

/** Of the last call: how much of the block is done with, how many bytes of records it made, how many lines those took. */
export let inputRead: usize = 0;
export let outputWritten: usize = 0;
export let linesRead: u32 = 0;

/** Where reading and writing stand, and the line that is read. */
export let from: usize = 0;
export let to: usize = 0;
export let line: u32 = 0;
export let inputEnd: usize = 0;
/** Not a wall: what is written past it is not kept. */
export let outputEnd: usize = 0;
/** Where the id of the present record ends. */
export let idEnd: usize = 0;

let idStemBytes: usize = 0;
let count: u32 = 0;
let maxCount: u32 = 0;
let base: u32 = 0;
let firstLine: u32 = 0;
let recordInput: usize = 0;
let recordOutput: usize = 0;
let recordLine: u32 = 0;

/** The stem at `ID_STEM` has so many bytes from now on; none where a record has to bring its id. */
export function useIDStem(sizeBytes: usize): void {
  idStemBytes = sizeBytes;
}

/** The next records go into a batch that has so much room left and holds `heldBytes`: ends are counted from there. */
export function useBatch(roomRecords: u32, roomBytes: usize, heldBytes: u32): void {
  maxCount = min(roomRecords, MAX_RECORDS);
  outputEnd = OUTPUT + min(roomBytes, OUTPUT_BYTES - OVERRUN_BYTES);
  base = heldBytes;
}

/** Begins with `INPUT[start .. end)`, the first byte in the given line. */
export function beginRecords(start: usize, end: usize, startLine: u32): void {
  inputEnd = INPUT + end;
  from = INPUT + start;
  to = OUTPUT;
  line = startLine;
  firstLine = startLine;
  count = 0;
  noteStart();
}

/** Keeps the record that was written up to `to`; false when there is no room for another. */
export function keepRecord(position: u32): bool {
  const offset = count * 4;
  store<u32>(ENDS + offset, base + u32(to - OUTPUT));
  store<u32>(ID_ENDS + offset, base + u32(idEnd - OUTPUT));
  store<u32>(POSITIONS + offset, position);
  count += 1;
  noteStart();
  return count < maxCount;
}

/** What was read and written since the last record does not count. Returns how many records were kept. */
export function endRecords(): u32 {
  inputRead = recordInput - INPUT;
  outputWritten = recordOutput - OUTPUT;
  linesRead = recordLine - firstLine;
  return count;
}

/** Writes an id that a record's place gives it; false where it has to bring one. */
export function writePositionID(place: u32): bool {
  if (idStemBytes === 0) return false;
  copy(ID_STEM, idStemBytes);
  writeDecimal(place);
  store<u8>(to, QUOTE);
  to += 1;
  idEnd = to;
  return true;
}

/** Copies what is shorter than `OVERRUN_BYTES`. */
export function copy(start: usize, length: usize): void {
  for (let done: usize = 0; done < length; done += STEP) v128.store(to + done, v128.load(start + done));
  to += length;
}

function writeDecimal(value: u32): void {
  let digits: usize = 1;
  for (let rest = value; rest >= 10; rest /= 10) digits += 1;
  let rest = value;
  for (let place = digits; place > 0; place -= 1) {
    store<u8>(to + place - 1, ZERO + (rest % 10));
    rest /= 10;
  }
  to += digits;
}

/** Where the number at `start` ends, as JSON writes numbers but for the exponent; 0 where none stands there. */
export function skipNumber(start: usize, mayHaveFraction: bool): usize {
  const digits = load<u8>(start) === MINUS ? start + 1 : start;
  let end = skipDigits(digits);
  if (end === digits || (load<u8>(digits) === ZERO && end > digits + 1)) return 0;
  if (mayHaveFraction && load<u8>(end) === DOT) {
    const fraction = end + 1;
    end = skipDigits(fraction);
    if (end === fraction) return 0;
  }
  return end >= inputEnd || end - start > MAX_NUMBER_BYTES ? 0 : end;
}

function skipDigits(start: usize): usize {
  let at = start;
  while (u32(load<u8>(at)) - ZERO < 10) at += 1;
  return at;
}

function noteStart(): void {
  recordInput = from;
  recordOutput = to;
  recordLine = line;
}
