const BACKSLASH = 0x5c;

/** The text of the JSON string at `bytes[start .. end)`, quotes included, which the scanner found to be valid. */
export function decodeString(bytes: Buffer, start: number, end: number): string {
  const text = bytes.toString('utf8', start + 1, end - 1);
  if (!text.includes('\\')) return text;
  return String(JSON.parse(bytes.toString('utf8', start, end)));
}

/** Whether the JSON string at `bytes[start .. end)`, quotes included, spells `name`, however it is escaped. */
export function isSpelled(bytes: Buffer, start: number, end: number, name: string): boolean {
  const length = end - start - 2;
  // An escape only makes a string longer, so a shorter one cannot be `name`.
  if (length < name.length) return false;
  if (length > name.length) return hasEscape(bytes, start, end) && decodeString(bytes, start, end) === name;
  for (let index = 0; index < length; index++) {
    if (bytes[start + 1 + index] !== name.charCodeAt(index)) return false;
  }
  return true;
}

function hasEscape(bytes: Buffer, start: number, end: number): boolean {
  for (let index = start; index < end; index++) {
    if (bytes[index] === BACKSLASH) return true;
  }
  return false;
}
