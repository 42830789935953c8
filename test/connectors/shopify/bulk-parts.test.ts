import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  belongsTo,
  countParts,
  firstHalf,
  nextPart,
  PART_BYTES,
  type BulkPart,
} from '../../../connectors/sources/shopify/bulk-parts.ts';
import { collectPart } from '../../../connectors/sources/shopify/collect-part.ts';
import { ownerOf } from '../../../connectors/sources/shopify/line-ids.ts';
import { readLines } from '../../../connectors/sources/shopify/read-lines.ts';
import { Readable } from 'node:stream';

/** Ids as Shopify gives them: with their low bits in common. */
const ids = Array.from(
  { length: 4_000 },
  (_, index) => `gid://shopify/Product/${8_000_000 + index * 32_768}`,
);

describe('the parts of a result', () => {
  it('are as many as it takes, and hold about as much each', () => {
    expect([0, PART_BYTES, PART_BYTES + 1, PART_BYTES * 9.5].map(countParts)).toEqual([1, 1, 2, 10]);
    for (const modulus of [2, 3, 10, 16]) {
      const sizes = Array.from(
        { length: modulus },
        (_, remainder) => ids.filter((id) => belongsTo(id, { modulus, remainder })).length,
      );
      expect(Math.max(...sizes)).toBeLessThan((ids.length / modulus) * 1.25);
    }
  });

  it('hold every entity once, whichever of them are divided, and how often', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 7 }),
        fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 30 }),
        (parts, halvings) => {
          const seen: string[] = [];
          let part: BulkPart | undefined = { modulus: parts, remainder: 0 };
          for (let step = 0; part !== undefined; step += 1) {
            const isWhole = part.modulus === parts;
            for (let count = isWhole ? (halvings[step % halvings.length] ?? 0) : 0; count > 0; count -= 1)
              part = firstHalf(part);
            const own: BulkPart = part;
            seen.push(...ids.slice(0, 300).filter((id) => belongsTo(id, own)));
            part = nextPart(part, parts);
          }
          expect(seen.toSorted()).toEqual(ids.slice(0, 300).toSorted());
        },
      ),
      { numRuns: 100 },
    );
  });

  it('are given up where they are too large to be held, but for a single entity', async () => {
    const lines = ids.slice(0, 20).map((id) => Buffer.from(`{"id":"${id}","text":"${'x'.repeat(1_000)}"}`));
    const all = { modulus: 1, remainder: 0 };
    const collect = (given: Buffer[], limit?: number) =>
      collectPart(Readable.from([given]) as AsyncIterable<Buffer[]>, all, limit);
    expect((await collect(lines))?.size).toBe(20);
    expect(await collect(lines, 10_000)).toBeUndefined();
    const children = lines.map((_, index) =>
      Buffer.from(`{"id":"gid://shopify/MediaImage/${index}","__parentId":"a"}`),
    );
    expect((await collect(children, 1_000))?.get('a')?.children).toHaveLength(20);
  });
});

describe('a line', () => {
  it.each([
    ['{"id":"gid://shopify/Product/1","title":"a"}', 'gid://shopify/Product/1', false],
    ['{"title":"a","id":"gid://shopify/Product/2"}', 'gid://shopify/Product/2', false],
    [
      '{"id":"gid://shopify/ProductVariant/3","__parentId":"gid://shopify/Product/4"}',
      'gid://shopify/Product/4',
      true,
    ],
    ['{"__parentId" : "gid://shopify/Product/5", "id":"b"}', 'gid://shopify/Product/5', true],
    ['{"id":"gid://shopify/Product/6","title":"__parentId"}', 'gid://shopify/Product/6', false],
    ['{"id":"gid://shopify/Product/7","title":"\\"__parentId\\":\\"x\\""}', 'gid://shopify/Product/7', false],
    [
      '{"id":"c","__parentId":"gid://shopify/Product/8","title":"__parentId"}',
      'gid://shopify/Product/8',
      true,
    ],
  ])('belongs to an entity: %s', (line, id, isChild) => {
    expect(ownerOf(Buffer.from(line))).toEqual({ id, isChild });
  });

  it('is found wherever what arrives is cut', async () => {
    const content = Buffer.from('{"a":"ä"}\n\n{"b":2}\n{"c":"long enough"}');
    const expected = ['{"a":"ä"}', '{"b":2}', '{"c":"long enough"}'];
    for (let size = 1; size <= content.length; size += 1) {
      const chunks = Array.from({ length: Math.ceil(content.length / size) }, (_, index) =>
        content.subarray(index * size, (index + 1) * size),
      );
      const lines: string[] = [];
      for await (const some of readLines(Readable.from(chunks)))
        lines.push(...some.map((line) => line.toString()));
      expect(lines).toEqual(expected);
    }
  });
});
