import { createHash, timingSafeEqual } from 'node:crypto';

/** What is kept of a key. Keys are random and long, so a slow hash would add nothing; the application is part of it. */
export function digestKey(applicationID: string, apiKey: string): Buffer {
  return createHash('sha256')
    .update(JSON.stringify([applicationID, apiKey]))
    .digest();
}

/** Compares in a time that does not tell how much is equal. */
export function isSameDigest(one: Uint8Array, other: Uint8Array): boolean {
  return one.byteLength === other.byteLength && timingSafeEqual(one, other);
}
