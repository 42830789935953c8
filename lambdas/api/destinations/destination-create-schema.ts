import * as z from 'zod';

import {
  destinationInputSchema,
  destinationTypeSchema,
  transformationIDsSchema,
} from '../../../core/destinations/destination.ts';
import { nameSchema } from '../../../core/foundation/text-schemas.ts';

/** A new destination. */
export const destinationCreateSchema = z.object({
  type: destinationTypeSchema,
  name: nameSchema,
  input: destinationInputSchema,
  authenticationID: z.string().optional(),
  transformationIDs: transformationIDsSchema.optional(),
});
