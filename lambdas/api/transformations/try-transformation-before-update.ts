import { readProcedure } from '../../../core/transformations/read-procedure.ts';
import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { transformationTrySchema, triedShape, tryProcedure } from './try-shapes.ts';

/** What is not given is as it is stored, but for the secrets. */
export const tryTransformationBeforeUpdate = defineOperation({
  operationID: 'tryTransformationBeforeUpdate',
  method: 'POST',
  path: '/1/transformations/{transformationID}/try',
  acl: INGESTION_RIGHTS,
  body: transformationTrySchema,
  response: triedShape,
  handle: async ({ appID, parameters, body }, { transformationStore, tryTransformation }) => {
    const stored = await transformationStore.get(appID, parameters.transformationID);
    const isGiven = body.code !== undefined || body.input !== undefined;
    const procedure = isGiven ? readProcedure(body) : stored.body;
    return tryProcedure(tryTransformation, { appID, body, procedure });
  },
});
