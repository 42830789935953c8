import { categorySchema, type Category } from './catalog-answers.ts';
import { isOneOf, NAMES_PER_REQUEST, type CommercetoolsApi } from './commercetools-api.ts';

/** Kept while one worker reads; a project with more is asked again now and then. */
const MAX_KEPT = 20_000;

/** The categories of a project, fetched as they are met, each with those above it. */
export class CategoryTree {
  readonly #api: CommercetoolsApi;
  readonly #categories = new Map<string, Category>();

  constructor(api: CommercetoolsApi) {
    this.#api = api;
  }

  /** Has these at hand, and all above them. What is gone at the vendor, or not as documented, is left out. */
  async load(ids: Iterable<string>, signal: AbortSignal): Promise<void> {
    if (this.#categories.size > MAX_KEPT) this.#categories.clear();
    const wanted = new Set(ids);
    await this.#fetch(wanted, signal);
    const above = [...wanted].flatMap((id) => this.#categories.get(id)?.ancestors ?? []);
    await this.#fetch(new Set(above.map(({ id }) => id)), signal);
  }

  /** A category below those above it, from the top; nothing where one of them is gone. */
  pathOf(id: string): readonly Category[] | undefined {
    const category = this.#categories.get(id);
    if (category === undefined) return undefined;
    const path = category.ancestors.flatMap((ancestor) => this.#categories.get(ancestor.id) ?? []);
    return path.length === category.ancestors.length ? [...path, category] : undefined;
  }

  async #fetch(ids: ReadonlySet<string>, signal: AbortSignal): Promise<void> {
    const missing = [...ids].filter((id) => !this.#categories.has(id));
    for (let from = 0; from < missing.length; from += NAMES_PER_REQUEST) {
      const names = missing.slice(from, from + NAMES_PER_REQUEST);
      const where = [isOneOf('id', names)];
      for (let after: string | undefined, isLast = false; !isLast;) {
        const page = await this.#api.page({
          path: '/categories',
          where,
          after,
          limit: names.length + 1,
          signal,
        });
        for (const item of page.items) {
          const { data } = categorySchema.safeParse(item);
          if (data !== undefined) this.#categories.set(data.id, data);
        }
        after = page.last;
        isLast = after === undefined;
      }
    }
  }
}
