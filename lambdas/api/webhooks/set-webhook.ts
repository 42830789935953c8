import * as z from 'zod';

import { Secret } from '../../../core/foundation/secret.ts';
import { WEBHOOK_SCHEMES } from '../../../core/webhooks/webhook-scheme.ts';
import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { secretSchema, toWebhookWithSecretShape, webhookWithSecretShape } from './webhook-shape.ts';

/** Sets the scheme, with a fresh secret; what was sent with an earlier one is refused from then on. */
export const setWebhook = defineOperation({
  operationID: 'setWebhook',
  method: 'PUT',
  path: '/ext/1/tasks/{taskID}/webhook',
  acl: INGESTION_RIGHTS,
  hasSecretAnswer: true,
  body: z.object({
    scheme: z.enum(WEBHOOK_SCHEMES),
    /** Where the sender makes it (Shopify), or lets its user choose it (BigCommerce, GitHub). */
    secret: secretSchema.optional(),
    /** Of commercetools. */
    projectKey: z.string().min(1).max(256).optional(),
  }),
  response: webhookWithSecretShape,
  handle: async ({ appID, parameters: { taskID }, body, baseURL }, { webhooks, webhookRegistrar, clock }) => {
    const owner = { appID, taskID };
    const secret = body.secret === undefined ? undefined : new Secret(body.secret);
    const set = await webhooks.set(owner, { ...body, secret });
    await webhookRegistrar.renew(owner);
    const registration = await webhookRegistrar.find(owner);
    return toWebhookWithSecretShape(owner, set, { baseURL, registration, now: clock.now() });
  },
});
