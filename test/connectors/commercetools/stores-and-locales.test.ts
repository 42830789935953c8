import { describe, expect, it } from 'vitest';
import { findSourceConnector } from '../../../connectors/registry.ts';
import { productOf } from './catalog.ts';
import { uuid } from './commercetools-server.ts';
import { openProject } from './read-project.ts';

const PROJECT = {
  products: [1, 2, 3, 4].map((number) => productOf(number)),
  stores: { north: [uuid(1), uuid(2)], south: [uuid(2), uuid(3)] },
  pageCap: 1,
};
const never = new AbortController().signal;

describe('the stores and locales of a commercetools source', () => {
  it.each([
    [{ storeKeys: ['north'], locales: ['en'] }, []],
    [{ locales: ['en', 'de'] }, ['en', 'de']],
    [{ storeKeys: ['north', 'south'], locales: ['en'] }, ['north', 'south']],
    [
      { storeKeys: ['north', 'south'], locales: ['en', 'de'] },
      ['north_en', 'north_de', 'south_en', 'south_de'],
    ],
  ])('of %j are the record sets %j', async (input, sets) => {
    const { context } = await openProject(PROJECT);
    const connector = await findSourceConnector('commercetools');
    expect(await connector.plan?.(context(input), never)).toEqual(sets);
  });

  it('are read each by itself where one record set is wanted', async () => {
    const { read } = await openProject(PROJECT);
    const input = { storeKeys: ['north', 'south'], locales: ['en', 'de'] };
    expect(await read(input, { recordSet: 'south_de' })).toMatchObject([
      { objectID: uuid(2), name: 'Lampe 2' },
      { objectID: uuid(3), name: 'Lampe 3' },
    ]);
  });

  it('are read one after the other into one index, what several stores have once', async () => {
    const { read, readEntities } = await openProject(PROJECT);
    const input = { storeKeys: ['north', 'south'] };
    const ids = [uuid(1), uuid(2), uuid(3)];
    expect((await read(input)).map(({ objectID }) => objectID)).toEqual(ids);
    const found = await readEntities([...ids, uuid(4)], input);
    expect(found.map(({ objectID }) => objectID)).toEqual(ids);
  });

  it('that the source does not name any more are said to be gone', async () => {
    const { read } = await openProject(PROJECT);
    await expect(read({ locales: ['en', 'de'] }, { recordSet: 'fr' })).rejects.toMatchObject({
      code: 'source.changed',
    });
  });
});
