import { isUtf8 } from 'node:buffer';

const MAX_EXCERPT_LENGTH = 40;

/** A value as a message may quote it: short, and without characters that could disturb a log or a terminal. */
export function quoteExcerpt(bytes: Buffer): string {
  const characters = [...bytes.subarray(0, MAX_EXCERPT_LENGTH * 4).toString()];
  const text = characters.slice(0, MAX_EXCERPT_LENGTH).join('').replaceAll(/\p{C}/gu, '\u{fffd}');
  const isCut = characters.length > MAX_EXCERPT_LENGTH || bytes.length > MAX_EXCERPT_LENGTH * 4;
  return `"${text}${isCut ? '…' : ''}"`;
}

/** Where the first byte lies that is no UTF-8; the length when all are. */
export function findInvalidUTF8(bytes: Buffer): number {
  let at = 0;
  while (at < bytes.length) {
    const length = characterLength(bytes[at] ?? 0);
    if (length > 1 && !isUtf8(bytes.subarray(at, at + length))) return at;
    at += length;
  }
  return bytes.length;
}

/** How many bytes the character takes whose first byte this is; 2, which will not do, for bytes that begin none. */
function characterLength(leadByte: number): number {
  if (leadByte < 0x80) return 1;
  if (leadByte >= 0xf0) return 4;
  return leadByte >= 0xe0 ? 3 : 2;
}
