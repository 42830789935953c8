import * as z from 'zod';

import {
  DESTINATION_TYPES,
  destinationInputSchema,
  transformationIDsSchema,
} from '../../../core/destinations/destination.ts';
import { nameSchema } from '../../../core/foundation/text-schemas.ts';

/** A new destination. */
export const destinationCreateSchema = z.object({
  type: z.literal('search', { error: ({ input }) => describeType(input) }),
  name: nameSchema,
  input: destinationInputSchema,
  authenticationID: z.string().optional(),
  transformationIDs: transformationIDsSchema.optional(),
});

function describeType(input: unknown): string | undefined {
  const known: readonly unknown[] = DESTINATION_TYPES;
  return known.includes(input)
    ? `destinations of type ${String(input)} are not supported yet; supported: search`
    : undefined;
}
