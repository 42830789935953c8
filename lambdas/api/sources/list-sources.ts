import * as z from 'zod';

import { SOURCE_TYPES } from '../../../core/sources/source-types.ts';
import { describePage } from '../../../core/foundation/pagination.ts';
import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import {
  idParameter,
  listParameter,
  noneAsNull,
  pageParameters,
  sortParameters,
} from '../query-parameters.ts';
import { paginationShape } from '../response-shapes.ts';
import { sourceShape, toSourceShape } from './source-shape.ts';

export const listSources = defineOperation({
  operationID: 'listSources',
  method: 'GET',
  path: '/1/sources',
  acl: INGESTION_RIGHTS,
  query: z.object({
    ...pageParameters,
    ...sortParameters(['name', 'type', 'updatedAt', 'createdAt'], 'createdAt'),
    type: listParameter(z.enum(SOURCE_TYPES)),
    authenticationID: listParameter(idParameter),
  }),
  response: z.object({ sources: z.array(sourceShape), pagination: paginationShape }),
  handle: async ({ appID, query }, { sourceStore }) => {
    const { items, nbItems } = await sourceStore.list(appID, {
      ...query,
      filter: { type: query.type, authenticationID: noneAsNull(query.authenticationID) },
    });
    return { sources: items.map(toSourceShape), pagination: describePage(query, nbItems) };
  },
});
