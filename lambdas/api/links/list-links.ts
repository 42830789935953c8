import * as z from 'zod';

import { describePage } from '../../../core/foundation/pagination.ts';
import { REGIONS } from '../../../core/links/link.ts';
import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { listParameter, pageParameters, sortParameters } from '../query-parameters.ts';
import { paginationShape } from '../response-shapes.ts';
import { linkShape, toLinkShape } from './link-shape.ts';

export const listLinks = defineOperation({
  operationID: 'listLinks',
  method: 'GET',
  path: '/ext/1/links',
  acl: INGESTION_RIGHTS,
  query: z.object({
    ...pageParameters,
    ...sortParameters(['updatedAt', 'createdAt'], 'createdAt'),
    region: listParameter(z.enum(REGIONS)),
  }),
  response: z.object({ links: z.array(linkShape), pagination: paginationShape }),
  handle: async ({ appID, query }, { linkStore, links }) => {
    const { items, nbItems } = await linkStore.list(appID, { ...query, filter: { region: query.region } });
    const described = await links.describe(appID, items);
    return { links: described.map(toLinkShape), pagination: describePage(query, nbItems) };
  },
});
