import { describe, expect, it } from 'vitest';
import { hashIDs, seedOf } from '../../../core/runs/id-hash.ts';
import { SeenIDs } from '../../../core/runs/seen-ids.ts';
import { toBatch } from '../../support/record-batches.ts';

function addAll(seen: SeenIDs, objectIDs: readonly string[], seed = 1): boolean[] {
  const hashes = hashIDs(toBatch(objectIDs.map((objectID) => ({ objectID }))), seed);
  const repeats = new Set(seen.addAll(hashes));
  return objectIDs.map((_, index) => repeats.has(index));
}

describe('seen ids', () => {
  it('tell a repeated id from a new one', () => {
    expect(addAll(new SeenIDs(), ['a', 'b', 'a', 'ab', 'é', 'b'])).toEqual([
      false,
      false,
      true,
      false,
      false,
      true,
    ]);
  });

  it('take no id of a large set for another', () => {
    const seen = new SeenIDs();
    for (const name of [
      String,
      (n: number) => String(n).padStart(8, '0'),
      (n: number) => `p-${n}-${n % 7}`,
    ]) {
      const ids = Array.from({ length: 60_000 }, (_, index) => `${name.length}${name(index)}`);
      expect(addAll(seen, ids).some(Boolean)).toBe(false);
      expect(addAll(seen, ids).every(Boolean)).toBe(true);
    }
    expect(seen.isExact).toBe(true);
  });

  it('remember at least the last generation and say when they have forgotten', () => {
    const seen = new SeenIDs(1000);
    const ids = Array.from({ length: 2000 }, (_, index) => `id-${index}`);
    addAll(seen, ids);
    expect(seen.isExact).toBe(true);
    expect(addAll(seen, ids.slice(1000)).every(Boolean)).toBe(true);
    expect(seen.isExact).toBe(true);

    // One of the oldest is still known, and from then on it is among the latest.
    expect(addAll(seen, ['id-5'])).toEqual([true]);
    expect(seen.isExact).toBe(false);
    expect(addAll(seen, ids.slice(1001)).every(Boolean)).toBe(true);
    expect(addAll(seen, ['id-5', 'id-6'])).toEqual([true, false]);
  });

  it('hash differently in every run', () => {
    const [first, second] = ['run-1', 'run-2'].map((run) =>
      hashIDs(toBatch([{ objectID: 'a' }]), seedOf(run)),
    );
    expect(first).not.toEqual(second);
  });
});
