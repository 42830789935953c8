import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

import type { Secret } from '../foundation/secret.ts';

const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Seals an answer that holds a secret under the API key of the caller, whom it is for: neither the table nor the
 * function, which keep a digest of that key only, can open it without the caller's next request. `place` is where it is
 * stored; elsewhere it does not open.
 */
export function sealAnswer(answer: string, apiKey: Secret, place: string): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, deriveKey(apiKey, place), nonce).setAAD(Buffer.from(place));
  const ciphertext = Buffer.concat([cipher.update(answer, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), ciphertext]).toString('base64');
}

/** The answer; nothing when another key, or another place, sealed it. */
export function openAnswer(sealed: string, apiKey: Secret, place: string): string | undefined {
  const bytes = Buffer.from(sealed, 'base64');
  const nonce = bytes.subarray(0, NONCE_BYTES);
  const tag = bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES);
  try {
    const decipher = createDecipheriv(ALGORITHM, deriveKey(apiKey, place), nonce, {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(Buffer.from(place)).setAuthTag(tag);
    const ciphertext = bytes.subarray(NONCE_BYTES + TAG_BYTES);
    return Buffer.concat([decipher.update(ciphertext), decipher.final()]).toString('utf8');
  } catch {
    return undefined;
  }
}

function deriveKey(apiKey: Secret, place: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', apiKey.reveal(), place, 'millrace-answer-1', 32));
}
