import { describe, expect, it } from 'vitest';
import { readSource } from '../support/read-source.ts';
import { openShop } from './read-shop.ts';

const STORE = {
  trees: [
    { id: 1, name: 'Main', channels: [1] },
    { id: 2, name: 'Outlet', channels: [2] },
  ],
  categories: [
    { category_id: 1, tree_id: 1, parent_id: 0, name: 'Home' },
    {
      category_id: 2,
      category_uuid: 'd1964756-5e1d-4c72-9fa0-e1a3f7be4a34',
      tree_id: 1,
      parent_id: 1,
      name: 'Lamps',
      description: '<p>Bright.</p>',
      sort_order: 3,
      page_title: 'Lamps for all',
      meta_keywords: ['lamp'],
      meta_description: 'Lamps',
      image_url: 'https://i/lamps',
      is_visible: true,
      search_keywords: 'light',
      url: { path: '/lamps/', is_customized: false },
    },
    { category_id: 9, tree_id: 2, parent_id: 0, name: 'Outlet' },
  ],
  pageCap: 2,
};

const LAMPS = {
  objectID: '2',
  name: 'Lamps',
  description: '<p>Bright.</p>',
  categories: { lvl0: ['Home'], lvl1: ['Home > Lamps'] },
  parent_id: 1,
  tree_id: 1,
  url: '/lamps/',
  image_url: 'https://i/lamps',
  is_visible: true,
  sort_order: 3,
  page_title: 'Lamps for all',
  meta_keywords: ['lamp'],
  meta_description: 'Lamps',
  search_keywords: 'light',
};

const HOME = { objectID: '1', name: 'Home', categories: { lvl0: ['Home'] }, tree_id: 1 };
const OUTLET = { objectID: '9', name: 'Outlet', categories: { lvl0: ['Outlet'] }, tree_id: 2 };

describe('categories of a BigCommerce store', () => {
  it('become collection records', async () => {
    const { read } = await openShop(STORE);
    expect(await read({}, { recordType: 'collection' })).toEqual([HOME, LAMPS, OUTLET]);
  });

  it('are those of the channel where the source is of one', async () => {
    const { read } = await openShop(STORE);
    expect(await read({ channel: { id: 2 } }, { recordType: 'collection' })).toEqual([OUTLET]);
  });

  it('are none where the channel has no tree', async () => {
    const { read } = await openShop(STORE);
    expect(await read({ channel: { id: 3 } }, { recordType: 'collection' })).toEqual([]);
  });

  it('are asked for singly, and what is gone or of another channel is not given', async () => {
    const { readEntities } = await openShop(STORE);
    const context = { recordType: 'collection', entityType: 'collection' } as const;
    expect(await readEntities(['2', '9', '404', 'x'], { channel: { id: 1 } }, context)).toEqual([LAMPS]);
  });

  it('are gone on with at every cursor', async () => {
    const { context } = await openShop(STORE);
    const few = context({}, { recordType: 'collection', limits: { maxRecords: 1, maxBytes: 1_000_000 } });
    const whole = await readSource('bigcommerce', few);
    expect(whole.texts).toHaveLength(3);
    let done = 0;
    for (const batch of whole.batches) {
      const rest = await readSource('bigcommerce', few, batch.cursor);
      expect(rest.texts).toEqual(whole.texts.slice((done += batch.count)));
    }
  });

  it('that go round in a circle have a path that ends', async () => {
    const { read } = await openShop({
      categories: [
        { category_id: 1, tree_id: 1, parent_id: 2, name: 'A' },
        { category_id: 2, tree_id: 1, parent_id: 1, name: 'B' },
      ],
    });
    const records = await read({}, { recordType: 'collection' });
    expect(records.map(({ name }) => name)).toEqual(['A', 'B']);
  });
});
