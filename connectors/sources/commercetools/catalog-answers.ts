import * as z from 'zod';

/** Locale → text. */
const localizedSchema = z.record(z.string(), z.string());
export type Localized = z.infer<typeof localizedSchema>;

const referenceSchema = z.looseObject({ id: z.string() });
const customSchema = z.looseObject({ fields: z.record(z.string(), z.unknown()) });

const moneySchema = z.looseObject({
  currencyCode: z.string(),
  centAmount: z.number(),
  fractionDigits: z.int().min(0).max(20).default(2),
});
export type Money = z.infer<typeof moneySchema>;

const priceSchema = z.looseObject({
  id: z.string().optional(),
  value: moneySchema,
  country: z.string().optional(),
  customerGroup: referenceSchema.optional(),
  channel: referenceSchema.optional(),
  validFrom: z.string().optional(),
  validUntil: z.string().optional(),
  discounted: z.looseObject({ value: moneySchema }).optional(),
  custom: customSchema.optional(),
});
export type Price = z.infer<typeof priceSchema>;

const imageSchema = z.looseObject({ url: z.string() });

const stockSchema = z.looseObject({
  isOnStock: z.boolean().optional(),
  availableQuantity: z.number().optional(),
});

const variantSchema = z.looseObject({
  id: z.int(),
  sku: z.string().optional(),
  key: z.string().optional(),
  prices: z.array(priceSchema).default([]),
  images: z.array(imageSchema).default([]),
  attributes: z.array(z.looseObject({ name: z.string(), value: z.unknown() })).default([]),
  availability: stockSchema.extend({ channels: z.record(z.string(), stockSchema).optional() }).optional(),
});
export type Variant = z.infer<typeof variantSchema>;

export const productSchema = z.looseObject({
  id: z.string(),
  key: z.string().optional(),
  createdAt: z.iso.datetime({ offset: true }),
  lastModifiedAt: z.iso.datetime({ offset: true }),
  productType: referenceSchema,
  name: localizedSchema,
  slug: localizedSchema,
  description: localizedSchema.optional(),
  metaTitle: localizedSchema.optional(),
  metaDescription: localizedSchema.optional(),
  categories: z.array(referenceSchema).default([]),
  masterVariant: variantSchema,
  variants: z.array(variantSchema).default([]),
});
export type Product = z.infer<typeof productSchema>;

export const categorySchema = z.looseObject({
  id: z.string(),
  key: z.string().optional(),
  name: localizedSchema,
  slug: localizedSchema,
  description: localizedSchema.optional(),
  metaTitle: localizedSchema.optional(),
  metaDescription: localizedSchema.optional(),
  orderHint: z.string().optional(),
  externalId: z.string().optional(),
  ancestors: z.array(referenceSchema).default([]),
  parent: referenceSchema.optional(),
  createdAt: z.iso.datetime({ offset: true }),
  lastModifiedAt: z.iso.datetime({ offset: true }),
  custom: customSchema.optional(),
});
export type Category = z.infer<typeof categorySchema>;

export const inventorySchema = z.looseObject({
  sku: z.string(),
  supplyChannel: referenceSchema.optional(),
  custom: customSchema.optional(),
});

/** Of custom fields those that the source names; nothing where it names none. */
export function pickFields(
  custom: { readonly fields: Readonly<Record<string, unknown>> } | undefined,
  names: readonly string[] | null | undefined,
): Record<string, unknown> | undefined {
  if (!names || names.length === 0) return undefined;
  const fields = custom?.fields ?? {};
  return Object.fromEntries(
    names.flatMap((name) => (Object.hasOwn(fields, name) ? [[name, fields[name]]] : [])),
  );
}
