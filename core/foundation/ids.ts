import { createHash, randomUUID } from 'node:crypto';

/** A fresh random UUID (version 4), for resources. */
export function newID(): string {
  return randomUUID();
}

/** The same UUID (version 8) for the same parts, in whatever process: the claim key of runs and of position ids. */
export function deriveID(...parts: string[]): string {
  const digest = createHash('sha256').update(JSON.stringify(parts)).digest();
  return toUUID(digest, 8);
}

/** A UUID (version 7) that sorts by `at` (milliseconds), then by `sequence` (0–4095), then at random. */
export function newTimeOrderedID(at: Date, sequence = 0): string {
  const bytes = Buffer.from(randomUUID().replaceAll('-', ''), 'hex');
  bytes.writeUIntBE(at.getTime(), 0, 6);
  bytes.writeUInt16BE(sequence & 0xf_ff, 6);
  return toUUID(bytes, 7);
}

/** The same UUID (version 7, sorted by `at`) for the same instant and parts: for what was made elsewhere, under an id without order. */
export function deriveTimeOrderedID(at: Date, ...parts: string[]): string {
  const bytes = createHash('sha256').update(JSON.stringify(parts)).digest();
  bytes.writeUIntBE(Math.max(0, at.getTime()), 0, 6);
  return toUUID(bytes, 7);
}

/** The smallest time-ordered id of `at`, to bound a range of ids by time. */
export function lowestTimeOrderedID(at: Date): string {
  const bytes = Buffer.alloc(16);
  bytes.writeUIntBE(Math.max(0, at.getTime()), 0, 6);
  return toUUID(bytes, 7);
}

function toUUID(bytes: Buffer, version: number): string {
  const copy = Buffer.from(bytes.subarray(0, 16));
  copy.writeUInt8((copy.readUInt8(6) & 0x0f) | (version << 4), 6);
  copy.writeUInt8((copy.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = copy.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** True for what this module makes: anything else names no resource, and must not reach the table as a key. */
export function isID(text: string): boolean {
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
}
