import { OBJECT_ID_OFFSET, type RecordBatch } from '../records/record-batch.ts';

/**
 * 64-bit hashes of the objectIDs of a batch, two words each: hash `i` is `[2 * i]` and `[2 * i + 1]`, never both 0.
 * Signed, because signed words stay small integers wherever they are passed.
 * Two murmur3 rounds with constants of their own, side by side: 64 bits make a chance collision among 4 million ids as
 * rare as 1 in 2 million runs.
 */
export function hashIDs(batch: RecordBatch, seed: number): Int32Array {
  const { bytes, ends, idEnds, count } = batch;
  const hashes = new Int32Array(count * 2);
  let start = 0;
  for (let index = 0; index < count; index += 1) {
    const end = idEnds[index] ?? 0;
    let position = start + OBJECT_ID_OFFSET;
    let first = seed ^ (end - position);
    let second = first ^ 0x9e3779b9;
    for (; position + 4 <= end; position += 4) {
      const word = wordAt(bytes, position);
      first = mixFirst(first, word);
      second = mixSecond(second, word);
    }
    let tail = 0;
    for (; position < end; position += 1) tail = (tail << 8) | (bytes[position] ?? 0);
    first = finish(mixFirst(first, tail));
    second = finish(mixSecond(second, tail));
    hashes[index * 2] = first;
    // The table of seen ids takes 0, 0 for an empty slot.
    hashes[index * 2 + 1] = first === 0 && second === 0 ? 1 : second;
    start = ends[index] ?? 0;
  }
  return hashes;
}

/** A number for `hashIDs` that differs from run to run, so that nobody can prepare ids that collide. */
export function seedOf(text: string): number {
  let seed = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    seed = Math.imul(seed ^ text.charCodeAt(index), 0x01000193);
  }
  return seed >>> 0;
}

function wordAt(bytes: Uint8Array, position: number): number {
  return (
    (bytes[position] ?? 0) |
    ((bytes[position + 1] ?? 0) << 8) |
    ((bytes[position + 2] ?? 0) << 16) |
    ((bytes[position + 3] ?? 0) << 24)
  );
}

function mixFirst(hash: number, word: number): number {
  const scrambled = Math.imul(rotate(Math.imul(word, 0xcc9e2d51), 15), 0x1b873593);
  return (Math.imul(rotate(hash ^ scrambled, 13), 5) + 0xe6546b64) | 0;
}

function mixSecond(hash: number, word: number): number {
  const scrambled = Math.imul(rotate(Math.imul(word, 0x239b961b), 16), 0xab0e9789);
  return (Math.imul(rotate(hash ^ scrambled, 19), 5) + 0x561ccd1b) | 0;
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

function finish(value: number): number {
  let hash = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
