import { describe, expect, it } from 'vitest';
import { readError, readSource } from '../support/read-source.ts';
import { metafieldOf, openShop, productOf, productsOf, variantOf } from './read-shop.ts';

const CATEGORIES = [
  { category_id: 1, tree_id: 1, parent_id: 0, name: 'Home' },
  { category_id: 2, tree_id: 1, parent_id: 1, name: 'Lamps' },
  { category_id: 9, tree_id: 2, parent_id: 0, name: 'Outlet' },
];
const TREES = [
  { id: 1, name: 'Main', channels: [1] },
  { id: 2, name: 'Outlet', channels: [2] },
];

const LAMP = productOf(111, {
  name: 'Desk lamp',
  sku: 'LAMP',
  description: '<p>Bright.</p>',
  brand_id: 37,
  categories: [2, 9],
  price: 37,
  inventory_level: 12,
  inventory_tracking: 'variant',
  is_visible: true,
  date_created: '2015-07-03T20:55:30+00:00',
  date_modified: '2023-11-22T10:26:41+00:00',
  custom_url: { url: '/desk-lamp/', is_customized: false },
  images: [
    {
      description: 'Side',
      is_thumbnail: false,
      sort_order: 0,
      url_standard: 'https://i/side',
      url_thumbnail: 'https://i/side-s',
    },
    {
      is_thumbnail: true,
      sort_order: 1,
      url_standard: 'https://i/front',
      url_thumbnail: 'https://i/front-s',
    },
  ],
  custom_fields: [
    { id: 1, name: 'Style', value: 'Bauhaus' },
    { id: 2, name: 'Style', value: 'Modern' },
    { id: 3, name: 'Supplier', value: 'secret' },
  ],
  variants: [
    variantOf(1210, {
      price: 39.5,
      inventory_level: 12,
      upc: '1234',
      image_url: 'https://i/red',
      option_values: [{ id: 1, label: 'Red', option_id: 5, option_display_name: 'Colour' }],
    }),
    variantOf(1211, {
      mpn: '',
      option_values: [{ id: 2, label: 'Blue', option_id: 5, option_display_name: 'Colour' }],
    }),
  ],
});

const openLampShop = async () =>
  openShop({
    products: productsOf([LAMP]),
    brands: [{ id: 37, name: 'Lampson' }],
    trees: TREES,
    categories: CATEGORIES,
    notInChannel: new Set(Array.from({ length: 110 }, (_, index) => index + 1)),
    productMetafields: [
      metafieldOf(1, 111, { value: 'warm' }),
      metafieldOf(2, 111, { value: 'cold' }),
      metafieldOf(3, 111, { key: 'unwanted' }),
    ],
    variantMetafields: [metafieldOf(4, 1210, { resource_type: 'variant', value: 'never' })],
    price: (currency, _, variantID) => (currency === 'EUR' ? 33.25 : 36) + (variantID ?? 0),
  });

const INPUT = {
  channel: { id: 1, currencies: ['usd', 'EUR'] },
  customFields: ['Style'],
  productMetafields: [{ namespace: 'care', key: 'wash' }],
  variantMetafields: [{ namespace: 'care', key: 'wash' }],
};

const SHARED = {
  name: 'Desk lamp',
  description: '<p>Bright.</p>',
  brand_id: 37,
  brand_name: 'Lampson',
  category_ids: [2],
  categories: { lvl0: ['Home'], lvl1: ['Home > Lamps'] },
  categories_without_path: ['Lamps'],
  custom_fields: { Style: ['Bauhaus', 'Modern'] },
  product_images: [
    {
      description: 'Side',
      is_thumbnail: false,
      url_standard: 'https://i/side',
      url_thumbnail: 'https://i/side-s',
    },
    {
      description: '',
      is_thumbnail: true,
      url_standard: 'https://i/front',
      url_thumbnail: 'https://i/front-s',
    },
  ],
  option_names: ['Colour'],
  inventory_tracking: 'variant',
  is_visible: true,
  url: '/desk-lamp/',
  date_created: '2015-07-03T20:55:30+00:00',
  date_modified: '2023-11-22T10:26:41+00:00',
};

function pricesOf(variantID: number) {
  const prices = { USD: 36 + variantID, EUR: 33.25 + variantID };
  return { prices, calculated_prices: prices, retail_prices: {}, sales_prices: {} };
}

const RED = {
  sku: 'SKU-1210',
  upc: '1234',
  image_url: 'https://i/red',
  default_price: 39.5,
  options: { Colour: 'Red' },
  in_stock: true,
  inventory: 12,
  ...pricesOf(1210),
};
const BLUE = {
  sku: 'SKU-1211',
  default_price: 37,
  options: { Colour: 'Blue' },
  in_stock: false,
  inventory: 0,
  ...pricesOf(1211),
};

describe('products of a BigCommerce store', () => {
  it('become records with their variants in them', async () => {
    const { read } = await openLampShop();
    expect(await read(INPUT)).toEqual([
      {
        ...SHARED,
        objectID: '111',
        sku: 'LAMP',
        image_url: 'https://i/front',
        default_price: 37,
        in_stock: true,
        inventory: 12,
        ...pricesOf(0),
        metafields: { care: { wash: 'cold' } },
        variant_ids: [1210, 1211],
        variants: [
          { id: 1210, ...RED, metafields: { care: { wash: 'never' } } },
          { id: 1211, ...BLUE, metafields: {} },
        ],
      },
    ]);
  });

  it('become a record per variant where the destination wants variants', async () => {
    const { read } = await openLampShop();
    const product = { ...SHARED, product_id: 111, product_metafields: { care: { wash: 'cold' } } };
    expect(await read(INPUT, { recordType: 'variant' })).toEqual([
      {
        ...product,
        objectID: '111-1210',
        variant_id: 1210,
        ...RED,
        variant_metafields: { care: { wash: 'never' } },
      },
      {
        ...product,
        objectID: '111-1211',
        variant_id: 1211,
        ...BLUE,
        image_url: 'https://i/front',
        variant_metafields: {},
      },
    ]);
  });

  it('have nothing asked of what the source does not name', async () => {
    const { read, server } = await openShop({ products: productsOf([productOf(1)]) });
    const [record] = await read();
    expect(record).toMatchObject({ custom_fields: {}, metafields: {}, category_ids: [], categories: {} });
    expect(record).not.toHaveProperty('prices');
    expect(record).not.toHaveProperty('brand_id');
    expect(server.requests.map(({ path }) => path)).toEqual(['/catalog/products']);
  });

  it('keep the categories of all trees where the source is of no channel', async () => {
    const { read } = await openShop({
      products: productsOf([productOf(1, { categories: [2, 9, 404] })]),
      categories: CATEGORIES,
    });
    const [record] = await read();
    expect(record).toMatchObject({
      category_ids: [2, 9],
      categories: { lvl0: ['Home', 'Outlet'], lvl1: ['Home > Lamps'] },
    });
  });

  it.each([
    ['none', 0, [0], true],
    ['product', 0, [5], false],
    ['product', 1, [0], true],
    ['variant', 0, [0, 2], true],
    ['variant', 3, [0], false],
  ])(
    'tracked by %s with a level of %d and variants of %j: in stock is %s',
    async (tracking, level, levels, inStock) => {
      const product = productOf(1, {
        inventory_tracking: tracking,
        inventory_level: level,
        variants: levels.map((one, index) => variantOf(index + 1, { inventory_level: one })),
      });
      const { read } = await openShop({ products: productsOf([product]) });
      expect(await read()).toMatchObject([{ in_stock: inStock, inventory: level }]);
    },
  );

  it('that a channel does not sell are not read', async () => {
    const { read } = await openShop({
      products: productsOf([productOf(3)]),
      notInChannel: new Set([2]),
      trees: TREES,
    });
    expect((await read({ channel: { id: 1 } })).map(({ objectID }) => objectID)).toEqual(['1', '3']);
  });

  it('are asked for after the last one of the page before, so that what is new or gone shifts nothing', async () => {
    const { read, server } = await openShop({ products: productsOf([productOf(5)]), pageCap: 2 });
    expect((await read()).map(({ objectID }) => objectID)).toEqual(['1', '2', '3', '4', '5']);
    expect(server.requests.map(({ query }) => query['id:greater'])).toEqual([0, 2, 4]);
  });

  it('that come again are an error: they would be read for ever', async () => {
    const { context } = await openShop({ products: { count: 4, make: () => productOf(1) }, pageCap: 2 });
    expect(await readError('bigcommerce', context())).toMatchObject({
      code: 'source.invalid_answer',
      message: expect.stringContaining('do not come after'),
    });
  });

  it('have brands and categories asked for once, not with every page', async () => {
    const product = productOf(6, { brand_id: 37, categories: [2] });
    const { read, server } = await openShop({
      products: { count: 6, make: (id) => ({ ...structuredClone(product), id }) },
      brands: [{ id: 37, name: 'Lampson' }],
      categories: CATEGORIES,
      pageCap: 2,
    });
    await read();
    const paths = server.requests.map(({ path }) => path);
    expect(paths.filter((path) => path === '/catalog/brands')).toHaveLength(1);
    // One request for the category, one for its parent.
    expect(paths.filter((path) => path === '/catalog/trees/categories')).toHaveLength(2);
  });

  it('of which one is not as documented are rejected by the field, and the others read', async () => {
    const { context } = await openShop({
      products: {
        count: 2,
        make: (id) => productOf(id, id === 2 ? { variants: [variantOf(8), { sku: 'x' }] } : {}),
      },
    });
    const { texts, rejected } = await readSource('bigcommerce', context());
    expect(texts).toHaveLength(1);
    expect(rejected).toEqual([
      {
        objectID: '2',
        field: 'variants.id',
        code: 'record.invalid',
        message: expect.stringContaining('product 2'),
      },
    ]);
  });

  it('of which a variant is not as documented lose only its record where records are variants', async () => {
    const { context } = await openShop({
      products: productsOf([
        productOf(1, { variants: [variantOf(8), variantOf(9, { option_values: [{ id: 3 }] })] }),
      ]),
    });
    const { texts, rejected } = await readSource('bigcommerce', context({}, { recordType: 'variant' }));
    expect(texts).toHaveLength(1);
    expect(rejected).toMatchObject([
      { objectID: '1-9', field: 'variants.option_values.0.option_display_name' },
    ]);
  });

  it('that cannot be read at all are no variant by their own id: the index would lose the variants it has', async () => {
    const { context } = await openShop({ products: productsOf([productOf(1, { variants: [] })]) });
    const { texts, rejected } = await readSource('bigcommerce', context({}, { recordType: 'variant' }));
    expect(texts).toEqual([]);
    expect(rejected).toMatchObject([{ code: 'record.no_variants' }]);
    expect(rejected[0]).not.toHaveProperty('objectID');
  });
});
