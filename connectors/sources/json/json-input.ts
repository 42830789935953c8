import * as z from 'zod';

export const jsonInputSchema = z.object({
  url: z.string(),
  uniqueIDColumn: z.string().min(1).optional(),
  method: z.enum(['GET', 'POST']).optional(),
});

/** The input of a `json` source. */
export type JsonInput = z.infer<typeof jsonInputSchema>;
