import * as z from 'zod';

const texts = z.array(z.string().min(1)).max(1_000);

/** What the connector needs of a source's input. */
export const commercetoolsInputSchema = z.object({
  /** Of the API of the project's region. */
  url: z.url({ protocol: /^https?$/ }),
  projectKey: z.string().min(1),
  storeKeys: texts.optional(),
  locales: texts.optional(),
  productQueryPredicate: z.string().optional(),
  fallbackIsInStockValue: z.boolean().optional(),
  useImagesObjects: z.boolean().optional(),
  customFields: z
    .object({ inventory: texts.nullish(), price: texts.nullish(), category: texts.nullish() })
    .optional(),
});

export type CommercetoolsInput = z.infer<typeof commercetoolsInputSchema>;
