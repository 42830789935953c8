import { describe, expect, it } from 'vitest';
import {
  metafieldOf,
  money,
  openShop,
  productOf,
  productsOf,
  mediaOf,
  taskOf,
  variantOf,
} from './read-shop.ts';

const named = (requests: readonly { what: string; variables: Record<string, unknown> }[]) =>
  requests
    .filter(({ what }) => what === 'nodes')
    .map(({ variables }) => (variables['ids'] as string[]).length);

describe('single products of a Shopify store', () => {
  it('are given as all of them are, and what is not there is not given', async () => {
    const product = (id: number) =>
      productOf(id, {
        media: [mediaOf(id)],
        metafields: [metafieldOf('care', 'wash', ['boolean', 'true'])],
        pricing: {
          DE: { priceRange: { minVariantPrice: money('1', 'EUR'), maxVariantPrice: money('2', 'EUR') } },
        },
        variants: [variantOf(id * 10, { pricing: { DE: { price: money('1', 'EUR') } } })],
      });
    const { read, readEntities } = await openShop({ products: productsOf([1, 2, 3].map(product)) });
    const task = taskOf([['care', 'wash']], { countries: ['DE'], locales: ['fr'] });
    const [first, second] = await read(task);
    const ids = ['999', '2', 'no-number', '0', '1e0', '1', '2'];
    expect(await readEntities(ids, task)).toEqual([second, first]);
  });

  it('are given with all of their variants and images, however many there are', async () => {
    const variants = Array.from({ length: 260 }, (_, index) => variantOf(index + 1, { position: index + 1 }));
    const media = Array.from({ length: 45 }, (_, index) => mediaOf(index + 1));
    const { read, readEntities, server } = await openShop({
      products: productsOf([productOf(1, { variants, media })]),
    });
    const records = await readEntities(['1']);
    expect(records[0]?.['variants']).toHaveLength(260);
    expect(records[0]?.['images']).toHaveLength(45);
    expect(server.requests.map(({ what }) => what)).toEqual(['nodes', ...Array<string>(4).fill('product')]);
    expect(records).toEqual(await read());
    expect(await readEntities(['1'], { recordType: 'variant' })).toHaveLength(260);
  });

  it('are asked for five at a time, and fewer where that costs too much', async () => {
    const { readEntities, server } = await openShop({ products: productsOf([productOf(12)]) });
    const ids = Array.from({ length: 12 }, (_, index) => String(index + 1));
    expect((await readEntities(ids)).map(({ objectID }) => objectID)).toEqual(ids);
    expect(named(server.requests)).toEqual([5, 5, 2]);
    server.requests.splice(0);
    const names = Array.from({ length: 20 }, (_, index): [string, string] => ['spec', `key-${index}`]);
    const records = await readEntities(ids.slice(0, 4), taskOf(names));
    expect(records.map(({ objectID }) => objectID)).toEqual(ids.slice(0, 4));
    expect(named(server.requests)).toEqual([4, 2, 1, 1, 1, 1]);
  });

  it('are asked for with fewer variants where a single one costs too much', async () => {
    const variants = Array.from({ length: 30 }, (_, index) => variantOf(index + 1, { position: index + 1 }));
    const { readEntities, server } = await openShop({ products: productsOf([productOf(1, { variants })]) });
    const names = Array.from({ length: 100 }, (_, index): [string, string] => ['spec', `key-${index}`]);
    const [record] = await readEntities(['1'], taskOf(names));
    expect(record?.['variants']).toHaveLength(30);
    expect(server.requests.length).toBeGreaterThan(4);
  });

  it('are not asked for at all where no id can be one', async () => {
    const { readEntities, server } = await openShop({ products: productsOf([productOf(1)]) });
    expect(await readEntities(['a', '', '-1'])).toEqual([]);
    expect(server.requests).toEqual([]);
  });
});
