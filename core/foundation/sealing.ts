import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

import * as z from 'zod';

import type { DataKeys } from './data-keys.ts';
import { Secret } from './secret.ts';

/**
 * Envelope encryption of single fields, format 1. Each field is sealed on its own, so that one can be replaced by
 * whoever cannot open the others:
 *
 * - a fresh 256-bit data key per call, wrapped by the key service under the encryption context
 *   `{application, authentication, version}`;
 * - AES-256-GCM with a fresh 96-bit nonce and a 128-bit tag; additional data = the UTF-8 bytes of the JSON array
 *   `["millrace-seal-1", application, authentication, version, field]`.
 *
 * `version` is the row's version by which the field was written. A field that was moved to another row, renamed or
 * given another version does not open.
 */
const FORMAT = 'millrace-seal-1';
const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;

/** One sealed field as it is stored; the binary parts in base64. */
export const sealedSecretSchema = z.object({
  format: z.literal(FORMAT),
  version: z.int().min(1),
  /** The wrapped data key. */
  dataKey: z.string(),
  nonce: z.string(),
  ciphertext: z.string(),
  tag: z.string(),
});

export type SealedSecret = z.output<typeof sealedSecretSchema>;

/** What a sealed field belongs to. */
export interface SealOwner {
  readonly appID: string;
  readonly authenticationID: string;
}

/** A stored secret that does not open: damaged, moved between rows, or sealed under another key. */
export class SealBrokenError extends Error {
  constructor(field: string, cause: unknown) {
    super(`The stored secret ${field} does not open`, { cause });
    this.name = 'SealBrokenError';
  }
}

/**
 * What `use` makes of a function that seals fields for the row version that they are written with, all under one data
 * key. Needs the right to make data keys only.
 */
export async function sealWith<Sealed>(
  dataKeys: DataKeys,
  owner: SealOwner & { readonly version: number },
  use: (seal: (field: string, value: string) => SealedSecret) => Sealed,
): Promise<Sealed> {
  const { plaintext, wrapped } = await dataKeys.generate(toContext(owner, owner.version));
  const dataKey = Buffer.from(wrapped).toString('base64');
  try {
    return use((field, value) => sealField({ owner, plaintext, dataKey, field, value }));
  } finally {
    plaintext.fill(0);
  }
}

/** Opens all of `sealed`; the key service is asked once per write that sealed some of them. */
export async function openSecrets(
  dataKeys: DataKeys,
  owner: SealOwner,
  sealed: Readonly<Record<string, SealedSecret>>,
): Promise<Record<string, Secret>> {
  const unwrapped = new Map<string, Uint8Array>();
  const opened: [string, Secret][] = [];
  try {
    for (const [field, secret] of Object.entries(sealed)) {
      const cacheKey = `${secret.version}:${secret.dataKey}`;
      const key =
        unwrapped.get(cacheKey) ??
        (await dataKeys
          .unwrap(Buffer.from(secret.dataKey, 'base64'), toContext(owner, secret.version))
          .catch((error: unknown) => refuseUnwrapped(field, error)));
      unwrapped.set(cacheKey, key);
      opened.push([field, openField(key, owner, field, secret)]);
    }
  } finally {
    for (const key of unwrapped.values()) key.fill(0);
  }
  return Object.fromEntries(opened);
}

function sealField(request: {
  readonly owner: SealOwner & { readonly version: number };
  readonly plaintext: Uint8Array;
  readonly dataKey: string;
  readonly field: string;
  readonly value: string;
}): SealedSecret {
  const { owner, field } = request;
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, request.plaintext, nonce);
  cipher.setAAD(toAdditionalData(owner, owner.version, field));
  const ciphertext = Buffer.concat([cipher.update(request.value, 'utf8'), cipher.final()]);
  return {
    format: FORMAT,
    version: owner.version,
    dataKey: request.dataKey,
    nonce: nonce.toString('base64'),
    ciphertext: ciphertext.toString('base64'),
    tag: cipher.getAuthTag().toString('base64'),
  };
}

function openField(key: Uint8Array, owner: SealOwner, field: string, secret: SealedSecret): Secret {
  try {
    const decipher = createDecipheriv(ALGORITHM, key, Buffer.from(secret.nonce, 'base64'), {
      authTagLength: 16,
    });
    decipher.setAAD(toAdditionalData(owner, secret.version, field));
    decipher.setAuthTag(Buffer.from(secret.tag, 'base64'));
    const plaintext = Buffer.concat([
      decipher.update(Buffer.from(secret.ciphertext, 'base64')),
      decipher.final(),
    ]);
    return new Secret(plaintext.toString('utf8'));
  } catch (error) {
    throw new SealBrokenError(field, error);
  }
}

/** The key service's own word for a data key that it did not wrap, or not for this row. */
function refuseUnwrapped(field: string, error: unknown): never {
  if (error instanceof Error && error.name === 'InvalidCiphertextException') {
    throw new SealBrokenError(field, error);
  }
  throw error;
}

function toContext(owner: SealOwner, version: number): Record<string, string> {
  return { application: owner.appID, authentication: owner.authenticationID, version: String(version) };
}

function toAdditionalData(owner: SealOwner, version: number, field: string): Buffer {
  return Buffer.from(JSON.stringify([FORMAT, owner.appID, owner.authenticationID, version, field]));
}
