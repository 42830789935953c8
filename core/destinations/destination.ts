import * as z from 'zod';

/** All types that the API names; only `search` can be created so far. */
export const DESTINATION_TYPES = ['search', 'insights'] as const;

/** Accepts only an empty list: for options that are named in the API but not built yet. */
const emptyList = z.array(z.string()).max(0, 'not supported yet');

/** The input of a search destination, as a create must give it. */
export const destinationInputSchema = z.object({
  indexPrefix: z
    .string()
    .refine(() => false, 'not supported yet')
    .optional(),
  indexName: z.string().min(1).max(256),
  recordType: z.enum(['product', 'variant', 'collection']).optional(),
  attributesToExclude: emptyList.optional(),
});

export const transformationIDsSchema = emptyList;

/** What is stored of a destination. */
export const destinationSchema = z.object({
  type: z.literal('search'),
  name: z.string(),
  input: destinationInputSchema,
  authenticationID: z.string().optional(),
  transformationIDs: transformationIDsSchema.optional(),
});

export type Destination = z.output<typeof destinationSchema>;
