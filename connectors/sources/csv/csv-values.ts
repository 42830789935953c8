const PLUS = 0x2b;
const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;

/** Longer numbers, and those with an exponent, may be too large for a double; all others cannot. */
const SAFE_NUMBER_LENGTH = 300;

/** Whether `bytes[start .. end)` is an integer as JSON writes it: no `+`, no leading zeros, any number of digits. */
export function isInteger(bytes: Buffer, start: number, end: number): boolean {
  return start < end && skipInteger(bytes, start, end) === end;
}

/** Whether `bytes[start .. end)` is a number as JSON writes it, and one that a double can hold. */
export function isFloat(bytes: Buffer, start: number, end: number): boolean {
  let at = skipInteger(bytes, start, end);
  if (at < 0) return false;
  if (at < end && bytes[at] === DOT) {
    const fraction = at + 1;
    at = skipDigits(bytes, fraction, end);
    if (at === fraction) return false;
  }
  const hasExponent = at < end && ((bytes[at] ?? 0) | 0x20) === 0x65;
  if (hasExponent) {
    const sign = bytes[at + 1];
    const exponent = at + 1 < end && (sign === PLUS || sign === MINUS) ? at + 2 : at + 1;
    at = skipDigits(bytes, exponent, end);
    if (at === exponent) return false;
  }
  if (at !== end) return false;
  return (
    (!hasExponent && end - start <= SAFE_NUMBER_LENGTH) ||
    Number.isFinite(Number(bytes.toString('latin1', start, end)))
  );
}

/** The words for true (true, yes, 1) and false (false, no, 0) in any case; undefined for all others. */
export function readBoolean(bytes: Buffer, start: number, end: number): boolean | undefined {
  if (end - start > 5) return undefined;
  let word = 0;
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte < ZERO) return undefined;
    word = word * 256 + (byte | 0x20);
  }
  if (TRUE_WORDS.has(word)) return true;
  return FALSE_WORDS.has(word) ? false : undefined;
}

/** Where the number at `start` has its last digit before a fraction or exponent; -1 if there is none. */
function skipInteger(bytes: Buffer, start: number, end: number): number {
  const first = start < end && bytes[start] === MINUS ? start + 1 : start;
  const after = skipDigits(bytes, first, end);
  if (after === first || (bytes[first] === ZERO && after > first + 1)) return -1;
  return after;
}

function skipDigits(bytes: Buffer, start: number, end: number): number {
  let at = start;
  while (at < end) {
    const byte = bytes[at] ?? 0;
    if (byte < ZERO || byte > NINE) return at;
    at += 1;
  }
  return at;
}

const TRUE_WORDS = new Set(['true', 'yes', '1'].map(toWord));
const FALSE_WORDS = new Set(['false', 'no', '0'].map(toWord));

function toWord(text: string): number {
  return Buffer.from(text).reduce((word, byte) => word * 256 + byte, 0);
}
