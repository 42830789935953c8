import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { registrationOutcomeShape, toRegistrationOutcomeShape } from './registration-shape.ts';

/** Has the vendor deliver nothing to the webhook any more. */
export const unregisterWebhook = defineOperation({
  operationID: 'unregisterWebhook',
  method: 'DELETE',
  path: '/ext/1/tasks/{taskID}/webhook/registration',
  acl: INGESTION_RIGHTS,
  response: registrationOutcomeShape,
  handle: async ({ appID, parameters: { taskID } }, { webhookRegistrar }) =>
    toRegistrationOutcomeShape(await webhookRegistrar.remove({ appID, taskID })),
});
