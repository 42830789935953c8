import * as z from 'zod';

import { ACCESS_RIGHTS } from '../../../core/applications/api-keys.ts';
import { ForbiddenError } from '../../../core/foundation/errors.ts';
import { defineOperation } from '../define-operation.ts';
import { keyShape, toKeyShape } from './key-shape.ts';

const MAX_VALIDITY_SECONDS = 10 * 365 * 24 * 60 * 60;

export const createKey = defineOperation({
  operationID: 'createKey',
  method: 'POST',
  path: '/ext/1/keys',
  acl: ['admin'],
  hasSecretAnswer: true,
  body: z.object({
    acl: z.array(z.enum(ACCESS_RIGHTS)).min(1).max(100),
    description: z.string().max(1_000).optional(),
    /** Seconds; without it, or with 0, the key works until it is revoked. */
    validity: z.int().min(0).max(MAX_VALIDITY_SECONDS).optional(),
    /** Another application's first key: for the holder of the deployment's own key. */
    applicationID: z
      .string()
      .regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be 1 to 64 letters, digits, hyphens and underscores')
      .optional(),
  }),
  response: keyShape.omit({ lastUsedAt: true }).extend({ applicationID: z.string(), key: z.string() }),
  handle: async ({ appID, isOperator, freshID, body }, { keys }) => {
    const applicationID = body.applicationID ?? appID;
    if (applicationID !== appID && !isOperator) {
      throw new ForbiddenError(
        'key.other_application',
        "Only the deployment's own admin key makes keys for other applications.",
      );
    }
    const { resource, key } = await keys.create(applicationID, {
      keyID: freshID,
      description: body.description ?? '',
      acl: body.acl,
      validitySeconds: body.validity === 0 ? undefined : body.validity,
    });
    return { ...toKeyShape(resource, undefined), applicationID, key: key.reveal() };
  },
});
