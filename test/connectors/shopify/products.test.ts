import { describe, expect, it } from 'vitest';
import { readError, readSource } from '../support/read-source.ts';
import {
  collectionOf,
  mediaOf,
  metafieldOf,
  money,
  openShop,
  productOf,
  productsOf,
  taskOf,
  variantOf,
} from './read-shop.ts';

const LAMP = productOf(7001, {
  title: 'Desk lamp',
  handle: 'desk-lamp',
  descriptionHtml: '<p>Bright.</p>',
  productType: 'Lamps',
  tags: ['new', 'steel'],
  onlineStoreUrl: 'https://lamps.example.com/products/desk-lamp',
  publishedAt: '2026-01-03T00:00:00Z',
  totalInventory: 12,
  category: {
    id: 'gid://shopify/TaxonomyCategory/hg-13',
    fullName: 'Home & Garden > Lighting',
    name: 'Lighting',
  },
  seo: { title: 'A desk lamp', description: '' },
  options: [
    {
      id: 1,
      name: 'Colour',
      optionValues: [
        { id: 11, name: 'Red' },
        { id: 12, name: 'Blue' },
      ],
    },
  ],
  priceRangeV2: { minVariantPrice: money('37.0'), maxVariantPrice: money('39.5') },
  media: [
    mediaOf(1, { alt: 'Side' }),
    mediaOf(2, { mediaContentType: 'VIDEO', url: null }),
    mediaOf(3, { alt: null }),
  ],
  featured: 2,
  collections: [collectionOf(20, { title: 'Sale' }), collectionOf(3, { title: 'Lamps' })],
  metafields: [
    metafieldOf('care', 'wash', ['single_line_text_field', 'cold']),
    metafieldOf('spec', 'watts', ['number_integer', '40']),
    metafieldOf('spec', 'rooms', ['list.single_line_text_field', '["study","hall"]']),
    metafieldOf('spec', 'unwanted', ['single_line_text_field', 'x']),
  ],
  variants: [
    variantOf(72, {
      title: 'Blue',
      position: 2,
      price: '39.50',
      availableForSale: false,
      inventoryQuantity: 0,
      selectedOptions: [{ name: 'Colour', value: 'Blue' }],
    }),
    variantOf(71, {
      title: 'Red',
      barcode: '1234',
      price: '37.00',
      compareAtPrice: '45.00',
      inventoryQuantity: 12,
      selectedOptions: [{ name: 'Colour', value: 'Red' }],
      image: { url: 'https://cdn.example.com/red.jpg', altText: null },
      metafields: [metafieldOf('care', 'wash', ['single_line_text_field', 'never'])],
    }),
  ],
});
const WANTED = taskOf([
  ['care', 'wash'],
  ['spec', 'watts'],
  ['spec', 'rooms'],
  ['spec', 'missing'],
]);

const SHARED = {
  title: 'Desk lamp',
  handle: 'desk-lamp',
  description_html: '<p>Bright.</p>',
  vendor: 'Lampson',
  product_type: 'Lamps',
  category: 'Home & Garden > Lighting',
  tags: ['new', 'steel'],
  collection_ids: [3, 20],
  collection_handles: ['collection-3', 'collection-20'],
  collections: ['Lamps', 'Sale'],
  option_names: ['Colour'],
  options: { Colour: ['Red', 'Blue'] },
  images: [
    { url: 'https://cdn.example.com/3.jpg', alt: '' },
    { url: 'https://cdn.example.com/1.jpg', alt: 'Side' },
  ],
  image_url: 'https://cdn.example.com/3.jpg',
  url: 'https://lamps.example.com/products/desk-lamp',
  is_gift_card: false,
  tracks_inventory: true,
  currency: 'USD',
  meta_title: 'A desk lamp',
  created_at: '2026-01-02T03:04:05Z',
  updated_at: '2026-01-02T03:04:05Z',
  published_at: '2026-01-03T00:00:00Z',
};
const RED = {
  sku: 'SKU-71',
  barcode: '1234',
  position: 1,
  price: 37,
  compare_at_price: 45,
  options: { Colour: 'Red' },
  image_url: 'https://cdn.example.com/red.jpg',
  in_stock: true,
  inventory: 12,
  inventory_policy: 'deny',
};
const BLUE = {
  sku: 'SKU-72',
  position: 2,
  price: 39.5,
  options: { Colour: 'Blue' },
  in_stock: false,
  inventory: 0,
  inventory_policy: 'deny',
};

const openLampShop = async () => openShop({ products: { count: 1, make: () => LAMP } });

describe('products of a Shopify store', () => {
  it('are records with their variants, collections, images and the metafields that the task names', async () => {
    const { read } = await openLampShop();
    expect(await read(WANTED)).toEqual([
      {
        objectID: '7001',
        ...SHARED,
        min_price: 37,
        max_price: 39.5,
        metafields: { care: { wash: 'cold' }, spec: { watts: 40, rooms: ['study', 'hall'] } },
        in_stock: true,
        inventory: 12,
        variant_ids: [71, 72],
        variants: [
          { id: 71, title: 'Red', ...RED, metafields: { care: { wash: 'never' } } },
          { id: 72, title: 'Blue', ...BLUE, metafields: {} },
        ],
      },
    ]);
  });

  it('are a record for each variant where the destination wants variants', async () => {
    const { read } = await openLampShop();
    const metafields = { care: { wash: 'cold' }, spec: { watts: 40, rooms: ['study', 'hall'] } };
    expect(await read({ ...WANTED, recordType: 'variant' })).toEqual([
      {
        objectID: '7001-71',
        product_id: 7001,
        variant_id: 71,
        ...SHARED,
        variant_title: 'Red',
        ...RED,
        product_metafields: metafields,
        variant_metafields: { care: { wash: 'never' } },
      },
      {
        objectID: '7001-72',
        product_id: 7001,
        variant_id: 72,
        ...SHARED,
        variant_title: 'Blue',
        ...BLUE,
        product_metafields: metafields,
        variant_metafields: {},
      },
    ]);
  });

  it('have what was not entered left out, and prices of the store alone, without a task input', async () => {
    const { read } = await openShop({ products: productsOf([productOf(1)]) });
    const [record] = await read();
    expect(record).toMatchObject({ objectID: '1', metafields: {}, tags: [], images: [], min_price: 10 });
    for (const name of ['description_html', 'category', 'url', 'image_url', 'prices', 'translations'])
      expect(record).not.toHaveProperty(name);
  });

  it('are those that are sold: no drafts, nothing archived or unlisted', async () => {
    const statuses = ['ACTIVE', 'DRAFT', 'ARCHIVED', 'UNLISTED'];
    const { read, readEntities } = await openShop({
      products: productsOf(statuses.map((status, index) => productOf(index + 1, { status }))),
    });
    expect(await read()).toMatchObject([{ objectID: '1' }]);
    expect(await readEntities(['1', '2', '3', '4'])).toMatchObject([{ objectID: '1' }]);
  });

  it('of an empty store are none', async () => {
    const { read, server } = await openShop({});
    expect(await read()).toEqual([]);
    expect(server.requests.map(({ what }) => what)).toEqual(['bulkOperationRunQuery', 'bulkOperation']);
  });

  it('whose stock is not counted have none', async () => {
    const variants = [variantOf(10, { inventoryItem: { tracked: false }, inventoryQuantity: -4 })];
    const { read } = await openShop({ products: productsOf([productOf(1, { variants })]) });
    expect(await read()).toMatchObject([{ in_stock: true, variants: [{ in_stock: true }] }]);
    expect((await read())[0]).not.toHaveProperty('variants.0.inventory');
  });

  it('may have metafields of any name, and numbers that no double holds', async () => {
    const { read } = await openShop({
      products: productsOf([
        productOf(1, {
          metafields: [
            metafieldOf('a "quoted"\n', '{ products }', ['boolean', 'true']),
            metafieldOf('__proto__', 'big', ['number_integer', '12345678901234567890']),
            metafieldOf('n', 'broken', ['json', '{']),
          ],
        }),
      ]),
    });
    const [record] = await read(
      taskOf([
        ['a "quoted"\n', '{ products }'],
        ['__proto__', 'big'],
        ['n', 'broken'],
      ]),
    );
    expect(JSON.stringify(record?.['metafields'])).toBe(
      JSON.stringify({
        'a "quoted"\n': { '{ products }': true },
        ['__proto__']: { big: '12345678901234567890' },
        n: { broken: '{' },
      }),
    );
  });
});

describe('products of a Shopify store that are not as documented', () => {
  // Past the schema, which would not answer so: the lines themselves are changed.
  const LINES = [
    { id: 'gid://shopify/Product/1', title: 'Good', tags: [] },
    { id: 'gid://shopify/ProductVariant/11', availableForSale: true, __parentId: 'gid://shopify/Product/1' },
    { id: 'gid://shopify/Product/2', title: 7 },
    { id: 'gid://shopify/Product/3', title: 'A bad variant' },
    { id: 'gid://shopify/ProductVariant/31', availableForSale: 'no', __parentId: 'gid://shopify/Product/3' },
    { id: 'gid://shopify/ProductVariant/32', availableForSale: true, __parentId: 'gid://shopify/Product/3' },
    { id: 'gid://shopify/ProductVariant/41', availableForSale: true, __parentId: 'gid://shopify/Product/4' },
  ];

  async function readLines(lines: readonly unknown[], more = {}) {
    const { server, context } = await openShop({ products: productsOf([productOf(1)]) });
    server.download = (response) =>
      void response.end(
        lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'),
      );
    return {
      read: () => readSource('shopify', context(more)),
      fail: () => readError('shopify', context(more)),
    };
  }

  it('are rejected with the field named, and the others are read', async () => {
    const { texts, rejected } = await (await readLines(LINES)).read();
    expect(texts.map((text) => JSON.parse(text).objectID)).toEqual(['1']);
    expect(rejected).toMatchObject([
      { objectID: '2', field: 'title', code: 'record.invalid' },
      { objectID: '3', field: 'variants.availableForSale', code: 'record.invalid' },
      { code: 'record.without_parent', message: expect.stringContaining('gid://shopify/Product/4') },
    ]);
  });

  it('lose only the record of a bad variant where records are variants', async () => {
    const { texts, rejected } = await (await readLines(LINES, { recordType: 'variant' })).read();
    expect(texts.map((text) => JSON.parse(text).objectID)).toEqual(['1-11', '3-32']);
    expect(rejected.map(({ objectID }) => objectID)).toEqual([undefined, '3-31', undefined]);
  });

  it.each([
    ['what is no JSON', '{"title":'],
    ['what has no id', '{"title":"a"}'],
  ])('end the run where a line is %s', async (_, line) => {
    const error = await (await readLines([line])).fail();
    expect(error).toMatchObject({ code: 'source.invalid_answer', disposition: 'fatal' });
  });
});
