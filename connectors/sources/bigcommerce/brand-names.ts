import { chunksOf, PAGE_LIMIT, type BigCommerceApi } from './bigcommerce-api.ts';
import { brandSchema } from './catalog-answers.ts';

/** Beyond this what is known is forgotten and asked for again. */
const MAX_KNOWN = 20_000;

/** The brands of one reading, looked up when they are first met. */
export class BrandNames {
  readonly #api: BigCommerceApi;
  readonly #known = new Map<number, string | undefined>();

  constructor(api: BigCommerceApi) {
    this.#api = api;
  }

  async load(ids: Iterable<number>, signal: AbortSignal): Promise<void> {
    if (this.#known.size > MAX_KNOWN) this.#known.clear();
    const missing = [...new Set(ids)].filter((id) => id > 0 && !this.#known.has(id));
    for (const chunk of chunksOf(missing, PAGE_LIMIT)) {
      for (const id of chunk) this.#known.set(id, undefined);
      const query = { 'id:in': chunk.join(','), include_fields: 'name' };
      const brands = this.#api.list({ path: '/catalog/brands', query, schema: brandSchema, signal });
      for await (const { id, name } of brands) this.#known.set(id, name);
    }
  }

  nameOf(id: number): string | undefined {
    return this.#known.get(id);
  }
}
