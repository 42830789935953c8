import { BrandNames } from './brand-names.ts';
import type { BigCommerceApi } from './bigcommerce-api.ts';
import type { BigCommerceInput } from './bigcommerce-input.ts';
import type { Product, Variant } from './catalog-answers.ts';
import { CategoryPaths } from './category-paths.ts';
import { readMetafields, type Metafields } from './read-metafields.ts';
import { readPrices, type PriceBook } from './read-prices.ts';

/** A product with those of its variants that can be read. */
export interface ParsedProduct {
  readonly product: Product;
  readonly variants: readonly Variant[];
}

/** What the products of one page refer to. */
export interface CatalogDetails {
  readonly brandName: (id: number) => string | undefined;
  readonly categoryPath: (id: number) => readonly string[] | undefined;
  readonly productMetafields: ReadonlyMap<number, Metafields>;
  readonly variantMetafields: ReadonlyMap<number, Metafields>;
  /** Absent where no currencies are asked for. */
  readonly pricesOf?: PriceBook;
}

/** Looks up what a page of products refers to. */
export type LoadDetails = (
  products: readonly ParsedProduct[],
  signal: AbortSignal,
) => Promise<CatalogDetails>;

/** For one reading: brands and categories are kept from page to page. */
export function createDetailLoader(api: BigCommerceApi, input: BigCommerceInput): LoadDetails {
  const brands = new BrandNames(api);
  const categories = new CategoryPaths(api, input.channel?.id);
  return async (products, signal) => {
    await brands.load(
      products.map(({ product }) => product.brand_id ?? 0),
      signal,
    );
    await categories.load(
      products.flatMap(({ product }) => product.categories ?? []),
      signal,
    );
    const pricesOf = await loadPrices(api, input, { products, signal });
    return {
      brandName: (id) => brands.nameOf(id),
      categoryPath: (id) => categories.pathOf(id),
      productMetafields: await readMetafields(
        api,
        {
          of: 'products',
          names: input.productMetafields ?? [],
          ids: products.map(({ product }) => product.id),
        },
        signal,
      ),
      variantMetafields: await readMetafields(
        api,
        {
          of: 'variants',
          names: input.variantMetafields ?? [],
          ids: products.flatMap(({ variants }) => variants.map(({ id }) => id)),
        },
        signal,
      ),
      ...(pricesOf === undefined ? {} : { pricesOf }),
    };
  };
}

async function loadPrices(
  api: BigCommerceApi,
  { channel }: BigCommerceInput,
  { products, signal }: { products: readonly ParsedProduct[]; signal: AbortSignal },
): Promise<PriceBook | undefined> {
  if (channel?.currencies === undefined || channel.currencies.length === 0) return undefined;
  const items = products.flatMap(({ product, variants }) => [
    { product_id: product.id },
    ...variants.map(({ id }) => ({ product_id: product.id, variant_id: id })),
  ]);
  return readPrices(api, { channelID: channel.id, currencies: channel.currencies, items }, signal);
}
