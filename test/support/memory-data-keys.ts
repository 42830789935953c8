import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

import type { DataKeys } from '../../core/foundation/data-keys.ts';

/** Data keys under a key in memory, bound to their context as KMS binds them. Counts what it is asked for. */
export function createMemoryDataKeys(): DataKeys & { readonly calls: { generate: number; unwrap: number } } {
  const master = randomBytes(32);
  const calls = { generate: 0, unwrap: 0 };
  return {
    calls,
    async generate(context) {
      calls.generate += 1;
      const plaintext = randomBytes(32);
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', master, nonce).setAAD(bind(context));
      const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
      return { plaintext, wrapped: Buffer.concat([nonce, cipher.getAuthTag(), ciphertext]) };
    },
    async unwrap(wrapped, context) {
      calls.unwrap += 1;
      const decipher = createDecipheriv('aes-256-gcm', master, wrapped.subarray(0, 12)).setAAD(bind(context));
      decipher.setAuthTag(wrapped.subarray(12, 28));
      return Buffer.concat([decipher.update(wrapped.subarray(28)), decipher.final()]);
    },
  };
}

function bind(context: Record<string, string>): Buffer {
  return Buffer.from(JSON.stringify(Object.entries(context).sort()));
}
