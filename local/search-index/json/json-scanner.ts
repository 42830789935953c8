const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const ZERO = 0x30;
const NINE = 0x39;
const LETTER_U = 0x75;
const SIMPLE_ESCAPES = new Set(Buffer.from('"\\/bfnrt'));
const LITERALS = new Map(['true', 'false', 'null'].map((word) => [word.charCodeAt(0), Buffer.from(word)]));

/** Deeper values are refused, so that a hostile body cannot overflow the stack. */
const MAX_DEPTH = 500;

/** The bytes are not JSON; `position` is the offset of the first byte that cannot stand there. */
export class JsonSyntaxError extends Error {
  readonly position: number;

  constructor(position: number) {
    super(`Not valid JSON at byte ${position}`);
    this.name = 'JsonSyntaxError';
    this.position = position;
  }
}

/** The offset of the first byte from `at` on that is not white space. */
export function skipWhitespace(bytes: Uint8Array, at: number): number {
  let index = at;
  for (;;) {
    const byte = bytes[index];
    if (byte !== SPACE && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return index;
    index++;
  }
}

/** Checks the value that begins at `at` and returns the offset after it, building nothing. */
export function skipValue(bytes: Uint8Array, at: number, depth = 0): number {
  const byte = bytes[at];
  if (byte === QUOTE) return skipString(bytes, at);
  if (byte === OPEN_BRACE) {
    return readObject(bytes, at, (_keyStart, _keyEnd, start) =>
      skipValue(bytes, start, checkDepth(depth, at)),
    );
  }
  if (byte === OPEN_BRACKET) {
    return readArray(bytes, at, (start) => skipValue(bytes, start, checkDepth(depth, at)));
  }
  if (byte === 0x2d || isDigit(byte)) return skipNumber(bytes, at);
  return skipLiteral(bytes, at);
}

/**
 * Walks the object that begins at `at`: `readMember` gets the key's JSON string (quotes included) and where its value
 * begins, and returns where the value ends. Returns the offset after the object.
 */
export function readObject(
  bytes: Uint8Array,
  at: number,
  readMember: (keyStart: number, keyEnd: number, valueStart: number) => number,
): number {
  if (bytes[at] !== OPEN_BRACE) throw new JsonSyntaxError(at);
  let index = skipWhitespace(bytes, at + 1);
  if (bytes[index] === CLOSE_BRACE) return index + 1;
  for (;;) {
    const keyEnd = skipString(bytes, index);
    const colon = skipWhitespace(bytes, keyEnd);
    if (bytes[colon] !== COLON) throw new JsonSyntaxError(colon);
    index = skipWhitespace(bytes, readMember(index, keyEnd, skipWhitespace(bytes, colon + 1)));
    if (bytes[index] === CLOSE_BRACE) return index + 1;
    if (bytes[index] !== COMMA) throw new JsonSyntaxError(index);
    index = skipWhitespace(bytes, index + 1);
  }
}

/** Walks the array that begins at `at`: `readElement` gets an element's start and returns its end. */
export function readArray(bytes: Uint8Array, at: number, readElement: (start: number) => number): number {
  if (bytes[at] !== OPEN_BRACKET) throw new JsonSyntaxError(at);
  let index = skipWhitespace(bytes, at + 1);
  if (bytes[index] === CLOSE_BRACKET) return index + 1;
  for (;;) {
    index = skipWhitespace(bytes, readElement(index));
    if (bytes[index] === CLOSE_BRACKET) return index + 1;
    if (bytes[index] !== COMMA) throw new JsonSyntaxError(index);
    index = skipWhitespace(bytes, index + 1);
  }
}

/** Checks the string whose opening quote is at `at` and returns the offset after its closing quote. */
function skipString(bytes: Uint8Array, at: number): number {
  if (bytes[at] !== QUOTE) throw new JsonSyntaxError(at);
  let index = at + 1;
  for (;;) {
    const byte = bytes[index];
    if (byte === QUOTE) return index + 1;
    if (byte === undefined || byte < SPACE) throw new JsonSyntaxError(index);
    index = byte === BACKSLASH ? skipEscape(bytes, index) : index + 1;
  }
}

function skipEscape(bytes: Uint8Array, at: number): number {
  const letter = bytes[at + 1];
  if (letter !== LETTER_U) {
    if (letter === undefined || !SIMPLE_ESCAPES.has(letter)) throw new JsonSyntaxError(at);
    return at + 2;
  }
  for (let index = at + 2; index < at + 6; index++) {
    if (!isHexDigit(bytes[index])) throw new JsonSyntaxError(index);
  }
  return at + 6;
}

function skipNumber(bytes: Uint8Array, at: number): number {
  let index = bytes[at] === 0x2d ? at + 1 : at;
  index = bytes[index] === ZERO ? index + 1 : skipDigits(bytes, index);
  if (bytes[index] === 0x2e) index = skipDigits(bytes, index + 1);
  if (bytes[index] === 0x65 || bytes[index] === 0x45) {
    const sign = bytes[index + 1];
    index = skipDigits(bytes, sign === 0x2b || sign === 0x2d ? index + 2 : index + 1);
  }
  return index;
}

function skipDigits(bytes: Uint8Array, at: number): number {
  if (!isDigit(bytes[at])) throw new JsonSyntaxError(at);
  let index = at + 1;
  while (isDigit(bytes[index])) index++;
  return index;
}

function skipLiteral(bytes: Uint8Array, at: number): number {
  const word = LITERALS.get(bytes[at] ?? 0);
  if (!word) throw new JsonSyntaxError(at);
  for (const [offset, byte] of word.entries()) {
    if (bytes[at + offset] !== byte) throw new JsonSyntaxError(at + offset);
  }
  return at + word.length;
}

function checkDepth(depth: number, at: number): number {
  if (depth >= MAX_DEPTH) throw new JsonSyntaxError(at);
  return depth + 1;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= NINE;
}

function isHexDigit(byte: number | undefined): boolean {
  if (byte === undefined) return false;
  const lower = byte | 0x20;
  return isDigit(byte) || (lower >= 0x61 && lower <= 0x66);
}
