import { readProcedure } from '../../../core/transformations/read-procedure.ts';
import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { transformationTrySchema, triedShape, tryProcedure } from './try-shapes.ts';

export const tryTransformation = defineOperation({
  operationID: 'tryTransformation',
  method: 'POST',
  path: '/1/transformations/try',
  acl: INGESTION_RIGHTS,
  body: transformationTrySchema,
  response: triedShape,
  handle: async ({ appID, body }, dependencies) =>
    tryProcedure(dependencies.tryTransformation, { appID, body, procedure: readProcedure(body) }),
});
