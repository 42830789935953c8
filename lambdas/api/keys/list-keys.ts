import * as z from 'zod';

import { describePage } from '../../../core/foundation/pagination.ts';
import { defineOperation } from '../define-operation.ts';
import { pageParameters, sortParameters } from '../query-parameters.ts';
import { paginationShape } from '../response-shapes.ts';
import { keyShape, toKeyShape } from './key-shape.ts';

export const listKeys = defineOperation({
  operationID: 'listKeys',
  method: 'GET',
  path: '/ext/1/keys',
  acl: ['admin'],
  query: z.object({ ...pageParameters, ...sortParameters(['createdAt'], 'createdAt') }),
  response: z.object({ keys: z.array(keyShape), pagination: paginationShape }),
  handle: async ({ appID, query }, { keyStore, keyUses }) => {
    const { items, nbItems } = await keyStore.list(appID, { ...query, filter: {} });
    const ids = items.map(({ id }) => id);
    const lastUses = await keyUses.find(appID, ids);
    return {
      keys: items.map((key) => toKeyShape(key, lastUses.get(key.id))),
      pagination: describePage(query, nbItems),
    };
  },
});
