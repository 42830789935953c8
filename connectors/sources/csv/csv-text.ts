const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const FIRST_NEEDING_NO_ESCAPE = 0x20;
/** From here on one native copy is quicker than a loop. */
const LONG_CELL = 100;

/** The longest that one byte becomes: a control character as `\u0000`. */
export const MAX_ESCAPED_BYTES = 6;

/** Copies a cell that needs no escape; returns where it ends in `target`. */
export function copyText(
  source: Buffer,
  start: number,
  end: number,
  target: { bytes: Buffer; at: number },
): void {
  const { bytes } = target;
  let to = target.at;
  if (end - start > LONG_CELL) {
    source.copy(bytes, to, start, end);
    to += end - start;
  } else {
    for (let from = start; from < end; from += 1) {
      bytes[to] = source[from] ?? 0;
      to += 1;
    }
  }
  target.at = to;
}

/** Copies a cell as the inside of a JSON string: two quotes are one, and what JSON escapes is escaped. */
export function escapeText(
  source: Buffer,
  start: number,
  end: number,
  target: { bytes: Buffer; at: number },
): void {
  const { bytes } = target;
  let to = target.at;
  for (let from = start; from < end; from += 1) {
    const byte = source[from] ?? 0;
    if (byte >= FIRST_NEEDING_NO_ESCAPE && byte !== QUOTE && byte !== BACKSLASH) {
      bytes[to] = byte;
      to += 1;
    } else {
      // A quote inside a cell is always doubled here: rows where it is not were rejected.
      if (byte === QUOTE) from += 1;
      to += ESCAPED[byte]?.copy(bytes, to) ?? 0;
    }
  }
  target.at = to;
}

/** Copies the text of a cell as it was meant: two quotes are one. */
export function unquoteText(source: Buffer, start: number, end: number): Buffer {
  return Buffer.from(source.subarray(start, end).toString('latin1').replaceAll('""', '"'), 'latin1');
}

const ESCAPED = Array.from({ length: BACKSLASH + 1 }, (_, byte) =>
  Buffer.from(JSON.stringify(String.fromCodePoint(byte)).slice(1, -1)),
);
