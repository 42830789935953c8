import { SourceError } from '../../../core/runs/source-error.ts';
import type { SourceContext } from '../../contract/source-connector.ts';
import type { MappedRecord } from '../../paged/object-batch.ts';
import type { FetchPage, Page } from '../../paged/paged-source.ts';
import { PAGE_LIMIT, type BigCommerceApi } from './bigcommerce-api.ts';
import type { BigCommerceInput } from './bigcommerce-input.ts';
import { listedProductSchema, type ListedProduct } from './catalog-answers.ts';
import {
  createDetailLoader,
  type CatalogDetails,
  type LoadDetails,
  type ParsedProduct,
} from './catalog-details.ts';
import { mapProduct, mapVariant } from './map-product.ts';
import { NAMED_LIMIT, possibleIDs, requireWhole } from './named-entities.ts';
import { parseProduct } from './parse-product.ts';

/** Where a page of products is larger than an answer may be, how many times fewer are asked for. */
const SHRINK = 5;

type Query = Readonly<Record<string, string | number>>;

interface Listing {
  readonly products: readonly ListedProduct[];
  /** How many there might have been: fewer than asked for where so many were too large an answer. */
  readonly limit: number;
  readonly hasMore: boolean;
  readonly sizeBytes: number;
}

/** Reads the products of a source, or those of some ids, as pages of product or variant records. */
export class ProductReader {
  readonly #api: BigCommerceApi;
  readonly #context: SourceContext<BigCommerceInput>;
  readonly #loadDetails: LoadDetails;

  constructor(api: BigCommerceApi, context: SourceContext<BigCommerceInput>) {
    this.#api = api;
    this.#context = context;
    this.#loadDetails = createDetailLoader(api, context.input);
  }

  /** All by their ids, each page those after the last one: what others change meanwhile shifts nothing. */
  all(pageSize = PAGE_LIMIT): FetchPage {
    return async (page, signal) => {
      const after = Number(page?.['after'] ?? 0);
      const listing = await this.#list(Number(page?.['limit'] ?? pageSize), signal, () => ({
        'id:greater': after,
        sort: 'id',
        direction: 'asc',
      }));
      const { products, limit, hasMore } = listing;
      const last = products.at(-1);
      if (last !== undefined && last.id <= after) throw unordered();
      const next = hasMore && last !== undefined ? { next: { after: last.id, limit } } : {};
      return { ...(await this.#toPage(listing, signal)), ...next };
    };
  }

  /** Those of these ids that there are. */
  named(entityIDs: readonly string[]): FetchPage {
    const ids = possibleIDs(entityIDs);
    return async (page, signal) => {
      const from = Number(page?.['from'] ?? 0);
      if (from >= ids.length) return { records: [], sizeBytes: 0 };
      const listing = await this.#list(Number(page?.['limit'] ?? NAMED_LIMIT), signal, (limit) => ({
        'id:in': ids.slice(from, from + limit).join(','),
      }));
      requireWhole(listing);
      const { limit } = listing;
      const next = from + limit < ids.length ? { next: { from: from + limit, limit } } : {};
      return { ...(await this.#toPage(listing, signal)), ...next };
    };
  }

  async #list(limit: number, signal: AbortSignal, filter: (limit: number) => Query): Promise<Listing> {
    const { channel, customFields = [] } = this.#context.input;
    try {
      const { items: products, ...page } = await this.#api.page({
        path: '/catalog/products',
        query: {
          ...filter(limit),
          'channel_id:in': channel?.id,
          limit,
          // The names of options come with the variants: with `options` a page would be of 10 products.
          include: customFields.length === 0 ? 'variants,images' : 'variants,images,custom_fields',
        },
        schema: listedProductSchema,
        signal,
      });
      return { products, limit, ...page };
    } catch (error) {
      if (!(error instanceof SourceError) || error.code !== 'http.response_too_large' || limit === 1)
        throw error;
      return this.#list(Math.ceil(limit / SHRINK), signal, filter);
    }
  }

  async #toPage({ products, sizeBytes }: Listing, signal: AbortSignal): Promise<Page> {
    const recordType = this.#context.recordType ?? 'product';
    const readings = products.map((product) => parseProduct(product, recordType));
    const parsed = readings.flatMap((reading) => reading.parsed ?? []);
    const details = await this.#loadDetails(parsed, signal);
    return {
      records: parsed.flatMap((product) => this.#toRecords(product, details)),
      rejected: readings.flatMap(({ rejected }) => rejected),
      sizeBytes,
    };
  }

  #toRecords(parsed: ParsedProduct, details: CatalogDetails): MappedRecord[] {
    const customFields = this.#context.input.customFields ?? [];
    if (this.#context.recordType !== 'variant') return [mapProduct(parsed, details, customFields)];
    return parsed.variants.map((variant) => mapVariant(parsed, variant, { details, customFields }));
  }
}

/** It would be read for ever. */
function unordered(): SourceError {
  return new SourceError(
    'source.invalid_answer',
    'BigCommerce answered /catalog/products with products that do not come after the ones it gave before.',
  );
}
