import * as z from 'zod';

import { attributePathsSchema } from '../records/attribute-path.ts';
import type { SourceType } from '../sources/source-types.ts';

/** All types that the API names. */

export const destinationTypeSchema = z.enum(['search', 'insights']);
export type DestinationType = z.output<typeof destinationTypeSchema>;

/** What a destination of each type writes with. */
export const DESTINATION_AUTHENTICATION_TYPES: Readonly<Record<DestinationType, readonly string[]>> = {
  search: ['algolia'],
  insights: ['algoliaInsights'],
};

/** The longest name of a record set that a prefix is followed by leaves room within an index name's 256 characters. */
const MAX_PREFIX_LENGTH = 200;

/** The input of a destination, as a create must give it: one index by name, or one per record set by prefix. */
export const destinationInputSchema = z
  .object({
    indexName: z.string().min(1).max(256).optional(),
    indexPrefix: z.string().min(1).max(MAX_PREFIX_LENGTH).optional(),
    recordType: z.enum(['product', 'variant', 'collection']).optional(),
    attributesToExclude: attributePathsSchema.optional(),
  })
  .superRefine(({ indexName, indexPrefix }, context) => {
    if ((indexName === undefined) !== (indexPrefix === undefined)) return;
    const message = indexName === undefined ? 'is required' : 'must not be given together with indexPrefix';
    context.addIssue({ code: 'custom', path: ['indexName'], message });
  });

/** A list as Algolia has it, of which there is one. */
export const transformationIDsSchema = z
  .array(z.string())
  .max(1, 'must have at most one entry: a destination has one transformation');

/** What is stored of a destination. */
export const destinationSchema = z.object({
  type: destinationTypeSchema,
  name: z.string(),
  input: destinationInputSchema,
  authenticationID: z.string().optional(),
  transformationIDs: transformationIDsSchema.optional(),
});

export type Destination = z.output<typeof destinationSchema>;

/**
 * The index that the records of a source go to: the one named, or the prefix with the record set, with the source's type
 * where there is one set.
 */
export function indexNameOf(
  { input }: Pick<Destination, 'input'>,
  sourceType: SourceType,
  recordSet = '',
): string {
  return input.indexName ?? `${input.indexPrefix ?? ''}_${recordSet === '' ? sourceType : recordSet}`;
}
