import * as z from 'zod';

import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { wireDate } from '../response-shapes.ts';
import { transformationCreateSchema } from './transformation-create-schema.ts';
import { toTransformation, toTransformationShape } from './transformation-shape.ts';

export const updateTransformation = defineOperation({
  operationID: 'updateTransformation',
  method: 'PUT',
  path: '/1/transformations/{transformationID}',
  acl: INGESTION_RIGHTS,
  body: transformationCreateSchema,
  response: z.object({ transformationID: z.string(), updatedAt: wireDate }),
  handle: async ({ appID, parameters, body }, { transformations }) =>
    toTransformationShape(
      await transformations.replace(appID, parameters.transformationID, toTransformation(body)),
    ),
});
