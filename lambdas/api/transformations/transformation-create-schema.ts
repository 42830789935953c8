import * as z from 'zod';

import { nameSchema } from '../../../core/foundation/text-schemas.ts';
import { codeSchema, TRANSFORMATION_TYPES } from '../../../core/transformations/transformation.ts';

const MAX_DESCRIPTION_LENGTH = 2_000;
const MAX_AUTHENTICATIONS = 10;

/** How requests give a procedure; `readProcedure` checks the input against the type. */
export const procedureFields = {
  /** Deprecated by Algolia in favour of `input`. */
  code: codeSchema.optional(),
  type: z.enum(TRANSFORMATION_TYPES).optional(),
  input: z.record(z.string(), z.unknown()).optional(),
};

/** A new transformation, or all of one that is replaced. */
export const transformationCreateSchema = z.object({
  ...procedureFields,
  name: nameSchema,
  description: z.string().max(MAX_DESCRIPTION_LENGTH).optional(),
  authenticationIDs: z.array(z.string()).max(MAX_AUTHENTICATIONS).optional(),
});
