/**
 * Children lie anywhere in a bulk operation's result, so a product is whole only when all of the file was seen. So that
 * never more than a part of it is held, entities are divided by a hash of their ids, and each part is collected by itself.
 */
export interface BulkPart {
  /** A power of two. */
  readonly modulus: number;
  readonly remainder: number;
}

/** What a part is meant to have; a worker has 1 GB for everything. */
const PART_BYTES = 48 * 1024 * 1024;
/** More parts than this are not begun with: a part that is too large is divided further. */
const MAX_FIRST_PARTS = 65_536;
/** Beyond this the hashes are alike, not only the parts. */
const MAX_MODULUS = 2 ** 30;

/** Into how many parts a file is divided. */
export function countParts(fileBytes: number): number {
  let parts = 1;
  while (parts * PART_BYTES < fileBytes && parts < MAX_FIRST_PARTS) parts *= 2;
  return parts;
}

export function belongsTo(id: string, { modulus, remainder }: BulkPart): boolean {
  return (hashOf(id) & (modulus - 1)) === remainder;
}

export function isDivisible({ modulus }: BulkPart): boolean {
  return modulus < MAX_MODULUS;
}

/** The first half of a part; `nextPart` gives the other half. */
export function firstHalf({ modulus, remainder }: BulkPart): BulkPart {
  return { modulus: modulus * 2, remainder };
}

/** What follows on a part when a file was divided into so many. */
export function nextPart(part: BulkPart, parts: number): BulkPart | undefined {
  let { modulus, remainder } = part;
  while (modulus > parts) {
    const half = modulus / 2;
    if (remainder < half) return { modulus, remainder: remainder + half };
    modulus = half;
    remainder -= half;
  }
  return remainder + 1 < parts ? { modulus: parts, remainder: remainder + 1 } : undefined;
}

/** FNV-1a, mixed once more: Shopify's ids have many low bits in common, and only the low bits of a hash count here. */
function hashOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < id.length; index += 1) {
    hash = Math.imul(hash ^ id.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
