import * as z from 'zod';

import { platformSchema } from '../../../core/authentications/authentication.ts';
import { freeObject } from '../../../core/foundation/bounded-schemas.ts';
import { nameSchema } from '../../../core/foundation/text-schemas.ts';
import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { wireDate } from '../response-shapes.ts';
import { toAuthenticationShape } from './authentication-shape.ts';

export const updateAuthentication = defineOperation({
  operationID: 'updateAuthentication',
  method: 'PATCH',
  path: '/1/authentications/{authenticationID}',
  acl: INGESTION_RIGHTS,
  /** The input is checked against the stored type, which does not change. */
  body: z.object({
    name: nameSchema.optional(),
    /** Only the older text of the API has it in an update. */
    platform: platformSchema.optional(),
    input: freeObject.optional(),
  }),
  response: z.object({ authenticationID: z.string(), name: z.string(), updatedAt: wireDate }),
  handle: async ({ appID, parameters, body }, { authentications }) =>
    toAuthenticationShape(await authentications.update(appID, parameters.authenticationID, body)),
});
