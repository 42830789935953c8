import * as z from 'zod';
import { parseRecordPointer, POINTER_RULE } from '../../../core/sources/record-pointer.ts';

export const jsonInputSchema = z.object({
  url: z.string().refine((url) => parseRecordPointer(url) !== undefined, POINTER_RULE),
  uniqueIDColumn: z.string().min(1).optional(),
  method: z.enum(['GET', 'POST']).optional(),
});

/** The input of a `json` source. */
export type JsonInput = z.infer<typeof jsonInputSchema>;
