import { alertUpdateSchema } from '../../../core/alerts/alert-input.ts';
import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { alertShape, toAlertShape } from './alert-shape.ts';

/** Sets the fields that are given; setting the channels turns those on again that were turned off. */
export const updateAlert = defineOperation({
  operationID: 'updateAlert',
  method: 'PATCH',
  path: '/ext/1/alerts/{alertID}',
  acl: INGESTION_RIGHTS,
  body: alertUpdateSchema,
  response: alertShape,
  handle: async ({ appID, parameters, body, isOperator }, { alerts }) =>
    toAlertShape(await alerts.update(appID, parameters.alertID, body, { isOperator })),
});
