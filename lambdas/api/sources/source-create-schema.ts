import * as z from 'zod';

import { nameSchema } from '../../../core/foundation/text-schemas.ts';
import { sourceUnion } from '../../../core/sources/source.ts';

/** A new source: each type with its own input. */
export const sourceCreateSchema = sourceUnion({ name: nameSchema, authenticationID: z.string().optional() });
