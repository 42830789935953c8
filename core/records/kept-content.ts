import { heaviestAttributes, type HeavyAttribute } from './heaviest-attributes.ts';

/** With its reason, what is kept of a rejected record stays under 100 KB, in one item of the table. */
export const MAX_KEPT_BYTES = 90_000;

/** What is kept of a rejected record; neither `record` nor `text` when it is too large. */
export interface KeptContent {
  readonly sizeBytes: number;
  /** A record as JSON that begins with its objectID: it can be written as it is. */
  readonly record?: string;
  /** What stands in the source, where no record could be made of it. Bytes that are no UTF-8 are replaced. */
  readonly text?: string;
  /** Of a record that is too large to be kept. */
  readonly heaviestAttributes?: readonly HeavyAttribute[];
}

export function keepRecord(json: string): KeptContent {
  const sizeBytes = Buffer.byteLength(json);
  if (sizeBytes <= MAX_KEPT_BYTES) return { sizeBytes, record: json };
  return { sizeBytes, heaviestAttributes: heaviestAttributes(json) };
}

export function keepText(bytes: Buffer): KeptContent {
  const sizeBytes = bytes.length;
  if (sizeBytes > MAX_KEPT_BYTES) return { sizeBytes };
  const text = bytes.toString();
  // What replaces a byte that is no UTF-8 has three.
  return Buffer.byteLength(text) > MAX_KEPT_BYTES ? { sizeBytes } : { sizeBytes, text };
}

/** How much memory it holds. */
export function heldBytes({ sizeBytes, record, text }: KeptContent): number {
  return record === undefined && text === undefined ? 0 : sizeBytes;
}
