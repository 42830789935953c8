import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { toTransformationShape, transformationShape } from './transformation-shape.ts';

export const getTransformation = defineOperation({
  operationID: 'getTransformation',
  method: 'GET',
  path: '/1/transformations/{transformationID}',
  acl: INGESTION_RIGHTS,
  response: transformationShape,
  handle: async ({ appID, parameters }, { transformationStore }) =>
    toTransformationShape(await transformationStore.get(appID, parameters.transformationID)),
});
