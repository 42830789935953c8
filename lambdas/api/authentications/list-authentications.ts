import * as z from 'zod';

import { AUTHENTICATION_TYPES } from '../../../core/authentications/authentication-input.ts';
import { PLATFORMS } from '../../../core/authentications/authentication.ts';
import { describePage } from '../../../core/foundation/pagination.ts';
import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { listParameter, noneAsNull, pageParameters, sortParameters } from '../query-parameters.ts';
import { paginationShape } from '../response-shapes.ts';
import { authenticationShape, toAuthenticationShape } from './authentication-shape.ts';

export const listAuthentications = defineOperation({
  operationID: 'listAuthentications',
  method: 'GET',
  path: '/1/authentications',
  acl: INGESTION_RIGHTS,
  query: z.object({
    ...pageParameters,
    ...sortParameters(['name', 'type', 'platform', 'updatedAt', 'createdAt'], 'createdAt'),
    type: listParameter(z.enum(AUTHENTICATION_TYPES)),
    platform: listParameter(z.enum([...PLATFORMS, 'none'])),
  }),
  response: z.object({ authentications: z.array(authenticationShape), pagination: paginationShape }),
  handle: async ({ appID, query }, { authenticationStore }) => {
    const { items, nbItems } = await authenticationStore.list(appID, {
      ...query,
      filter: { type: query.type, platform: noneAsNull(query.platform) },
    });
    return { authentications: items.map(toAuthenticationShape), pagination: describePage(query, nbItems) };
  },
});
