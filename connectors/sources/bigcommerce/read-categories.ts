import * as z from 'zod';
import type { RejectedRecord } from '../../../core/records/rejected-record.ts';
import type { SourceContext } from '../../contract/source-connector.ts';
import type { FetchPage, Page } from '../../paged/paged-source.ts';
import { PAGE_LIMIT, type BigCommerceApi } from './bigcommerce-api.ts';
import type { BigCommerceInput } from './bigcommerce-input.ts';
import { wholeCategorySchema } from './catalog-answers.ts';
import { CategoryPaths } from './category-paths.ts';
import { mapCategory } from './map-category.ts';
import { NAMED_LIMIT, possibleIDs, requireWhole } from './named-entities.ts';

type Query = Readonly<Record<string, string | number>>;

const listedCategorySchema = z.looseObject({ category_id: z.int().positive() });

interface Listing {
  readonly categories: readonly z.infer<typeof listedCategorySchema>[];
  readonly hasMore: boolean;
  readonly sizeBytes: number;
}

/** Reads the categories of a store or channel, or those of some ids, as pages of collection records. */
export class CategoryReader {
  readonly #api: BigCommerceApi;
  readonly #paths: CategoryPaths;

  constructor(api: BigCommerceApi, { input }: SourceContext<BigCommerceInput>) {
    this.#api = api;
    this.#paths = new CategoryPaths(api, input.channel?.id);
  }

  /** All, by number of page: the vendor lists categories in no other way. */
  all(): FetchPage {
    return async (page, signal) => {
      const number = Number(page?.['page'] ?? 1);
      const listing = await this.#list({ page: number }, signal);
      const next = listing.hasMore ? { next: { page: number + 1 } } : {};
      return { ...(await this.#toPage(listing, signal)), ...next };
    };
  }

  /** Those of these ids that there are. */
  named(entityIDs: readonly string[]): FetchPage {
    const ids = possibleIDs(entityIDs);
    return async (page, signal) => {
      const from = Number(page?.['from'] ?? 0);
      if (from >= ids.length) return { records: [], sizeBytes: 0 };
      const to = from + NAMED_LIMIT;
      const listing = await this.#list({ 'category_id:in': ids.slice(from, to).join(',') }, signal);
      requireWhole(listing);
      const next = to < ids.length ? { next: { from: to } } : {};
      return { ...(await this.#toPage(listing, signal)), ...next };
    };
  }

  async #list(query: Query, signal: AbortSignal): Promise<Listing> {
    const trees = await this.#paths.trees(signal);
    // A channel without a tree has no categories; without the filter all others' would be listed.
    if (trees?.size === 0) return { categories: [], hasMore: false, sizeBytes: 0 };
    const filter = trees === undefined ? {} : { 'tree_id:in': [...trees].join(',') };
    const { items: categories, ...page } = await this.#api.page({
      path: '/catalog/trees/categories',
      query: { ...query, ...filter, limit: PAGE_LIMIT },
      schema: listedCategorySchema,
      signal,
    });
    return { categories, ...page };
  }

  async #toPage({ categories, sizeBytes }: Listing, signal: AbortSignal): Promise<Page> {
    const readings = categories.map((category) => ({
      id: category.category_id,
      ...wholeCategorySchema.safeParse(category),
    }));
    const whole = readings.flatMap(({ data }) => data ?? []);
    await this.#paths.load(
      whole.map(({ category_id: id }) => id),
      signal,
    );
    return {
      records: whole.map((category) =>
        mapCategory(category, this.#paths.pathOf(category.category_id) ?? [category.name]),
      ),
      rejected: readings.flatMap(({ id, error }) => (error === undefined ? [] : [invalid(id, error)])),
      sizeBytes,
    };
  }
}

function invalid(id: number, error: z.ZodError): RejectedRecord {
  const field = error.issues[0]?.path.join('.') ?? '';
  return {
    objectID: String(id),
    field,
    code: 'record.invalid',
    message: `The ${field} of the category ${id} is not as BigCommerce documents it, so no record was made of it.`,
  };
}
