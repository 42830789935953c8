import { describe, expect, it } from 'vitest';
import { readSource } from '../support/read-source.ts';
import { priceOf, productOf, projectionOf, variantOf } from './catalog.ts';
import { uuid } from './commercetools-server.ts';
import { openProject } from './read-project.ts';

const LAMP = productOf(1, {
  masterVariant: variantOf(1, {
    sku: 'LAMP-RED',
    prices: [
      priceOf(1999, {
        country: 'DE',
        customerGroup: { typeId: 'customer-group', id: uuid(70) },
        custom: { type: { typeId: 'type', id: uuid(2) }, fields: { unit: 'piece', cost: 3 } },
      }),
    ],
    images: [{ url: 'https://images.example.com/red.png', dimensions: { w: 10, h: 20 } }],
    attributes: [
      { name: 'colour', value: { key: 'red', label: { en: 'Red', de: 'Rot' } } },
      { name: 'size', value: { key: 'l', label: 'Large' } },
      { name: 'care', value: { en: 'Dust it', de: 'Abstauben' } },
      { name: 'socket', value: [[{ name: 'type', value: 'E27' }]] },
      { name: 'watts', value: 60 },
    ],
    availability: { isOnStock: false, availableQuantity: 0 },
  }),
  variants: [
    variantOf(2, {
      sku: 'LAMP-BLUE',
      prices: [priceOf(2499)],
      availability: { channels: { [uuid(60)]: { isOnStock: true, availableQuantity: 4 } } },
    }),
  ],
});

describe('a product of commercetools', () => {
  it('is one record with its variants, its texts by locale', async () => {
    const { read } = await openProject({ products: [LAMP] });
    const [record] = await read();
    expect(record).toMatchObject({
      objectID: uuid(1),
      productID: uuid(1),
      productKey: 'lamp-1',
      name: { en: 'Lamp 1', de: 'Lampe 1' },
      categories: {
        en: { lvl0: ['Home'], lvl1: ['Home > Lamps'] },
        de: { lvl0: ['Haus'], lvl1: ['Haus > Lampen'] },
      },
      categoryKeys: ['category-800002'],
      sku: 'LAMP-RED',
      images: ['https://images.example.com/red.png'],
      attributes: {
        colour: { en: 'Red', de: 'Rot' },
        size: 'Large',
        care: { en: 'Dust it', de: 'Abstauben' },
        socket: [{ type: 'E27' }],
        watts: 60,
      },
      prices: { EUR: { min: 1999, max: 2499, minAmount: 19.99, maxAmount: 24.99 } },
      isInStock: true,
      createdAtTimestamp: 1_767_323_045,
      variants: [
        { variantID: 1, isInStock: false, inventory: { availableQuantity: 0 } },
        { variantID: 2, isInStock: true, inventory: { channels: { [uuid(60)]: 4 } } },
      ],
    });
    expect(record).not.toHaveProperty('categoryCustomFields');
  });

  it('has the texts of the only locale flat, in its language where the region has none', async () => {
    const { read } = await openProject({ products: [LAMP] });
    const [record] = await read({ locales: ['de-AT'] });
    expect(record).toMatchObject({
      name: 'Lampe 1',
      categories: { lvl0: ['Haus'], lvl1: ['Haus > Lampen'] },
      attributes: { colour: 'Rot', care: 'Abstauben' },
    });
  });

  it('is a record for each variant where variants are wanted', async () => {
    const { read } = await openProject({ products: [LAMP] });
    const records = await read({}, { recordType: 'variant' });
    expect(records).toMatchObject([
      { objectID: `${uuid(1)}-1`, isMasterVariant: true, sku: 'LAMP-RED', isInStock: false },
      { objectID: `${uuid(1)}-2`, isMasterVariant: false, sku: 'LAMP-BLUE', isInStock: true },
    ]);
    expect(records[1]).toMatchObject({ productID: uuid(1), prices: { EUR: { min: 2499, max: 2499 } } });
  });

  it('has the custom fields that the source names, and no others', async () => {
    const { read } = await openProject({
      products: [LAMP],
      inventory: [
        {
          id: uuid(50),
          sku: 'LAMP-RED',
          quantityOnStock: 0,
          availableQuantity: 0,
          custom: { type: { typeId: 'type', id: uuid(3) }, fields: { shelf: 'A7', secret: 1 } },
        },
      ],
    });
    const customFields = { inventory: ['shelf'], price: ['unit'], category: ['season'] };
    const [record] = await read({ customFields });
    expect(record).toMatchObject({
      categoryCustomFields: { [uuid(800_002)]: { season: 'winter' } },
      inventoryCustomFields: [{ fields: { shelf: 'A7' } }],
    });
    const prices = record?.['prices'] as Record<string, { priceValues: unknown[] }> | undefined;
    expect(prices?.['EUR']?.priceValues[0]).toEqual({
      id: 'price-1999',
      value: 1999,
      amount: 19.99,
      country: 'DE',
      customerGroupID: uuid(70),
      customFields: { unit: 'piece' },
    });
    expect(JSON.stringify(record)).not.toMatch(/secret|cost/i);
  });

  it.each([
    [undefined, true],
    [false, false],
  ])('without inventory is in stock as the fallback %j says', async (fallbackIsInStockValue, isInStock) => {
    const { read } = await openProject({ products: [productOf(1)] });
    expect(await read({ fallbackIsInStockValue })).toMatchObject([{ isInStock }]);
  });

  it('has its images with all they are where that is wanted', async () => {
    const { read } = await openProject({ products: [LAMP] });
    expect(await read({ useImagesObjects: true })).toMatchObject([
      { images: [{ url: 'https://images.example.com/red.png', dimensions: { w: 10, h: 20 } }] },
    ]);
  });

  it('is rejected with its field named where it is not as documented, and the others are read', async () => {
    const { context } = await openProject({ products: [productOf(1), productOf(2, { slug: 7 })] });
    const { texts, rejected } = await readSource('commercetools', context());
    expect(texts).toHaveLength(1);
    expect(rejected).toMatchObject([{ objectID: uuid(2), field: 'slug', code: 'record.invalid' }]);
  });

  it('is left out where the predicate does not hold, and then gone as an entity too', async () => {
    const products = [1, 2, 3].map((number) => productOf(number));
    const { read, readEntities } = await openProject({ products, pageCap: 1 });
    const input = { productQueryPredicate: 'key = "lamp-1" or key = "lamp-3"' };
    expect((await read(input)).map(({ objectID }) => objectID)).toEqual([uuid(1), uuid(3)]);
    const found = await readEntities([uuid(3), uuid(2), 'no-uuid', uuid(1)], input);
    expect(found.map(({ objectID }) => objectID)).toEqual([uuid(1), uuid(3)]);
  });
});

describe('a page of commercetools that is larger than an answer may be', () => {
  const description = { en: 'x'.repeat(4_000_000) };
  const LARGE = {
    products: [],
    generated: { count: 9, make: (number: number) => projectionOf(number, { description, categories: [] }) },
  };
  const limitsOf = (requests: readonly URL[]) =>
    requests.map(({ searchParams }) => searchParams.get('limit'));

  it('is asked for in smaller ones', async () => {
    const { read, server } = await openProject(LARGE);
    expect(await read()).toHaveLength(9);
    expect(limitsOf(server.requests)).toEqual(['200', '40', '8', '8']);
  }, 20_000);

  it('is asked for in smaller ones by ids too, each product once', async () => {
    const { readEntities, server } = await openProject(LARGE);
    const ids = [9, 8, 7, 6, 5, 4, 3, 2, 1].map(uuid);
    const found = await readEntities([uuid(10), ...ids]);
    expect(found.map(({ objectID }) => objectID)).toEqual(ids.toReversed());
    expect(limitsOf(server.requests)).toEqual(['11', '3', '3', '3', '3']);
  }, 20_000);
});

describe('a category of commercetools', () => {
  const inCollections = { recordType: 'collection' } as const;

  it('is a record of its own where collections are wanted', async () => {
    const { read } = await openProject({ products: [] });
    const records = await read({ locales: ['en'], customFields: { category: ['season'] } }, inCollections);
    expect(records).toMatchObject([
      { objectID: uuid(800_001), name: 'Home', categories: { lvl0: ['Home'] } },
      {
        objectID: uuid(800_002),
        name: 'Lamps',
        parentID: uuid(800_001),
        categories: { lvl0: ['Home'], lvl1: ['Home > Lamps'] },
        customFields: { season: 'winter' },
      },
    ]);
  });

  it('can be asked for by its id', async () => {
    const { readEntities } = await openProject({ products: [] });
    const records = await readEntities([uuid(800_002), uuid(5)], {}, inCollections);
    expect(records.map(({ objectID }) => objectID)).toEqual([uuid(800_002)]);
  });
});
