import {
  BACKSLASH,
  CLOSE_OBJECT,
  COMMA,
  CR,
  LF,
  MINUS,
  QUOTE,
  SPACE,
  STEP,
  TAB,
  ZERO,
  inputEnd,
  line,
  skipNumber,
} from '../../file/kernel/record-output.assembly';

/** Checks JSON without making values of it: each function takes where a thing begins and returns where it ends. */

/** No value ends at this address: there is none, it ends beyond the input, or there is something odd in it. */
export const NOWHERE: usize = 0;

/** Deeper values are for the parser, which knows where the limit is. */
const MAX_DEPTH: i32 = 32;

const COLON: u32 = 0x3a;
const OPEN_ARRAY: u32 = 0x5b;
const CLOSE_ARRAY: u32 = 0x5d;
export const OPEN_OBJECT: u32 = 0x7b;
/** `/` `b` `f` `n` `r` `t` `u`, which may follow a backslash. */
const SLASH: u32 = 0x2f;
const LETTER_B: u32 = 0x62;
const LETTER_F: u32 = 0x66;
const LETTER_N: u32 = 0x6e;
const LETTER_R: u32 = 0x72;
const LETTER_T: u32 = 0x74;
const LETTER_U: u32 = 0x75;
const NULL: u32 = 0x6c6c756e;
const TRUE: u32 = 0x65757274;
/** `alse`, behind an `f`. */
const ALSE: u32 = 0x65736c61;
/** The value that was passed last is a string with an escape. */
export let isEscaped = false;

export function skipValue(at: usize, depth: i32): usize {
  const byte: u32 = load<u8>(at);
  isEscaped = false;
  if (byte === QUOTE) return skipString(at);
  if (byte === MINUS || byte - ZERO < 10) return skipPlainNumber(at);
  if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
    if (depth === MAX_DEPTH) return NOWHERE;
    return byte === OPEN_OBJECT ? skipObject(at, depth + 1) : skipArray(at, depth + 1);
  }
  const word = load<u32>(at);
  if (word === TRUE || word === NULL) return at + 4;
  return byte === LETTER_F && load<u32>(at, 1) === ALSE ? at + 5 : NOWHERE;
}

/** A number with an exponent may be too large for a double. */
function skipPlainNumber(at: usize): usize {
  const end = skipNumber(at, true);
  const hasExponent = ((load<u8>(end) | SPACE) & 0xff) === 0x65;
  return hasExponent ? NOWHERE : end;
}

function skipString(start: usize): usize {
  let at = start + 1;
  while (true) {
    const bytes = v128.load(at);
    const stops = i8x16.bitmask(
      v128.or(
        i8x16.lt_u(bytes, i8x16.splat(i8(SPACE))),
        v128.or(i8x16.eq(bytes, i8x16.splat(i8(QUOTE))), i8x16.eq(bytes, i8x16.splat(i8(BACKSLASH)))),
      ),
    );
    if (stops === 0) {
      at += STEP;
      continue;
    }
    at += ctz(stops);
    if (at >= inputEnd) return NOWHERE;
    const byte: u32 = load<u8>(at);
    if (byte === QUOTE) return at + 1;
    if (byte !== BACKSLASH) return NOWHERE;
    at = skipEscape(at);
    if (at === NOWHERE) return NOWHERE;
    isEscaped = true;
  }
}

function skipEscape(at: usize): usize {
  const kind: u32 = load<u8>(at, 1);
  if (kind === LETTER_U) {
    for (let digit = at + 2; digit < at + 6; digit += 1) {
      if (!isHexDigit(load<u8>(digit))) return NOWHERE;
    }
    return at + 6;
  }
  const isOne =
    kind === QUOTE ||
    kind === BACKSLASH ||
    kind === SLASH ||
    kind === LETTER_N ||
    kind === LETTER_T ||
    kind === LETTER_R ||
    kind === LETTER_B ||
    kind === LETTER_F;
  return isOne ? at + 2 : NOWHERE;
}

function isHexDigit(byte: u32): bool {
  return byte - ZERO < 10 || (byte | SPACE) - 0x61 < 6;
}

function skipObject(start: usize, depth: i32): usize {
  let at = skipSpace(start + 1);
  if (load<u8>(at) === CLOSE_OBJECT) return at + 1;
  while (true) {
    if (load<u8>(at) !== QUOTE) return NOWHERE;
    at = skipString(at);
    if (at === NOWHERE) return NOWHERE;
    at = skipSpace(at);
    if (load<u8>(at) !== COLON) return NOWHERE;
    at = skipValue(skipSpace(at + 1), depth);
    if (at === NOWHERE) return NOWHERE;
    at = skipSpace(at);
    const byte: u32 = load<u8>(at);
    if (byte === CLOSE_OBJECT) return at + 1;
    if (byte !== COMMA) return NOWHERE;
    at = skipSpace(at + 1);
  }
}

function skipArray(start: usize, depth: i32): usize {
  let at = skipSpace(start + 1);
  if (load<u8>(at) === CLOSE_ARRAY) return at + 1;
  while (true) {
    at = skipValue(at, depth);
    if (at === NOWHERE) return NOWHERE;
    at = skipSpace(at);
    const byte: u32 = load<u8>(at);
    if (byte === CLOSE_ARRAY) return at + 1;
    if (byte !== COMMA) return NOWHERE;
    at = skipSpace(at + 1);
  }
}

export function skipSpace(start: usize): usize {
  let at = start;
  while (true) {
    const byte: u32 = load<u8>(at);
    if (byte > SPACE || (byte !== SPACE && byte !== LF && byte !== CR && byte !== TAB)) return at;
    if (byte === LF) line += 1;
    at += 1;
  }
}
