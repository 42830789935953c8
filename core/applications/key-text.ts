import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** Lets people and scanners of leaked secrets tell whose key it is. */
const PREFIX = 'mlr_';
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const BASE = BigInt(ALPHABET.length);
const SECRET_BYTES = 32;
/** Digits of base 62 that 32 bytes and a CRC-32 take. */
const SECRET_LENGTH = 43;
const CHECKSUM_LENGTH = 6;

const PATTERN = new RegExp(
  `^(${PREFIX}([0-9a-f]{32})[0-9A-Za-z]{${SECRET_LENGTH}})([0-9A-Za-z]{${CHECKSUM_LENGTH}})$`,
);

/** A fresh key: `mlr_`, the hexadecimal digits of its ID, 256 random bits and a CRC-32 of all that, both in base 62. */
export function newKeyText(keyID: string): string {
  const secret = BigInt(`0x${randomBytes(SECRET_BYTES).toString('hex')}`);
  const text = `${PREFIX}${keyID.replaceAll('-', '')}${toBase62(secret, SECRET_LENGTH)}`;
  return text + checksumOf(text);
}

/** The ID in a key; nothing for what is mistyped or never was one, so that no store has to be asked. */
export function readKeyID(text: string): string | undefined {
  const [, checked, digits, checksum] = PATTERN.exec(text) ?? [];
  if (checked === undefined || digits === undefined || checksumOf(checked) !== checksum) return undefined;
  const parts = /^(.{8})(.{4})(.{4})(.{4})(.{12})$/.exec(digits)?.slice(1) ?? [];
  return parts.join('-');
}

function checksumOf(text: string): string {
  return toBase62(BigInt(crc32(text)), CHECKSUM_LENGTH);
}

function toBase62(value: bigint, length: number): string {
  let digits = '';
  for (let rest = value; digits.length < length; rest /= BASE) {
    digits = ALPHABET.charAt(Number(rest % BASE)) + digits;
  }
  return digits;
}
