import * as z from 'zod';

import { withinBytes } from '../foundation/bounded-schemas.ts';
import { sourceInputSchemas as inputs } from './source-input.ts';

/** A union over all types, each with its own input. `fields` are those that every type has. */
export function sourceUnion<Fields extends z.ZodRawShape>(fields: Fields) {
  return z.discriminatedUnion('type', [
    z.object({ ...fields, type: z.literal('algoliaIndex'), input: withinBytes(inputs.algoliaIndex) }),
    z.object({ ...fields, type: z.literal('bigcommerce'), input: withinBytes(inputs.bigcommerce) }),
    z.object({ ...fields, type: z.literal('bigquery'), input: withinBytes(inputs.bigquery) }),
    z.object({ ...fields, type: z.literal('commercetools'), input: withinBytes(inputs.commercetools) }),
    z.object({ ...fields, type: z.literal('csv'), input: withinBytes(inputs.csv) }),
    z.object({ ...fields, type: z.literal('docker'), input: withinBytes(inputs.docker) }),
    z.object({
      ...fields,
      type: z.literal('ga4BigqueryExport'),
      input: withinBytes(inputs.ga4BigqueryExport),
    }),
    z.object({ ...fields, type: z.literal('json'), input: withinBytes(inputs.json) }),
    z.object({ ...fields, type: z.literal('shopify'), input: withinBytes(inputs.shopify) }),
    // Whatever input comes with it means nothing, and is not stored.
    z.object({ ...fields, type: z.literal('push') }),
  ]);
}

/** What is stored of a source. */
export const sourceSchema = sourceUnion({ name: z.string(), authenticationID: z.string().optional() });

export type Source = z.output<typeof sourceSchema>;
