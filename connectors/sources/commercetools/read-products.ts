import type { SourceContext } from '../../contract/source-connector.ts';
import type { FetchPage, Page } from '../../paged/paged-source.ts';
import { productSchema, type Product } from './catalog-answers.ts';
import { CategoryTree } from './category-tree.ts';
import { isOneOf, NAMES_PER_REQUEST, type CommercetoolsApi, type Listing } from './commercetools-api.ts';
import type { CommercetoolsInput } from './commercetools-input.ts';
import { readInventoryFields } from './inventory-fields.ts';
import { mapProduct, mapVariants, variantsOf } from './map-product.ts';
import { afterOf, invalid, possibleIDs } from './named-entities.ts';
import { scopeOf, type Scope } from './record-sets.ts';

/** A product has up to 100 variants with 100 prices each: more at once would often be too large an answer. */
const PAGE_LIMIT = 200;
const PATH = '/product-projections';

interface ProductRequest {
  /** Which of the scope's stores; 0 where there is none. */
  readonly store: number;
  readonly where: readonly string[];
  readonly after?: string | undefined;
  readonly limit: number;
}

/** Reads the published products of a project or of its stores, or those of some ids, as product or variant records. */
export class ProductReader {
  readonly #api: CommercetoolsApi;
  readonly #context: SourceContext<CommercetoolsInput>;
  readonly #scope: Scope;
  readonly #tree: CategoryTree;

  constructor(api: CommercetoolsApi, context: SourceContext<CommercetoolsInput>) {
    this.#api = api;
    this.#context = context;
    this.#scope = scopeOf(context.input, context.recordSet);
    this.#tree = new CategoryTree(api);
  }

  /** Store after store; a product of several stores is given with the first. */
  all(pageSize = PAGE_LIMIT): FetchPage {
    return async (page, signal) => {
      const store = Number(page?.['store'] ?? 0);
      const limit = Number(page?.['limit'] ?? pageSize);
      const listing = await this.#list({ store, where: [], after: afterOf(page), limit }, signal);
      const next = this.#following(store, listing);
      return { ...(await this.#toPage(store, listing, signal)), ...next };
    };
  }

  /** Those of these ids that there are, and that the source is of. */
  named(entityIDs: readonly string[]): FetchPage {
    const ids = possibleIDs(entityIDs);
    return async (page, signal) => {
      const store = Number(page?.['store'] ?? 0);
      const from = Number(page?.['from'] ?? 0);
      const chunk = ids.slice(from, from + NAMES_PER_REQUEST);
      if (chunk.length === 0) return { records: [], sizeBytes: 0 };
      const limit = Number(page?.['limit'] ?? chunk.length + 1);
      const where = [isOneOf('id', chunk)];
      const listing = await this.#list({ store, where, after: afterOf(page), limit }, signal);
      const found = await this.#toPage(store, listing, signal);
      if (listing.last !== undefined)
        return { ...found, next: { store, from, after: listing.last, limit: listing.limit } };
      if (from + chunk.length < ids.length) return { ...found, next: { store, from: from + chunk.length } };
      return store + 1 < this.#scope.stores.length ? { ...found, next: { store: store + 1 } } : found;
    };
  }

  #following(store: number, { last, limit }: Listing): Pick<Page, 'next'> {
    if (last !== undefined) return { next: { store, after: last, limit } };
    return store + 1 < this.#scope.stores.length ? { next: { store: store + 1, after: '', limit } } : {};
  }

  async #list({ store, where, ...request }: ProductRequest, signal: AbortSignal): Promise<Listing> {
    const { productQueryPredicate: predicate } = this.#context.input;
    const storeKey = this.#scope.stores[store];
    return this.#api.page({
      ...request,
      path: PATH,
      where: predicate ? [predicate, ...where] : where,
      query: { staged: 'false', ...(storeKey !== undefined && { storeProjection: storeKey }) },
      signal,
    });
  }

  async #toPage(store: number, listing: Listing, signal: AbortSignal): Promise<Page> {
    const given = await this.#idsOfStoresBefore(store, listing, signal);
    const readings = listing.items
      .filter(({ id }) => !given.has(id))
      .map((item) => ({ id: item.id, ...productSchema.safeParse(item) }));
    const products = readings.flatMap(({ data }) => data ?? []);
    return {
      records: await this.#toRecords(products, signal),
      rejected: readings.flatMap(({ id, error }) =>
        error === undefined ? [] : [invalid('product', id, error)],
      ),
      sizeBytes: listing.sizeBytes,
    };
  }

  async #idsOfStoresBefore(
    store: number,
    { items }: Listing,
    signal: AbortSignal,
  ): Promise<ReadonlySet<string>> {
    const given = new Set<string>();
    for (let before = 0; before < store; before += 1) {
      for (const chunk of chunksOf(items)) {
        const where = [isOneOf('id', chunk)];
        for (let after: string | undefined, isLast = false; !isLast;) {
          const listing = await this.#list({ store: before, where, after, limit: chunk.length + 1 }, signal);
          for (const { id } of listing.items) given.add(id);
          after = listing.last;
          isLast = after === undefined;
        }
      }
    }
    return given;
  }

  async #toRecords(products: readonly Product[], signal: AbortSignal) {
    const { input, recordType } = this.#context;
    await this.#tree.load(
      products.flatMap(({ categories }) => categories.map(({ id }) => id)),
      signal,
    );
    const skus = products.flatMap((product) => variantsOf(product).flatMap(({ sku }) => sku ?? []));
    const inventoryFields = await readInventoryFields(
      this.#api,
      { skus, names: input.customFields?.inventory },
      signal,
    );
    return products.flatMap((product) => {
      const categoryPaths = product.categories.flatMap(({ id }) => {
        const path = this.#tree.pathOf(id);
        return path === undefined ? [] : [path];
      });
      const details = { input, locales: this.#scope.locales, categoryPaths, inventoryFields };
      return recordType === 'variant' ? mapVariants(product, details) : [mapProduct(product, details)];
    });
  }
}

function chunksOf(items: Listing['items']): string[][] {
  const count = Math.ceil(items.length / NAMES_PER_REQUEST);
  return Array.from({ length: count }, (_, index) =>
    items.slice(index * NAMES_PER_REQUEST, (index + 1) * NAMES_PER_REQUEST).map(({ id }) => id),
  );
}
