import type { SQLOutputValue } from 'node:sqlite';

/** The value of a column that the schema declares as text. */
export function textOf(value: SQLOutputValue | undefined): string {
  if (typeof value !== 'string') throw new TypeError(`Expected a text column, got ${typeof value}`);
  return value;
}

/** The value of a column that the schema declares as an integer. */
export function numberOf(value: SQLOutputValue | undefined): number {
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'number') throw new TypeError(`Expected a number column, got ${typeof value}`);
  return value;
}

/** The value of a blob column, without copying it. */
export function bytesOf(value: SQLOutputValue | undefined): Buffer {
  if (!(value instanceof Uint8Array)) throw new TypeError(`Expected a blob column, got ${typeof value}`);
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}
