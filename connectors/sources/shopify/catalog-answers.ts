import * as z from 'zod';

const text = z.string().nullish();
const gid = z.string().regex(/^gid:\/\/shopify\/[A-Za-z]+\/\d+$/);

/** Amounts are decimals in text. */
const amount = z.union([z.string(), z.number()]).transform(Number);
const moneySchema = z.object({ amount, currencyCode: z.string() });
export type Money = z.infer<typeof moneySchema>;
const rangeSchema = z.object({ minVariantPrice: moneySchema, maxVariantPrice: moneySchema });

export const translationsSchema = z.array(z.object({ key: z.string(), value: text }));
export const metafieldSchema = z.object({ type: z.string(), value: z.string() }).nullish();
export const productPricingSchema = z.object({ priceRange: rangeSchema });
export const variantPricingSchema = z.object({ price: moneySchema, compareAtPrice: moneySchema.nullish() });

const seoSchema = z.object({ title: text, description: text }).nullish();
const imageSchema = z.object({ url: text, altText: text }).nullish();
const optionSchema = z.looseObject({
  name: z.string(),
  optionValues: z.array(z.looseObject({ name: z.string() })).default([]),
});

/** Loose: aliases, which depend on the task, are looked at by `market-fields.ts`. */
export const productSchema = z.looseObject({
  id: gid,
  title: z.string(),
  handle: text,
  descriptionHtml: text,
  vendor: text,
  productType: text,
  tags: z.array(z.string()).nullish(),
  status: text,
  isGiftCard: z.boolean().nullish(),
  onlineStoreUrl: text,
  createdAt: text,
  updatedAt: text,
  publishedAt: text,
  totalInventory: z.number().nullish(),
  tracksInventory: z.boolean().nullish(),
  category: z.object({ fullName: text }).nullish(),
  seo: seoSchema,
  options: z.array(optionSchema).nullish(),
  priceRangeV2: rangeSchema.nullish(),
  featuredMedia: z.object({ id: gid }).nullish(),
});
export type Product = z.infer<typeof productSchema>;

export const variantSchema = z.looseObject({
  id: gid,
  title: text,
  sku: text,
  barcode: text,
  position: z.number().nullish(),
  price: amount.nullish(),
  compareAtPrice: amount.nullish(),
  availableForSale: z.boolean(),
  inventoryQuantity: z.number().nullish(),
  inventoryPolicy: text,
  inventoryItem: z.object({ tracked: z.boolean() }).nullish(),
  selectedOptions: z.array(z.object({ name: z.string(), value: z.string() })).nullish(),
  image: imageSchema,
});
export type Variant = z.infer<typeof variantSchema>;

export const mediaSchema = z.object({
  id: gid,
  alt: text,
  mediaContentType: text,
  preview: z.object({ image: z.object({ url: text }).nullish() }).nullish(),
});
export type Media = z.infer<typeof mediaSchema>;

export const collectionSchema = z.looseObject({ id: gid, title: z.string(), handle: text });
export type Collection = z.infer<typeof collectionSchema>;

export const wholeCollectionSchema = collectionSchema.extend({
  descriptionHtml: text,
  sortOrder: text,
  updatedAt: text,
  image: imageSchema,
  productsCount: z.object({ count: z.number() }).nullish(),
  seo: seoSchema,
});
export type WholeCollection = z.infer<typeof wholeCollectionSchema>;

/** Every entity, however little of it is right. */
export const entitySchema = z.looseObject({ id: gid });
export type Entity = z.infer<typeof entitySchema>;

/** The number in an id such as `gid://shopify/Product/7001`, which webhooks and URLs name. */
export function numberOf(id: string): string {
  return id.slice(id.lastIndexOf('/') + 1);
}

/** The kind in such an id. */
export function kindOf(id: string): string {
  return id.split('/').at(-2) ?? '';
}
