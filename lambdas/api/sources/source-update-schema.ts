import * as z from 'zod';

import { freeObject } from '../../../core/foundation/bounded-schemas.ts';
import { nameSchema } from '../../../core/foundation/text-schemas.ts';

/** A change of a source. The input is checked against the stored type, which does not change. */
export const sourceUpdateSchema = z.object({
  name: nameSchema.optional(),
  authenticationID: z.string().optional(),
  input: freeObject.optional(),
});
