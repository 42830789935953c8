import type { MappedRecord } from '../../paged/object-batch.ts';
import type { Category, Product, Variant } from './catalog-answers.ts';
import { mapCategories } from './map-category.ts';
import type { CommercetoolsInput } from './commercetools-input.ts';
import { localize } from './localize.ts';
import { mapAttributes } from './map-attributes.ts';
import { mapPrices } from './map-prices.ts';

/** What a product's record is made of beside the product. */
export interface ProductDetails {
  readonly input: CommercetoolsInput;
  readonly locales: readonly string[];
  /** Each from the top of the tree; categories that are gone are left out. */
  readonly categoryPaths: readonly (readonly Category[])[];
  readonly inventoryFields: ReadonlyMap<string, unknown>;
}

/** The record of a product with its variants within, as `docs/connectors/commercetools.md` shows it. */
export function mapProduct(product: Product, details: ProductDetails): MappedRecord {
  const variants = variantsOf(product);
  return {
    objectID: product.id,
    attributes: {
      ...mapShared(product, details),
      ...mapVariantContent(product.masterVariant, details),
      prices: mapPrices(
        variants.flatMap(({ prices }) => prices),
        details.input.customFields?.price,
      ),
      isInStock: variants.some((variant) => isInStock(variant, details.input)),
      variants: variants.map((variant) => ({
        variantID: variant.id,
        ...mapVariantContent(variant, details),
      })),
    },
  };
}

/** A record for each variant of a product. */
export function mapVariants(product: Product, details: ProductDetails): MappedRecord[] {
  const shared = mapShared(product, details);
  return variantsOf(product).map((variant) => ({
    objectID: `${product.id}-${variant.id}`,
    attributes: {
      ...shared,
      variantID: variant.id,
      isMasterVariant: variant.id === product.masterVariant.id,
      ...mapVariantContent(variant, details),
    },
  }));
}

/** The master variant first. */
export function variantsOf({ masterVariant, variants }: Product): readonly Variant[] {
  return [masterVariant, ...variants];
}

function mapShared(product: Product, { locales, categoryPaths, input }: ProductDetails) {
  return {
    productID: product.id,
    productKey: product.key,
    productTypeID: product.productType.id,
    name: localize(product.name, locales),
    slug: localize(product.slug, locales),
    description: localize(product.description, locales),
    metaTitle: localize(product.metaTitle, locales),
    metaDescription: localize(product.metaDescription, locales),
    ...mapCategories(categoryPaths, { locales, customFields: input.customFields?.category }),
    createdAt: product.createdAt,
    createdAtTimestamp: toSeconds(product.createdAt),
    lastModifiedAt: product.lastModifiedAt,
    lastModifiedAtTimestamp: toSeconds(product.lastModifiedAt),
  };
}

function mapVariantContent(variant: Variant, { input, locales, inventoryFields }: ProductDetails) {
  return {
    sku: variant.sku,
    key: variant.key,
    prices: mapPrices(variant.prices, input.customFields?.price),
    images: input.useImagesObjects === true ? variant.images : variant.images.map(({ url }) => url),
    attributes: mapAttributes(variant.attributes, locales),
    isInStock: isInStock(variant, input),
    inventory: mapStock(variant.availability),
    inventoryCustomFields: variant.sku === undefined ? undefined : inventoryFields.get(variant.sku),
  };
}

function mapStock(availability: Variant['availability']) {
  if (availability === undefined) return undefined;
  const { availableQuantity, channels } = availability;
  return {
    availableQuantity,
    channels:
      channels &&
      Object.fromEntries(Object.entries(channels).map(([id, stock]) => [id, stock.availableQuantity])),
  };
}

/** In stock in one channel is in stock. A variant without inventory is what the source says of such. */
function isInStock(
  { availability }: Variant,
  { fallbackIsInStockValue = true }: CommercetoolsInput,
): boolean {
  const stocks = [availability, ...Object.values(availability?.channels ?? {})].filter(
    (stock) => stock?.isOnStock !== undefined || stock?.availableQuantity !== undefined,
  );
  if (stocks.length === 0) return fallbackIsInStockValue;
  return stocks.some((stock) => stock?.isOnStock ?? (stock?.availableQuantity ?? 0) > 0);
}

/** Since 1970. */
function toSeconds(date: string): number {
  return Math.floor(Date.parse(date) / 1000);
}
