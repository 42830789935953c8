import { describe, expect, it } from 'vitest';
import { openSource } from '../../../connectors/registry.ts';
import { collect, type Parsed } from '../support/parse-bytes.ts';
import { never, openShop, productOf, productsOf, variantOf } from './read-shop.ts';

describe('single products of a BigCommerce store', () => {
  it('are given as all of them are, and what is not there is not given', async () => {
    const { read, readEntities } = await openShop({
      products: productsOf([productOf(1), productOf(2), productOf(3)]),
      notInChannel: new Set([3]),
      trees: [{ id: 1, name: 'Main', channels: [1] }],
      price: () => 5,
    });
    const input = { channel: { id: 1, currencies: ['EUR'] } };
    const [first, second] = await read(input);
    const ids = ['999', '2', '3', 'no-number', '0', '1e0', '1'];
    expect(await readEntities(ids, input)).toEqual([first, second]);
  });

  it('are given with all of their variants', async () => {
    const product = productOf(7, { variants: [variantOf(70), variantOf(71)] });
    const { readEntities } = await openShop({ products: productsOf([product]) });
    const records = await readEntities(['7'], {}, { recordType: 'variant' });
    expect(records.map(({ objectID }) => objectID)).toEqual(['7-70', '7-71']);
  });

  it('are asked for fifty at a time', async () => {
    const { readEntities, server } = await openShop({ products: productsOf([productOf(130)]) });
    const ids = Array.from({ length: 130 }, (_, index) => String(index + 1));
    expect((await readEntities(ids)).map(({ objectID }) => objectID)).toEqual(ids);
    expect(server.requests.map(({ query }) => (query['id:in'] as number[]).length)).toEqual([50, 50, 30]);
  });

  it.each(['product', 'collection'] as const)(
    'are no %s where the answer is cut short: what is left out would be deleted',
    async (recordType) => {
      const { readEntities } = await openShop({
        products: productsOf([productOf(3)]),
        categories: [1, 2, 3].map((id) => ({ category_id: id, tree_id: 1, parent_id: 0, name: 'A' })),
        pageCap: 2,
      });
      await expect(readEntities(['1', '2', '3'], {}, { recordType })).rejects.toMatchObject({
        code: 'source.invalid_answer',
      });
    },
  );

  it('are not asked for at all where no id can be one', async () => {
    const { context, server } = await openShop({ products: productsOf([productOf(1)]) });
    const parsed: Parsed = { texts: [], rejected: [] };
    const source = await openSource('bigcommerce', context());
    for await (const batch of source.readEntities?.(['a'], never) ?? []) collect(batch, parsed);
    expect(parsed.texts).toEqual([]);
    expect(server.requests).toEqual([]);
  });
});
