import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { sourceShape, toSourceShape } from './source-shape.ts';

export const getSource = defineOperation({
  operationID: 'getSource',
  method: 'GET',
  path: '/1/sources/{sourceID}',
  acl: INGESTION_RIGHTS,
  response: sourceShape,
  handle: async ({ appID, parameters }, { sourceStore }) =>
    toSourceShape(await sourceStore.get(appID, parameters.sourceID)),
});
