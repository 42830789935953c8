import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { alertShape, toAlertShape } from './alert-shape.ts';

export const getAlert = defineOperation({
  operationID: 'getAlert',
  method: 'GET',
  path: '/ext/1/alerts/{alertID}',
  acl: INGESTION_RIGHTS,
  response: alertShape,
  handle: async ({ appID, parameters }, { alertStore }) =>
    toAlertShape(await alertStore.get(appID, parameters.alertID)),
});
