import * as z from 'zod';

import { toWireDate } from '../../../core/foundation/clock.ts';
import type { Resource } from '../../../core/resources/resource.ts';
import { readProcedure } from '../../../core/transformations/read-procedure.ts';
import {
  codeInputSchema,
  noCodeInputSchema,
  TRANSFORMATION_TYPES,
  type Transformation,
} from '../../../core/transformations/transformation.ts';
import { owner, wireDate } from '../response-shapes.ts';
import type { transformationCreateSchema } from './transformation-create-schema.ts';

/** A transformation as the API shows it. */
export const transformationShape = z.object({
  transformationID: z.string(),
  type: z.enum(TRANSFORMATION_TYPES),
  name: z.string(),
  description: z.string().optional(),
  authenticationIDs: z.array(z.string()).optional(),
  input: z.union([codeInputSchema, noCodeInputSchema]),
  /** Of the older shape, and required in answers still: empty without code. */
  code: z.string(),
  owner,
  createdAt: wireDate,
  updatedAt: wireDate,
});

export function toTransformationShape({
  id,
  body,
  createdAt,
  updatedAt,
}: Resource<Transformation>): z.output<typeof transformationShape> {
  return {
    ...body,
    transformationID: id,
    code: body.type === 'code' ? body.input.code : '',
    owner: null,
    createdAt: toWireDate(new Date(createdAt)),
    updatedAt: toWireDate(new Date(updatedAt)),
  };
}

/** What a request makes of a transformation: all of it, in the newer form. */
export function toTransformation({
  name,
  description,
  authenticationIDs,
  ...given
}: z.output<typeof transformationCreateSchema>): Transformation {
  return {
    ...readProcedure(given),
    name,
    ...(description === undefined ? {} : { description }),
    ...(authenticationIDs === undefined ? {} : { authenticationIDs }),
  };
}
