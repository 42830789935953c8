/** An event's data stays under this many bytes of JSON, far from DynamoDB's 400 KB. */
export const MAX_EVENT_DATA_BYTES = 32 * 1024;

const MAX_TEXT_CHARACTERS = 2_000;

/**
 * `data` cut until its JSON fits into the bound: long texts are shortened, then the longest list loses its end, then
 * members go, the largest first. `truncated: true` says that something is missing.
 */
export function boundData(data: Readonly<Record<string, unknown>>): Record<string, unknown> {
  if (sizeOf(data) <= MAX_EVENT_DATA_BYTES) return { ...data };
  const bounded: Record<string, unknown> = { ...data, truncated: true };
  for (const [name, value] of Object.entries(bounded)) bounded[name] = shortenTexts(value);
  while (sizeOf(bounded) > MAX_EVENT_DATA_BYTES) {
    const largest = largestMember(bounded);
    const value = bounded[largest];
    if (Array.isArray(value) && value.length > 1) bounded[largest] = value.slice(0, value.length >> 1);
    else delete bounded[largest];
  }
  return bounded;
}

function shortenTexts(value: unknown): unknown {
  if (typeof value === 'string' && value.length > MAX_TEXT_CHARACTERS) {
    return `${value.slice(0, MAX_TEXT_CHARACTERS).toWellFormed()}…`;
  }
  return Array.isArray(value) ? value.map(shortenTexts) : value;
}

function largestMember(data: Readonly<Record<string, unknown>>): string {
  const sizes = Object.entries(data).map(([name, value]) => ({ name, bytes: sizeOf(value) }));
  return sizes.reduce((largest, next) => (next.bytes > largest.bytes ? next : largest)).name;
}

function sizeOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value) ?? '');
}
