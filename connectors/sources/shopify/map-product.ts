import type { MappedRecord } from '../../paged/object-batch.ts';
import { numberOf, type Product, type Variant } from './catalog-answers.ts';
import { metafieldsOf, priceRangesOf, pricesOf } from './market-fields.ts';
import type { ParsedProduct } from './parse-product.ts';
import type { ReadingScope } from './reading-scope.ts';
import { translateNode, translateOptions, translationsOf, type OptionNames } from './translate.ts';

/** The record of a product with its variants in it, as the connector's page in `docs/connectors/` shows it. */
export function mapProduct(parsed: ParsedProduct, scope: ReadingScope): MappedRecord {
  const { product, variants } = parsed;
  const names = translateOptions(product.options ?? [], scope);
  return {
    objectID: numberOf(product.id),
    attributes: {
      ...sharedAttributes(parsed, scope, names),
      min_price: product.priceRangeV2?.minVariantPrice.amount,
      max_price: product.priceRangeV2?.maxVariantPrice.amount,
      prices: priceRangesOf(product, scope),
      metafields: metafieldsOf(product, scope),
      in_stock: variants.some(({ availableForSale }) => availableForSale),
      inventory: product.totalInventory ?? undefined,
      variant_ids: variants.map(({ id }) => Number(numberOf(id))),
      variants: variants.map((variant) => ({
        id: Number(numberOf(variant.id)),
        ...ownAttributes(variant, scope, names),
        metafields: metafieldsOf(variant, scope),
      })),
    },
  };
}

/** The record of one variant, with what it shares with the others of its product. */
export function mapVariant(parsed: ParsedProduct, variant: Variant, scope: ReadingScope): MappedRecord {
  const { product } = parsed;
  const names = translateOptions(product.options ?? [], scope);
  const { title, ...own } = ownAttributes(variant, scope, names);
  const shared = sharedAttributes(parsed, scope, names);
  return {
    objectID: `${numberOf(product.id)}-${numberOf(variant.id)}`,
    attributes: {
      product_id: Number(numberOf(product.id)),
      variant_id: Number(numberOf(variant.id)),
      ...shared,
      variant_title: title,
      ...own,
      image_url: own.image_url ?? shared.image_url,
      product_metafields: metafieldsOf(product, scope),
      variant_metafields: metafieldsOf(variant, scope),
    },
  };
}

function sharedAttributes(parsed: ParsedProduct, scope: ReadingScope, names: OptionNames) {
  const { product, collections } = parsed;
  const text = translateNode(product, scope);
  const images = imagesOf(parsed);
  return {
    title: text('title') ?? product.title,
    handle: text('handle') ?? filled(product.handle),
    description_html: text('body_html') ?? filled(product.descriptionHtml),
    vendor: filled(product.vendor),
    product_type: text('product_type') ?? filled(product.productType),
    category: filled(product.category?.fullName),
    tags: product.tags ?? [],
    collection_ids: collections.map(({ id }) => Number(numberOf(id))),
    collection_handles: collections.flatMap(({ handle }) => filled(handle) ?? []),
    collections: collections.map(
      (collection) => translateNode(collection, scope)('title') ?? collection.title,
    ),
    option_names: (product.options ?? []).map(({ name }) => names.nameOf(name)),
    options: optionsOf(product, names),
    images,
    image_url: images[0]?.url,
    url: product.onlineStoreUrl ?? undefined,
    is_gift_card: product.isGiftCard ?? undefined,
    tracks_inventory: product.tracksInventory ?? undefined,
    currency: product.priceRangeV2?.minVariantPrice.currencyCode,
    meta_title: text('meta_title') ?? filled(product.seo?.title),
    meta_description: text('meta_description') ?? filled(product.seo?.description),
    created_at: product.createdAt ?? undefined,
    updated_at: product.updatedAt ?? undefined,
    published_at: product.publishedAt ?? undefined,
    translations: translationsOf(product, scope),
  };
}

function ownAttributes(variant: Variant, scope: ReadingScope, names: OptionNames) {
  const options = variant.selectedOptions ?? [];
  return {
    title: filled(variant.title),
    sku: filled(variant.sku),
    barcode: filled(variant.barcode),
    position: variant.position ?? undefined,
    price: variant.price ?? undefined,
    compare_at_price: variant.compareAtPrice ?? undefined,
    prices: pricesOf(variant, scope),
    options: Object.fromEntries(
      options.map(({ name, value }) => [names.nameOf(name), names.valueOf(name, value)]),
    ),
    image_url: filled(variant.image?.url),
    in_stock: variant.availableForSale,
    inventory:
      variant.inventoryItem?.tracked === false ? undefined : (variant.inventoryQuantity ?? undefined),
    inventory_policy: variant.inventoryPolicy?.toLowerCase(),
  };
}

function optionsOf({ options }: Product, names: OptionNames): Record<string, string[]> {
  return Object.fromEntries(
    (options ?? []).map(({ name, optionValues }) => [
      names.nameOf(name),
      optionValues.map((value) => names.valueOf(name, value.name)),
    ]),
  );
}

/** The featured one first. */
function imagesOf({ product, media }: ParsedProduct): { url: string; alt: string }[] {
  const images = media.flatMap(({ id, alt, preview }) => {
    const url = filled(preview?.image?.url);
    return url === undefined ? [] : [{ id, url, alt: alt ?? '' }];
  });
  const isFeatured = ({ id }: { readonly id: string }) => id === product.featuredMedia?.id;
  return images
    .toSorted((a, b) => Number(isFeatured(b)) - Number(isFeatured(a)))
    .map(({ url, alt }) => ({ url, alt }));
}

/** Shopify has empty texts where nothing was entered. */
export function filled(text: string | null | undefined): string | undefined {
  return text === '' ? undefined : (text ?? undefined);
}
