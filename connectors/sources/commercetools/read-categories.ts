import type { SourceContext } from '../../contract/source-connector.ts';
import type { FetchPage, Page } from '../../paged/paged-source.ts';
import { categorySchema } from './catalog-answers.ts';
import { CategoryTree } from './category-tree.ts';
import {
  isOneOf,
  MAX_LIMIT,
  NAMES_PER_REQUEST,
  type CommercetoolsApi,
  type Listing,
} from './commercetools-api.ts';
import type { CommercetoolsInput } from './commercetools-input.ts';
import { mapCategory } from './map-category.ts';
import { afterOf, invalid, possibleIDs } from './named-entities.ts';
import { scopeOf } from './record-sets.ts';

const PATH = '/categories';

/** Reads the categories of a project, or those of some ids, as pages of collection records. Stores have none of their own. */
export class CategoryReader {
  readonly #api: CommercetoolsApi;
  readonly #context: SourceContext<CommercetoolsInput>;
  readonly #tree: CategoryTree;

  constructor(api: CommercetoolsApi, context: SourceContext<CommercetoolsInput>) {
    this.#api = api;
    this.#context = context;
    this.#tree = new CategoryTree(api);
  }

  all(pageSize = MAX_LIMIT): FetchPage {
    return async (page, signal) => {
      const limit = Number(page?.['limit'] ?? pageSize);
      const listing = await this.#api.page({ path: PATH, where: [], after: afterOf(page), limit, signal });
      const { last } = listing;
      const next = last === undefined ? {} : { next: { after: last, limit: listing.limit } };
      return { ...(await this.#toPage(listing, signal)), ...next };
    };
  }

  named(entityIDs: readonly string[]): FetchPage {
    const ids = possibleIDs(entityIDs);
    return async (page, signal) => {
      const from = Number(page?.['from'] ?? 0);
      if (from >= ids.length) return { records: [], sizeBytes: 0 };
      const chunk = ids.slice(from, from + NAMES_PER_REQUEST);
      const limit = Number(page?.['limit'] ?? chunk.length + 1);
      const where = [isOneOf('id', chunk)];
      const listing = await this.#api.page({ path: PATH, where, after: afterOf(page), limit, signal });
      const found = await this.#toPage(listing, signal);
      if (listing.last !== undefined)
        return { ...found, next: { from, after: listing.last, limit: listing.limit } };
      const to = from + chunk.length;
      return to < ids.length ? { ...found, next: { from: to } } : found;
    };
  }

  async #toPage({ items, sizeBytes }: Listing, signal: AbortSignal): Promise<Page> {
    const { input, recordSet } = this.#context;
    const { locales } = scopeOf(input, recordSet);
    const readings = items.map((item) => ({ id: item.id, ...categorySchema.safeParse(item) }));
    const categories = readings.flatMap(({ data }) => data ?? []);
    await this.#tree.load(
      categories.flatMap(({ ancestors }) => ancestors.map(({ id }) => id)),
      signal,
    );
    return {
      records: categories.map((category) => {
        const parent = category.ancestors.at(-1);
        const above = parent === undefined ? [] : (this.#tree.pathOf(parent.id) ?? []);
        const options = { locales, customFields: input.customFields?.category };
        return mapCategory(category, [...above, category], options);
      }),
      rejected: readings.flatMap(({ id, error }) =>
        error === undefined ? [] : [invalid('category', id, error)],
      ),
      sizeBytes,
    };
  }
}
