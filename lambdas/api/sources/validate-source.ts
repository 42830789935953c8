import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { sourceCreateSchema } from './source-create-schema.ts';
import { toValidationShape, validationShape } from './validation-shape.ts';

export const validateSource = defineOperation({
  operationID: 'validateSource',
  method: 'POST',
  path: '/1/sources/validate',
  acl: INGESTION_RIGHTS,
  body: sourceCreateSchema,
  response: validationShape,
  handle: async ({ appID, body }, dependencies) =>
    toValidationShape(await dependencies.askSource(appID, body, 'validate')),
});
