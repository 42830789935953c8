import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { toWebhookShape, webhookShape } from './webhook-shape.ts';

export const getWebhook = defineOperation({
  operationID: 'getWebhook',
  method: 'GET',
  path: '/ext/1/tasks/{taskID}/webhook',
  acl: INGESTION_RIGHTS,
  response: webhookShape,
  handle: async ({ appID, parameters: { taskID }, baseURL }, { webhooks, webhookRegistrar, clock }) => {
    const owner = { appID, taskID };
    const webhook = await webhooks.get(owner);
    const registration = await webhookRegistrar.find(owner);
    return toWebhookShape(owner, webhook, { baseURL, registration, now: clock.now() });
  },
});
