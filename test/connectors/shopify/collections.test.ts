import { describe, expect, it } from 'vitest';
import { collectionOf, metafieldOf, openShop, taskOf } from './read-shop.ts';

const SALE = collectionOf(20, {
  title: 'Sale',
  handle: 'sale',
  descriptionHtml: '<p>Cheap.</p>',
  sortOrder: 'BEST_SELLING',
  image: { url: 'https://cdn.example.com/sale.jpg', altText: 'Sale' },
  productsCount: { count: 7, precision: 'EXACT' },
  seo: { title: 'Everything cheap', description: 'Now' },
  metafields: [metafieldOf('look', 'colour', ['color', '#ff0000'])],
  translations: [{ locale: 'fr', key: 'title', value: 'Soldes' }],
});
const RECORD = {
  objectID: '20',
  title: 'Sale',
  handle: 'sale',
  description_html: '<p>Cheap.</p>',
  image_url: 'https://cdn.example.com/sale.jpg',
  products_count: 7,
  sort_order: 'best_selling',
  meta_title: 'Everything cheap',
  meta_description: 'Now',
  updated_at: '2026-01-02T03:04:05Z',
  metafields: { look: { colour: '#ff0000' } },
};
const recordType = 'collection' as const;

describe('collections of a Shopify store', () => {
  it('are records of their own', async () => {
    const { read } = await openShop({ collections: [SALE, collectionOf(21)] });
    expect(await read({ recordType, ...taskOf([['look', 'colour']]) })).toEqual([
      RECORD,
      {
        objectID: '21',
        title: 'Collection 21',
        handle: 'collection-21',
        products_count: 1,
        sort_order: 'manual',
        updated_at: '2026-01-02T03:04:05Z',
        metafields: {},
      },
    ]);
  });

  it('are in the language of the task, or beside it in several', async () => {
    const { read } = await openShop({ collections: [SALE] });
    expect(await read({ recordType, ...taskOf([], { locales: ['fr'] }) })).toMatchObject([
      { title: 'Soldes' },
    ]);
    expect(await read({ recordType, ...taskOf([], { locales: ['fr', 'de'] }) })).toMatchObject([
      { title: 'Sale', translations: { fr: { title: 'Soldes' }, de: {} } },
    ]);
  });

  it('are given by their ids, and are no products', async () => {
    const { readEntities, server } = await openShop({ collections: [SALE, collectionOf(21)] });
    const task = taskOf([['look', 'colour']]);
    expect(await readEntities(['20', '99', 'sale'], { recordType, ...task })).toEqual([RECORD]);
    expect(server.requests[0]?.variables).toEqual({
      ids: ['gid://shopify/Collection/20', 'gid://shopify/Collection/99'],
    });
    expect(await readEntities(['20'])).toEqual([]);
  });
});
