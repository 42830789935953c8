/**
 * Children lie anywhere in a bulk operation's result, so a product is whole only when all of the file was seen. So that
 * never more than a part of it is held, entities are divided by a hash of their ids, and each part is collected by itself.
 */
export interface BulkPart {
  readonly modulus: number;
  readonly remainder: number;
}

/** What a part is meant to have: a worker has 1 GB for everything. */
export const PART_BYTES = 64 * 1024 * 1024;
/** Beyond this the hashes are alike, not only the parts. */
const MAX_MODULUS = 2 ** 30;

/** Into how many parts a file is divided. */
export function countParts(fileBytes: number): number {
  return Math.max(1, Math.ceil(fileBytes / PART_BYTES));
}

export function belongsTo(id: string, { modulus, remainder }: BulkPart): boolean {
  return remainderOf(id, modulus) === remainder;
}

/** Of which of so many parts an entity is. */
export function remainderOf(id: string, modulus: number): number {
  return hashOf(id) % modulus;
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

/** FNV-1a, mixed once more: Shopify's ids have many low bits in common. */
function hashOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < id.length; index += 1) {
    hash = Math.imul(hash ^ id.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
