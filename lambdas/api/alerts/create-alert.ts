import { alertInputSchema } from '../../../core/alerts/alert-input.ts';
import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { alertShape, toAlertShape } from './alert-shape.ts';

export const createAlert = defineOperation({
  operationID: 'createAlert',
  method: 'POST',
  path: '/ext/1/alerts',
  acl: INGESTION_RIGHTS,
  body: alertInputSchema,
  response: alertShape,
  handle: async ({ appID, freshID, body, isOperator }, { alerts }) =>
    toAlertShape(await alerts.create(appID, freshID, body, { isOperator })),
});
