import { chunksOf, PAGE_LIMIT, type BigCommerceApi } from './bigcommerce-api.ts';
import { categorySchema, treeSchema, type Category } from './catalog-answers.ts';

/** A store may have 16,000 categories; beyond this what is known is forgotten and asked for again. */
const MAX_KNOWN = 20_000;
/** The vendor nests 8 levels: what is deeper goes round in a circle. */
const MAX_LEVELS = 10;

/** The categories of one reading, looked up when they are first met. */
export class CategoryPaths {
  readonly #api: BigCommerceApi;
  readonly #channelID: number | undefined;
  /** `undefined` for ids that there is no category of. */
  readonly #known = new Map<number, Category | undefined>();
  #trees: ReadonlySet<number> | undefined;

  constructor(api: BigCommerceApi, channelID: number | undefined) {
    this.#api = api;
    this.#channelID = channelID;
  }

  /** The category trees of the channel; nothing where the source is of no channel. */
  async trees(signal: AbortSignal): Promise<ReadonlySet<number> | undefined> {
    if (this.#channelID === undefined || this.#trees !== undefined) return this.#trees;
    const query = { 'channel_id:in': this.#channelID };
    // The reference gives this list no pages: a channel has one tree.
    const trees = await this.#api.request({
      path: '/catalog/trees',
      query,
      schema: treeSchema.array(),
      signal,
    });
    this.#trees = new Set(trees.map(({ id }) => id));
    return this.#trees;
  }

  /** Has `pathOf` know these categories and those above them. */
  async load(ids: Iterable<number>, signal: AbortSignal): Promise<void> {
    if (this.#known.size > MAX_KNOWN) this.#known.clear();
    await this.trees(signal);
    let wanted = [...new Set(ids)];
    for (let level = 0; level < MAX_LEVELS && wanted.length > 0; level += 1) {
      const missing = wanted.filter((id) => !this.#known.has(id));
      for (const chunk of chunksOf(missing, PAGE_LIMIT)) await this.#fetch(chunk, signal);
      wanted = [...new Set(wanted.map((id) => this.#known.get(id)?.parent_id ?? 0))].filter((id) => id > 0);
    }
  }

  async #fetch(ids: readonly number[], signal: AbortSignal): Promise<void> {
    for (const id of ids) this.#known.set(id, undefined);
    const query = { 'category_id:in': ids.join(',') };
    const categories = this.#api.list({
      path: '/catalog/trees/categories',
      query,
      schema: categorySchema,
      signal,
    });
    for await (const category of categories) this.#known.set(category.category_id, category);
  }

  /** The names from the root to the category; nothing where it is gone or in no tree of the channel. */
  pathOf(id: number): readonly string[] | undefined {
    const category = this.#known.get(id);
    if (category === undefined || this.#trees?.has(category.tree_id ?? 0) === false) return undefined;
    const names: string[] = [];
    let at: Category | undefined = category;
    for (let level = 0; level < MAX_LEVELS && at !== undefined; level += 1) {
      names.unshift(at.name);
      at = this.#known.get(at.parent_id ?? 0);
    }
    return names;
  }
}

/** Hierarchical facets: `lvl0` the names of roots, `lvl1` their children as `Root > Child`, and so on. */
export function toLevels(paths: readonly (readonly string[])[]): Record<string, string[]> {
  const levels = new Map<string, Set<string>>();
  for (const path of paths) {
    for (const level of path.keys()) {
      const name = `lvl${level}`;
      const values = levels.get(name) ?? new Set();
      levels.set(name, values.add(path.slice(0, level + 1).join(' > ')));
    }
  }
  return Object.fromEntries([...levels].toSorted().map(([name, values]) => [name, [...values]]));
}
