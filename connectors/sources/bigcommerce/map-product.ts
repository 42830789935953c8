import type { MappedRecord } from '../../paged/object-batch.ts';
import type { Product, Variant } from './catalog-answers.ts';
import type { CatalogDetails, ParsedProduct } from './catalog-details.ts';
import { toLevels } from './category-paths.ts';

/** The record of a product with its variants in it, as the connector's page in `docs/connectors/` shows it. */
export function mapProduct(
  { product, variants }: ParsedProduct,
  details: CatalogDetails,
  customFields: readonly string[],
): MappedRecord {
  return {
    objectID: String(product.id),
    attributes: {
      ...sharedAttributes(product, variants, details),
      custom_fields: toCustomFields(product, customFields),
      metafields: details.productMetafields.get(product.id) ?? {},
      sku: product.sku ?? undefined,
      image_url: imageOf(product),
      in_stock: isProductInStock(product, variants),
      inventory: product.inventory_level ?? undefined,
      ...details.pricesOf?.({ product_id: product.id }),
      variant_ids: variants.map(({ id }) => id),
      variants: variants.map((variant) => ({
        id: variant.id,
        ...ownAttributes(product, variant, details),
        metafields: details.variantMetafields.get(variant.id) ?? {},
      })),
    },
  };
}

/** The record of one variant, with what it shares with the others of its product. */
export function mapVariant(
  { product, variants }: ParsedProduct,
  variant: Variant,
  { details, customFields }: { details: CatalogDetails; customFields: readonly string[] },
): MappedRecord {
  return {
    objectID: variantObjectID(product.id, variant.id),
    attributes: {
      product_id: product.id,
      variant_id: variant.id,
      ...sharedAttributes(product, variants, details),
      custom_fields: toCustomFields(product, customFields),
      ...ownAttributes(product, variant, details),
      image_url: filled(variant.image_url) ?? imageOf(product),
      product_metafields: details.productMetafields.get(product.id) ?? {},
      variant_metafields: details.variantMetafields.get(variant.id) ?? {},
    },
  };
}

export function variantObjectID(productID: number, variantID: number): string {
  return `${productID}-${variantID}`;
}

function sharedAttributes(product: Product, variants: readonly Variant[], details: CatalogDetails) {
  const brandID = product.brand_id ?? 0;
  const categories = (product.categories ?? []).flatMap((id) => {
    const path = details.categoryPath(id);
    return path === undefined ? [] : [{ id, path }];
  });
  const optionNames = variants.flatMap(({ option_values: values }) =>
    (values ?? []).map(({ option_display_name: name }) => name),
  );
  return {
    name: product.name,
    description: product.description ?? undefined,
    brand_id: brandID > 0 ? brandID : undefined,
    brand_name: details.brandName(brandID),
    category_ids: categories.map(({ id }) => id),
    categories: toLevels(categories.map(({ path }) => path)),
    categories_without_path: categories.map(({ path }) => path.at(-1)),
    default_price: product.price ?? undefined,
    product_images: (product.images ?? []).map((image) => ({
      description: image.description ?? '',
      is_thumbnail: image.is_thumbnail ?? false,
      url_standard: image.url_standard ?? undefined,
      url_thumbnail: image.url_thumbnail ?? undefined,
    })),
    option_names: [...new Set(optionNames)],
    inventory_tracking: product.inventory_tracking ?? undefined,
    is_visible: product.is_visible ?? undefined,
    url: product.custom_url?.url ?? undefined,
    date_created: product.date_created ?? undefined,
    date_modified: product.date_modified ?? undefined,
  };
}

function ownAttributes(product: Product, variant: Variant, details: CatalogDetails) {
  const inventory =
    product.inventory_tracking === 'product' ? product.inventory_level : variant.inventory_level;
  const values = variant.option_values ?? [];
  return {
    sku: variant.sku ?? undefined,
    upc: filled(variant.upc),
    mpn: filled(variant.mpn),
    gtin: filled(variant.gtin),
    image_url: filled(variant.image_url),
    default_price: variant.price ?? product.price ?? undefined,
    options: Object.fromEntries(values.map(({ option_display_name: name, label }) => [name, label])),
    in_stock: isVariantInStock(product, variant),
    inventory: inventory ?? undefined,
    ...details.pricesOf?.({ product_id: product.id, variant_id: variant.id }),
  };
}

/** A field may have several values. */
function toCustomFields(product: Product, wanted: readonly string[]): Record<string, string[]> {
  const fields = product.custom_fields ?? [];
  const named = wanted.map((name): [string, string[]] => [
    name,
    fields.filter((field) => field.name === name).map(({ value }) => value),
  ]);
  return Object.fromEntries(named.filter(([, values]) => values.length > 0));
}

function imageOf({ images }: Product): string | undefined {
  const sorted = (images ?? []).toSorted((a, b) => (a.sort_order ?? 0) - (b.sort_order ?? 0));
  return filled((sorted.find((image) => image.is_thumbnail === true) ?? sorted[0])?.url_standard);
}

function isProductInStock(product: Product, variants: readonly Variant[]): boolean {
  if (product.inventory_tracking !== 'variant') return isTrackedInStock(product, product.inventory_level);
  return variants.some((variant) => isVariantInStock(product, variant));
}

function isVariantInStock(product: Product, variant: Variant): boolean {
  const isOwn = product.inventory_tracking === 'variant';
  return isTrackedInStock(product, isOwn ? variant.inventory_level : product.inventory_level);
}

/** What is not counted can always be had. */
function isTrackedInStock(product: Product, level: number | null | undefined): boolean {
  const isTracked = product.inventory_tracking === 'product' || product.inventory_tracking === 'variant';
  return !isTracked || (level ?? 0) > 0;
}

function filled(text: string | null | undefined): string | undefined {
  return text === '' ? undefined : (text ?? undefined);
}
