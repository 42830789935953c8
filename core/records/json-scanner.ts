/** The value is cut by the end of the bytes. */
export const INCOMPLETE = -1;
/** The bytes are no JSON: `problem` and `problemAt` say why. */
export const INVALID = -2;

/** Deeper values are refused: receivers stop at some depth, and a hostile one could exhaust the stack. */
const MAX_DEPTH = 64;

const LF = 0x0a;
const SPACE = 0x20;
const QUOTE = 0x22;
const PLUS = 0x2b;
const COMMA = 0x2c;
const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** Longer numbers, and those with an exponent, may be too large for a double; all others cannot. */
const SAFE_NUMBER_LENGTH = 300;

/**
 * Checks JSON as bytes, without making values of it. Each `skip` method takes where a thing begins and returns where it
 * ends, `INCOMPLETE` or `INVALID`. `bytes[end]` must be a double quote, so that no loop needs to look for the end.
 */
export class JsonScanner {
  bytes: Buffer;
  /** The same bytes as `bytes`, for reading several at a time. */
  view: DataView;
  end: number;
  /** Nothing follows after `end`: a number there is complete. */
  final: boolean;
  problem = '';
  problemAt = 0;
  /** Line feeds passed between values and members; whoever counts lines sets it to 0 before. */
  lines = 0;
  /** The last string that was skipped has an escape. */
  escaped = false;

  constructor(bytes: Buffer, end: number, final: boolean) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.end = end;
    this.final = final;
  }

  skipValue(at: number, depth: number): number {
    const byte = this.bytes[at] ?? 0;
    if (byte === QUOTE) return at < this.end ? this.skipString(at) : INCOMPLETE;
    if (byte === MINUS || (byte >= ZERO && byte <= 0x39)) return this.#skipNumber(at);
    if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
      if (depth >= MAX_DEPTH) return this.fail(at, `values are nested more than ${MAX_DEPTH} deep`);
      return byte === OPEN_OBJECT ? this.#skipObject(at, depth + 1) : this.#skipArray(at, depth + 1);
    }
    const literal = LITERALS.get(byte);
    return literal === undefined ? this.unexpected(at, 'a value') : this.#skipLiteral(at, literal);
  }

  /** `at` is the opening quote. */
  skipString(at: number): number {
    const bytes = this.bytes;
    this.escaped = false;
    let position = at + 1;
    for (;;) {
      while (STRING_STOPS[bytes[position] ?? 0] === 0) position += 1;
      const byte = bytes[position];
      if (byte === QUOTE) return position < this.end ? position + 1 : INCOMPLETE;
      if (byte !== BACKSLASH)
        return this.fail(position, 'a control character in a string must be written as an escape');
      this.escaped = true;
      position = this.#skipEscape(position);
      if (position < 0) return position;
    }
  }

  skipSpace(at: number): number {
    let position = at;
    for (;;) {
      const byte = this.bytes[position] ?? 0;
      if (byte > SPACE || SPACES[byte] === 0) return position;
      if (byte === LF) this.lines += 1;
      position += 1;
    }
  }

  unexpected(at: number, expected: string): number {
    if (at >= this.end) return INCOMPLETE;
    return this.fail(at, `${expected} was expected, ${describeByte(this.bytes[at] ?? 0)} was found`);
  }

  fail(at: number, problem: string): number {
    this.problem = problem;
    this.problemAt = at;
    return INVALID;
  }

  #skipObject(at: number, depth: number): number {
    const bytes = this.bytes;
    let position = this.skipSpace(at + 1);
    if (bytes[position] === CLOSE_OBJECT) return position + 1;
    for (;;) {
      if (bytes[position] !== QUOTE || position >= this.end)
        return this.unexpected(position, 'a name in quotes');
      position = this.skipString(position);
      if (position < 0) return position;
      position = this.skipSpace(position);
      if (bytes[position] !== COLON) return this.unexpected(position, 'a colon');
      position = this.skipValue(this.skipSpace(position + 1), depth);
      if (position < 0) return position;
      position = this.skipSpace(position);
      if (bytes[position] === CLOSE_OBJECT) return position + 1;
      if (bytes[position] !== COMMA) return this.unexpected(position, 'a comma or }');
      position = this.skipSpace(position + 1);
    }
  }

  #skipArray(at: number, depth: number): number {
    const bytes = this.bytes;
    let position = this.skipSpace(at + 1);
    if (bytes[position] === CLOSE_ARRAY) return position + 1;
    for (;;) {
      position = this.skipValue(position, depth);
      if (position < 0) return position;
      position = this.skipSpace(position);
      if (bytes[position] === CLOSE_ARRAY) return position + 1;
      if (bytes[position] !== COMMA) return this.unexpected(position, 'a comma or ]');
      position = this.skipSpace(position + 1);
    }
  }

  #skipEscape(at: number): number {
    if (at + 1 >= this.end) return INCOMPLETE;
    const kind = this.bytes[at + 1];
    if (kind !== 0x75) {
      return ESCAPES[kind ?? 0] === 1 ? at + 2 : this.fail(at, 'no such escape in JSON');
    }
    if (at + 6 > this.end) return INCOMPLETE;
    for (let digit = at + 2; digit < at + 6; digit += 1) {
      if (HEX[this.bytes[digit] ?? 0] === 0) return this.fail(at, '\\u takes four hexadecimal digits');
    }
    return at + 6;
  }

  #skipLiteral(at: number, literal: Buffer): number {
    for (let index = 0; index < literal.length; index += 1) {
      if (at + index >= this.end) return INCOMPLETE;
      if (this.bytes[at + index] !== literal[index]) return this.unexpected(at, 'a value');
    }
    return at + literal.length;
  }

  #skipNumber(at: number): number {
    const bytes = this.bytes;
    let position = bytes[at] === MINUS ? at + 1 : at;
    const firstDigit = position;
    position = this.#skipDigits(position);
    if (position === firstDigit) return this.unexpected(position, 'a digit');
    if (bytes[firstDigit] === ZERO && position > firstDigit + 1) {
      return this.fail(firstDigit, 'a number must not begin with 0');
    }
    if (bytes[position] === DOT) {
      const fraction = position + 1;
      position = this.#skipDigits(fraction);
      if (position === fraction) return this.unexpected(position, 'a digit');
    }
    const hasExponent = ((bytes[position] ?? 0) | 0x20) === 0x65;
    if (hasExponent) {
      const sign = bytes[position + 1];
      const exponent =
        position + 1 < this.end && (sign === PLUS || sign === MINUS) ? position + 2 : position + 1;
      position = this.#skipDigits(exponent);
      if (position === exponent) return this.unexpected(position, 'a digit');
    }
    if (position >= this.end && !this.final) return INCOMPLETE;
    if ((hasExponent || position - at > SAFE_NUMBER_LENGTH) && !this.#isFinite(at, position)) {
      return this.fail(at, 'the number is too large for any reader');
    }
    return position;
  }

  #skipDigits(at: number): number {
    let position = at;
    for (;;) {
      const byte = this.bytes[position] ?? 0;
      if (byte < ZERO || byte > 0x39) return position;
      position += 1;
    }
  }

  #isFinite(from: number, to: number): boolean {
    return Number.isFinite(Number(this.bytes.toString('latin1', from, to)));
  }
}

/** Whether `bytes[from .. to)` is one JSON value, white space around it allowed. `bytes` must have room at `to`. */
export function isJsonValue(scanner: JsonScanner, from: number): boolean {
  const after = scanner.skipValue(scanner.skipSpace(from), 0);
  return after >= 0 && scanner.skipSpace(after) === scanner.end;
}

/** A byte as a person knows it: `"x"` in ASCII, else its value. */
export function describeByte(byte: number): string {
  return byte > SPACE && byte < 0x7f
    ? `"${String.fromCodePoint(byte)}"`
    : `byte 0x${byte.toString(16).padStart(2, '0')}`;
}

const LITERALS = new Map(
  ['true', 'false', 'null'].map((text) => [text.codePointAt(0) ?? 0, Buffer.from(text)]),
);

const STRING_STOPS = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte < SPACE || byte === QUOTE || byte === BACKSLASH ? 1 : 0,
);
const SPACES = bytesOf(' \t\r\n');
const ESCAPES = bytesOf('"\\/bfnrt');
const HEX = bytesOf('0123456789abcdefABCDEF');

function bytesOf(characters: string): Uint8Array {
  const table = new Uint8Array(256);
  for (const byte of Buffer.from(characters)) table[byte] = 1;
  return table;
}
