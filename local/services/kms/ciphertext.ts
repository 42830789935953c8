import { AwsError } from '../protocol/aws-error.ts';
import type { KeyFile } from './key-file.ts';

/** First byte of every ciphertext; the key id (16 bytes) follows, then what the key file sealed. */
const VERSION = 1;
const HEADER_BYTES = 17;

export type EncryptionContext = Readonly<Record<string, string>>;

/** A ciphertext names its key, as KMS's do, so Decrypt needs no KeyId. */
export function encryptUnder(
  keyFile: KeyFile,
  keyID: string,
  plaintext: Buffer,
  context: EncryptionContext,
): Buffer {
  const header = Buffer.concat([Buffer.of(VERSION), Buffer.from(keyID.replaceAll('-', ''), 'hex')]);
  return Buffer.concat([header, keyFile.seal(`kms ${keyID}`, bind(header, context), plaintext)]);
}

/** The key id a ciphertext names, not yet proved. */
export function readKeyID(ciphertext: Buffer): string {
  if (ciphertext.length <= HEADER_BYTES || ciphertext[0] !== VERSION) throw invalidCiphertext();
  const hex = ciphertext.toString('hex', 1, HEADER_BYTES);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** Fails when the ciphertext was changed or the context is not the one it was encrypted with. */
export function decryptUnder(keyFile: KeyFile, ciphertext: Buffer, context: EncryptionContext): Buffer {
  const keyID = readKeyID(ciphertext);
  const header = ciphertext.subarray(0, HEADER_BYTES);
  try {
    return keyFile.open(`kms ${keyID}`, bind(header, context), ciphertext.subarray(HEADER_BYTES));
  } catch {
    throw invalidCiphertext();
  }
}

/** The order in which a client lists the context's pairs does not matter. */
function bind(header: Buffer, context: EncryptionContext): Buffer {
  const pairs = Object.entries(context).sort(([a], [b]) => (a < b ? -1 : 1));
  return Buffer.concat([header, Buffer.from(JSON.stringify(pairs))]);
}

/** KMS says no more than the name of this error. */
export function invalidCiphertext(): AwsError {
  return new AwsError(
    'InvalidCiphertextException',
    'The ciphertext was changed or its encryption context is another.',
  );
}
