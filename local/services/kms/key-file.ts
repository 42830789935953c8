import { createCipheriv, createDecipheriv, hkdfSync, randomBytes, randomUUID } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;
/** Permission bits of the group and of everybody else. */
const OTHERS = 0o077;

/** AES-256-GCM under one secret of the data directory; what is sealed opens only under the same purpose and context. */
export interface KeyFile {
  /** IV, tag and ciphertext. `purpose` picks the derived key, `context` is bound as additional data. */
  seal(purpose: string, context: Buffer, plaintext: Buffer): Buffer;
  /** Throws when anything differs from what was sealed. */
  open(purpose: string, context: Buffer, sealed: Buffer): Buffer;
}

/** Opens the key file of a data directory, making it at the first start. Refuses one that others may read. */
export function openKeyFile(dataDirectory: string): KeyFile {
  const path = join(dataDirectory, 'kms', 'key');
  if (!existsSync(path)) createKeyFile(path);
  if (process.platform !== 'win32' && (statSync(path).mode & OTHERS) !== 0) {
    throw new Error(`The key file ${path} may be read by others. Make it yours alone: chmod 600 ${path}`);
  }
  const secret = readFileSync(path);
  if (secret.length !== KEY_BYTES)
    throw new Error(`The key file ${path} is damaged: it must hold ${KEY_BYTES} bytes.`);
  const derive = (purpose: string) => Buffer.from(hkdfSync('sha256', secret, '', purpose, KEY_BYTES));
  return {
    seal: (purpose, context, plaintext) => {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv('aes-256-gcm', derive(purpose), iv, { authTagLength: TAG_BYTES });
      cipher.setAAD(context);
      const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
      return Buffer.concat([iv, cipher.getAuthTag(), ciphertext]);
    },
    open: (purpose, context, sealed) => {
      const iv = sealed.subarray(0, IV_BYTES);
      const decipher = createDecipheriv('aes-256-gcm', derive(purpose), iv, { authTagLength: TAG_BYTES });
      decipher.setAAD(context);
      decipher.setAuthTag(sealed.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
      return Buffer.concat([decipher.update(sealed.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]);
    },
  };
}

/** Written aside and linked into place, so that a kill leaves no half key that would look like a damaged one. */
function createKeyFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${randomUUID()}`;
  const file = openSync(draft, 'wx', 0o600);
  writeSync(file, randomBytes(KEY_BYTES));
  fsyncSync(file);
  closeSync(file);
  linkSync(draft, path);
  rmSync(draft);
}
