import * as z from 'zod';

import { describePage } from '../../../core/foundation/pagination.ts';
import { TRANSFORMATION_TYPES } from '../../../core/transformations/transformation.ts';
import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { pageParameters, sortParameters } from '../query-parameters.ts';
import { paginationShape } from '../response-shapes.ts';
import { toTransformationShape, transformationShape } from './transformation-shape.ts';

export const listTransformations = defineOperation({
  operationID: 'listTransformations',
  method: 'GET',
  path: '/1/transformations',
  acl: INGESTION_RIGHTS,
  query: z.object({
    ...pageParameters,
    ...sortParameters(['name', 'updatedAt', 'createdAt'], 'createdAt'),
    type: z.enum(TRANSFORMATION_TYPES).optional(),
  }),
  response: z.object({ transformations: z.array(transformationShape), pagination: paginationShape }),
  handle: async ({ appID, query }, { transformationStore }) => {
    const { items, nbItems } = await transformationStore.list(appID, {
      ...query,
      filter: { type: query.type === undefined ? undefined : [query.type] },
    });
    return { transformations: items.map(toTransformationShape), pagination: describePage(query, nbItems) };
  },
});
