import * as z from 'zod';

export const algoliaIndexInputSchema = z.object({
  indexName: z.string().min(1),
  filters: z.string().optional(),
});

/** The input of an `algoliaIndex` source. */
export type AlgoliaIndexInput = z.infer<typeof algoliaIndexInputSchema>;
