import {
  CLOSE_OBJECT,
  COMMA,
  MINUS,
  OPENING,
  OPENING_BYTES,
  OWN,
  QUOTE,
  STEP,
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
  to,
  writePositionID,
} from '../../file/kernel/record-output.assembly';
import { NOWHERE, OPEN_OBJECT, isEscaped, skipSpace, skipValue } from './json-value.assembly';

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

/**
 * Checks the objects of a JSON file and copies them as records, sixteen bytes at a time. It takes objects whose members have
 * the names of one that the parser looked at, in the same order; some may be left out. All exported capitals are addresses and
 * sizes.
 */

/** Per name: the address and the length of its text. */
export const NAMES: usize = OWN;
export const NAMES_BYTES: usize = 2048;
export const NAME_BYTES: usize = 8;
/** Each name as it is written, with its quotes and the colon. */
export const TEXTS: usize = NAMES + NAMES_BYTES;
export const TEXTS_BYTES: usize = 32_768;

let nameCount: i32 = 0;
let idName: i32 = -1;
let objectIDName: i32 = -1;
let isArray: bool = false;
let recordsBefore: u32 = 0;

/** Where the value of the id begins and ends in the present record; `NOWHERE` without. */
let idStart: usize = 0;
let idValueEnd: usize = 0;
/** The member `objectID`: where it begins, where the one before it ends, where the one after it begins. */
let objectIDStart: usize = 0;
let objectIDBefore: usize = 0;
let objectIDAfter: usize = 0;

/** The names at `NAMES` count from now on. `id` is the one that holds the id, `objectID` the one of that name; -1 without. */
export function plan(names: i32, id: i32, objectID: i32): void {
  nameCount = names;
  idName = id;
  objectIDName = objectID;
}

/** The objects are elements of an array, with commas between them, or stand one after the other; so many came before. */
export function useLayout(array: bool, before: u32): void {
  isArray = array;
  recordsBefore = before;
}

/** Writes the objects of `INPUT[start .. end)`, the first byte in `firstLine`; returns how many. */
export function writeRecords(start: usize, end: usize, firstLine: u32): u32 {
  beginRecords(start, end, firstLine);
  let place = recordsBefore;
  while (passSeparator(place > 0)) {
    place += 1;
    const position = isArray ? place : line;
    if (!writeRecord(place) || !keepRecord(position)) break;
  }
  return endRecords();
}

/** Moves to where the next object begins; false where none does. */
function passSeparator(isBehindAnother: bool): bool {
  from = skipSpace(from);
  if (isArray && isBehindAnother) {
    if (load<u8>(from) !== COMMA) return false;
    from = skipSpace(from + 1);
  }
  return load<u8>(from) === OPEN_OBJECT && from < inputEnd;
}

/** False where the object is not plain, ends beyond the input, or does not fit. */
function writeRecord(place: u32): bool {
  const start = from;
  const firstMember = skipSpace(start + 1);
  const lastEnd = readMembers(firstMember);
  if (lastEnd === NOWHERE) return false;
  // The id is written twice. What this leaves out is short.
  if (to + (from - start) + (idValueEnd - idStart) > outputEnd) return false;
  const beginsWithID = objectIDStart === start + 1 && idStart === start + OPENING_BYTES;
  if (!beginsWithID) {
    copy(OPENING, OPENING_BYTES);
    if (!writeID(place)) return false;
    copyMembers(firstMember, lastEnd);
    store<u8>(to, CLOSE_OBJECT);
    to += 1;
    return to <= outputEnd;
  }
  if (load<u8>(idStart) !== QUOTE || idValueEnd - idStart <= 2) return false;
  memory.copy(to, start, from - start);
  idEnd = to + idValueEnd - start;
  to += from - start;
  return true;
}

/** Writes the id, a string as it is, a number in quotes. */
function writeID(place: u32): bool {
  if (idStart === NOWHERE) return writePositionID(place);
  const length = idValueEnd - idStart;
  const first: u32 = load<u8>(idStart);
  if (first === QUOTE) {
    if (length <= 2) return false;
    memory.copy(to, idStart, length);
    to += length;
  } else {
    if (first !== MINUS && first - ZERO >= 10) return false;
    store<u8>(to, QUOTE);
    memory.copy(to + 1, idStart, length);
    store<u8>(to + 1 + length, QUOTE);
    to += length + 2;
  }
  idEnd = to;
  return true;
}

/** Copies the members from `first` to `end`, but for `objectID`, a comma before each. */
function copyMembers(first: usize, end: usize): void {
  if (objectIDStart === NOWHERE) copyBehindComma(first, end);
  else {
    if (objectIDBefore !== NOWHERE) copyBehindComma(first, objectIDBefore);
    if (objectIDAfter !== NOWHERE) copyBehindComma(objectIDAfter, end);
  }
}

function copyBehindComma(start: usize, end: usize): void {
  store<u8>(to, COMMA);
  memory.copy(to + 1, start, end - start);
  to += 1 + end - start;
}

/** Reads members from `at` on; returns where the last one's value ends, with `from` behind the object. */
function readMembers(at: usize): usize {
  idStart = NOWHERE;
  idValueEnd = NOWHERE;
  objectIDStart = NOWHERE;
  objectIDAfter = NOWHERE;
  let name = 0;
  let endBefore = NOWHERE;
  while (true) {
    name = findName(at, name);
    if (name < 0) return NOWHERE;
    const start = skipSpace(at + textBytes(name));
    const end = skipValue(start, 0);
    if (end === NOWHERE || end >= inputEnd) return NOWHERE;
    if (name === idName) {
      // An id in which something is escaped may be written in another way elsewhere.
      if (isEscaped) return NOWHERE;
      idStart = start;
      idValueEnd = end;
    }
    if (name === objectIDName) {
      objectIDStart = at;
      objectIDBefore = endBefore;
    }
    endBefore = end;
    name += 1;
    at = skipSpace(end);
    const byte: u32 = load<u8>(at);
    if (byte === CLOSE_OBJECT) {
      from = at + 1;
      return end;
    }
    if (byte !== COMMA) return NOWHERE;
    at = skipSpace(at + 1);
    if (name - 1 === objectIDName) objectIDAfter = at;
  }
}

function textBytes(name: i32): usize {
  return load<usize>(NAMES + usize(name) * NAME_BYTES, 4);
}

/** Which name stands at `at`, from `first` on; -1 for none. */
function findName(at: usize, first: i32): i32 {
  for (let name = first; name < nameCount; name += 1) {
    const text = load<usize>(NAMES + usize(name) * NAME_BYTES);
    if (isSame(at, text, textBytes(name))) return name;
  }
  return -1;
}

function isSame(one: usize, other: usize, length: usize): bool {
  let rest = length;
  let offset: usize = 0;
  while (rest > STEP) {
    if (!i8x16.all_true(i8x16.eq(v128.load(one + offset), v128.load(other + offset)))) return false;
    offset += STEP;
    rest -= STEP;
  }
  const same = i8x16.bitmask(i8x16.eq(v128.load(one + offset), v128.load(other + offset)));
  return usize(ctz(~same)) >= rest;
}
