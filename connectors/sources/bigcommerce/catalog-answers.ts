import * as z from 'zod';

const text = z.string().nullish();
const amount = z.number().nullish();

const imageSchema = z.object({
  description: text,
  is_thumbnail: z.boolean().nullish(),
  sort_order: z.number().nullish(),
  url_standard: text,
  url_thumbnail: text,
});

const optionValueSchema = z.object({ option_display_name: z.string(), label: z.string() });

export const variantSchema = z.object({
  id: z.int().positive(),
  sku: text,
  upc: text,
  mpn: text,
  gtin: text,
  image_url: text,
  price: amount,
  inventory_level: amount,
  option_values: z.array(optionValueSchema).nullish(),
});
export type Variant = z.infer<typeof variantSchema>;

/** What every product of a list must have for the list to be gone on with. */
export const listedProductSchema = z.looseObject({ id: z.int().positive() });
export type ListedProduct = z.infer<typeof listedProductSchema>;

export const productSchema = z.object({
  id: z.int().positive(),
  name: z.string(),
  sku: text,
  description: text,
  brand_id: z.int().nullish(),
  categories: z.array(z.int()).nullish(),
  price: amount,
  inventory_level: amount,
  inventory_tracking: text,
  is_visible: z.boolean().nullish(),
  date_created: text,
  date_modified: text,
  custom_url: z.object({ url: text }).nullish(),
  images: z.array(imageSchema).nullish(),
  custom_fields: z.array(z.object({ name: z.string(), value: z.string() })).nullish(),
  /** Each is looked at by itself: one that is wrong may be one record of many. */
  variants: z.array(z.unknown()).nullish(),
});
export type Product = z.infer<typeof productSchema>;

export const categorySchema = z.object({
  category_id: z.int().positive(),
  name: z.string(),
  parent_id: z.int().nullish(),
  tree_id: z.int().nullish(),
});
export type Category = z.infer<typeof categorySchema>;

export const wholeCategorySchema = categorySchema.extend({
  description: text,
  url: z.object({ path: text }).nullish(),
  image_url: text,
  is_visible: z.boolean().nullish(),
  sort_order: amount,
  page_title: text,
  meta_keywords: z.array(z.string()).nullish(),
  meta_description: text,
  search_keywords: text,
});
export type WholeCategory = z.infer<typeof wholeCategorySchema>;

export const brandSchema = z.object({ id: z.int().positive(), name: z.string() });

export const treeSchema = z.object({ id: z.int().positive() });

export const metafieldSchema = z.object({
  id: z.int(),
  resource_id: z.int(),
  namespace: z.string(),
  key: z.string(),
  value: z.string(),
});

const priceSchema = z.object({ as_entered: amount }).nullish();
const itemSchema = z.object({ product_id: z.int(), variant_id: z.int().nullish() });

export const pricedItemSchema = itemSchema.partial().extend({
  /** What was asked: the item itself names a variant also where only the product was asked for. */
  reference_request: itemSchema,
  price: priceSchema,
  retail_price: priceSchema,
  sale_price: priceSchema,
  calculated_price: priceSchema,
});

/** A webhook as it is registered; `headers` are readable. */
export const hookSchema = z.object({
  id: z.int(),
  scope: z.string(),
  destination: z.string(),
  is_active: z.boolean(),
  headers: z.record(z.string(), z.string()).nullish(),
});
export type Hook = z.infer<typeof hookSchema>;
