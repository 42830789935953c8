import * as z from 'zod';

import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { wireDate } from '../response-shapes.ts';
import { transformationCreateSchema } from './transformation-create-schema.ts';
import { toTransformation, toTransformationShape } from './transformation-shape.ts';

export const createTransformation = defineOperation({
  operationID: 'createTransformation',
  method: 'POST',
  path: '/1/transformations',
  acl: INGESTION_RIGHTS,
  body: transformationCreateSchema,
  response: z.object({ transformationID: z.string(), createdAt: wireDate }),
  handle: async ({ appID, freshID, body }, { transformations }) =>
    toTransformationShape(await transformations.create(appID, freshID, toTransformation(body))),
});
