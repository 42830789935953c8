import * as z from 'zod';

import { urlSchema } from '../../../core/foundation/text-schemas.ts';
import { invalidField } from '../../../core/foundation/validation.ts';
import { toHookID } from '../../../core/webhooks/hook-id.ts';
import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { registrationOutcomeShape, toRegistrationOutcomeShape } from './registration-shape.ts';

/** Has the vendor of the task's source deliver to the webhook; what is right there already stays. */
export const registerWebhook = defineOperation({
  operationID: 'registerWebhook',
  method: 'POST',
  path: '/ext/1/tasks/{taskID}/webhook/registration',
  acl: INGESTION_RIGHTS,
  body: z
    .object({
      /** The webhook's URL as the vendor reaches it, where that is not as this request came. */
      url: urlSchema.optional(),
    })
    .default({}),
  response: registrationOutcomeShape,
  handle: async ({ appID, parameters: { taskID }, body, baseURL }, { webhookRegistrar }) => {
    const path = `/hooks/${toHookID({ appID, taskID })}`;
    const url = body.url ?? `${baseURL}${path}`;
    if (!url.endsWith(path)) throw invalidField('url', `must end in ${path}, where deliveries are taken in`);
    return toRegistrationOutcomeShape(await webhookRegistrar.register({ appID, taskID }, url));
  },
});
