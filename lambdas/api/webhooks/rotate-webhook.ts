import * as z from 'zod';

import { Secret } from '../../../core/foundation/secret.ts';
import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { secretSchema, toWebhookWithSecretShape, webhookWithSecretShape } from './webhook-shape.ts';

/** A new secret; the one before stays good for an hour. */
export const rotateWebhook = defineOperation({
  operationID: 'rotateWebhook',
  method: 'POST',
  path: '/ext/1/tasks/{taskID}/webhook/rotate',
  acl: INGESTION_RIGHTS,
  hasSecretAnswer: true,
  body: z.object({ secret: secretSchema.optional() }).default({}),
  response: webhookWithSecretShape,
  handle: async ({ appID, parameters: { taskID }, body, baseURL }, { webhooks, webhookRegistrar, clock }) => {
    const owner = { appID, taskID };
    const rotated = await webhooks.rotate(
      owner,
      body.secret === undefined ? undefined : new Secret(body.secret),
    );
    await webhookRegistrar.renew(owner);
    const registration = await webhookRegistrar.find(owner);
    return toWebhookWithSecretShape(owner, rotated, { baseURL, registration, now: clock.now() });
  },
});
