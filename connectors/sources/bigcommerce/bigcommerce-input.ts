import * as z from 'zod';

const metafieldSchema = z.object({ namespace: z.string().min(1), key: z.string().min(1) });
export type MetafieldName = z.infer<typeof metafieldSchema>;

/** What the connector needs of a source's input. */
export const bigcommerceInputSchema = z.object({
  storeHash: z.string().regex(/^[A-Za-z0-9_-]+$/, 'must be the store hash: letters and digits'),
  /** Only what is sold there, with its category tree; prices in these currencies, as they are there. */
  channel: z
    .object({ id: z.int(), currencies: z.array(z.string().regex(/^[A-Za-z]{3}$/)).optional() })
    .optional(),
  /** Names of the custom fields that records are to have; none where absent. */
  customFields: z.array(z.string()).optional(),
  productMetafields: z.array(metafieldSchema).optional(),
  variantMetafields: z.array(metafieldSchema).optional(),
});

/** The input of a `bigcommerce` source. */
export type BigCommerceInput = z.infer<typeof bigcommerceInputSchema>;
