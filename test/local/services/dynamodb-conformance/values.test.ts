import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { keyOf, startGrounds } from '../support/conformance-table.ts';

const grounds = await startGrounds();

describe.each(grounds)('sizes and values on $ground', ({ put, get, update }) => {
  test('an item of 400 KB fits and a larger one does not', async () => {
    const key = keyOf(randomUUID());
    await put({ ...key, f: { S: 'x'.repeat(400 * 1024 - 100) } });
    await expect(put({ ...key, f: { S: 'x'.repeat(400 * 1024 + 1) } })).rejects.toMatchObject({
      name: 'ValidationException',
    });
  });

  test('an update may not grow an item past 400 KB', async () => {
    const key = keyOf(randomUUID());
    await put({ ...key, f: { S: 'x'.repeat(300 * 1024) } });
    const grow = update(key, 'SET g = :g', { ':g': { S: 'x'.repeat(150 * 1024) } });
    await expect(grow).rejects.toMatchObject({ name: 'ValidationException' });
  });

  test('binary values come back byte for byte', async () => {
    const key = keyOf(randomUUID());
    const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    await put({ ...key, sealed: { B: bytes } });
    expect(new Uint8Array((await get(key))?.['sealed']?.B ?? [])).toEqual(bytes);
  });

  test('numbers keep 38 digits', async () => {
    const key = keyOf(randomUUID());
    const digits = '12345678901234567890123456789012345678';
    await put({ ...key, n: { N: digits } });
    expect((await get(key))?.['n']).toEqual({ N: digits });
  });

  test('empty strings are values, but not keys', async () => {
    const key = keyOf(randomUUID());
    await put({ ...key, empty: { S: '' } });
    expect(await get(key)).toMatchObject({ empty: { S: '' } });
    await expect(put(keyOf(randomUUID(), ''))).rejects.toMatchObject({ name: 'ValidationException' });
  });

  test('a value that no expression uses is refused', async () => {
    const unused = update(keyOf(randomUUID()), 'SET a = :a', { ':a': { N: '1' }, ':b': { N: '1' } });
    await expect(unused).rejects.toMatchObject({ name: 'ValidationException' });
  });
});
