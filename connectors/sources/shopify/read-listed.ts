import * as z from 'zod';
import { SourceError } from '../../../core/runs/source-error.ts';
import type { RecordType } from '../../contract/source-connector.ts';
import type { FetchPage, Page } from '../../paged/paged-source.ts';
import { entitySchema, type Entity } from './catalog-answers.ts';
import {
  CHILDREN,
  childrenQuery,
  listQuery,
  namedQuery,
  type ChildKind,
  type PageSizes,
} from './catalog-queries.ts';
import type { EntityGroup } from './parse-product.ts';
import type { ReadingScope } from './reading-scope.ts';
import type { ShopifyApi } from './shopify-api.ts';
import { createMapper, type ToRecords } from './to-records.ts';

/** A query may cost 1,000 points, and how much one costs depends on the task: what is too costly is asked for in less. */
const NAMED_SIZES: PageSizes = { entities: 5, children: 20 };
/** A sample shows no more of them. */
const SAMPLE_CHILDREN = 5;
const SHRINK = 4;
/** Of more than the first children: with nothing else in the query. */
const CHILDREN_PER_PAGE = 100;

const connectionSchema = z.object({
  nodes: z.array(z.unknown()),
  pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullish() }),
});
type Connection = z.infer<typeof connectionSchema>;
const listedSchema = entitySchema.extend({
  status: z.string().nullish(),
  ...Object.fromEntries(CHILDREN.map((kind) => [kind, connectionSchema.optional()])),
});
type Listed = z.infer<typeof listedSchema>;
const nodesSchema = z.object({
  entities: z.union([
    z.object({ nodes: z.array(listedSchema) }),
    // Nothing under an id; none of the fields where it is one of something else.
    z.array(z.union([listedSchema, z.strictObject({}), z.null()])),
  ]),
});
const moreSchema = z.object({ product: z.object({ children: connectionSchema }).nullable() });

interface Listing {
  readonly entities: readonly Listed[];
  readonly sizes: PageSizes;
  readonly sizeBytes: number;
}

/** Reads products or collections by ordinary queries: the first few, or those of some ids, with all their children. */
export class EntityReader {
  readonly #api: ShopifyApi;
  readonly #recordType: RecordType;
  readonly #scope: ReadingScope;
  readonly #toRecords: ToRecords;

  constructor(api: ShopifyApi, recordType: RecordType, scope: ReadingScope) {
    this.#api = api;
    this.#recordType = recordType;
    this.#scope = scope;
    this.#toRecords = createMapper(recordType, scope);
  }

  /** The first ones, in one page, with the first of their children. */
  first(count: number): FetchPage {
    return async (_, signal) => {
      const listing = await this.#list({ entities: count, children: SAMPLE_CHILDREN }, signal, (sizes) => ({
        query: listQuery(this.#recordType, this.#scope, sizes),
      }));
      return this.#toPage(listing);
    };
  }

  /** Those of these ids that there are. */
  named(entityIDs: readonly string[]): FetchPage {
    const type = this.#recordType === 'collection' ? 'Collection' : 'Product';
    const ids = [...new Set(entityIDs.filter((id) => /^[1-9]\d{0,18}$/.test(id)))].map(
      (id) => `gid://shopify/${type}/${id}`,
    );
    return async (page, signal) => {
      const from = Number(page?.['from'] ?? 0);
      if (from >= ids.length) return { records: [], sizeBytes: 0 };
      const sizes = {
        entities: Number(page?.['entities'] ?? NAMED_SIZES.entities),
        children: Number(page?.['children'] ?? NAMED_SIZES.children),
      };
      const listing = await this.#list(sizes, signal, (given) => ({
        query: namedQuery(this.#recordType, this.#scope, given),
        variables: { ids: ids.slice(from, from + given.entities) },
      }));
      const to = from + listing.sizes.entities;
      const next = to < ids.length ? { next: { from: to, ...listing.sizes } } : {};
      return { ...(await this.#toPage(listing, signal)), ...next };
    };
  }

  async #list(
    sizes: PageSizes,
    signal: AbortSignal,
    request: (sizes: PageSizes) => { query: string; variables?: Record<string, unknown> },
  ): Promise<Listing> {
    try {
      const { data, sizeBytes } = await this.#api.query({ ...request(sizes), schema: nodesSchema, signal });
      const entities = Array.isArray(data.entities)
        ? data.entities.flatMap((node) => (node !== null && isListed(node) ? [node] : []))
        : data.entities.nodes;
      return { entities, sizes, sizeBytes };
    } catch (error) {
      const smaller = shrink(sizes);
      if (smaller === undefined || !isTooMuch(error)) throw error;
      return this.#list(smaller, signal, request);
    }
  }

  /** With all children where a signal is given to ask for more of them. */
  async #toPage({ entities, sizes, sizeBytes }: Listing, signal?: AbortSignal): Promise<Page> {
    const groups: EntityGroup[] = [];
    for (const entity of entities) {
      if (!this.#isSold(entity)) continue;
      const children: unknown[] = [];
      for (const kind of CHILDREN) {
        const connection = connectionSchema.safeParse(entity[kind]).data;
        if (connection === undefined) continue;
        if (signal === undefined) children.push(...connection.nodes);
        else children.push(...(await this.#all(entity, { kind, connection, size: sizes.children }, signal)));
      }
      groups.push({ entity, children });
    }
    const read = groups.map((group) => this.#toRecords(group));
    return {
      records: read.flatMap(({ records }) => records),
      rejected: read.flatMap(({ rejected }) => rejected),
      sizeBytes,
    };
  }

  /** As the query of a bulk operation has it: what is not sold is not there. */
  #isSold({ status }: Listed): boolean {
    return this.#recordType === 'collection' || status === 'ACTIVE';
  }

  async #all(
    { id }: Entity,
    { kind, connection, size }: { kind: ChildKind; connection: Connection; size: number },
    signal: AbortSignal,
  ): Promise<unknown[]> {
    const nodes = [...connection.nodes];
    let { pageInfo } = connection;
    // Where even these were too many at first, no more of them are asked for now.
    let pageSize = size < NAMED_SIZES.children ? size : CHILDREN_PER_PAGE;
    while (pageInfo.hasNextPage) {
      const variables = { id, after: pageInfo.endCursor };
      const query = childrenQuery(kind, this.#scope, pageSize);
      try {
        const { data } = await this.#api.query({ query, variables, schema: moreSchema, signal });
        if (data.product === null) break;
        nodes.push(...data.product.children.nodes);
        ({ pageInfo } = data.product.children);
      } catch (error) {
        if (!isTooMuch(error) || pageSize === 1) throw error;
        pageSize = Math.ceil(pageSize / SHRINK);
      }
    }
    return nodes;
  }
}

function isListed(node: object): node is Listed {
  return 'id' in node;
}

/** Fewer entities first: their children cost a query of their own where they do not fit. */
function shrink({ entities, children }: PageSizes): PageSizes | undefined {
  if (entities > 1) return { entities: Math.ceil(entities / SHRINK), children };
  return children > 1 ? { entities, children: Math.ceil(children / SHRINK) } : undefined;
}

function isTooMuch(error: unknown): boolean {
  const codes = ['source.query_too_costly', 'http.response_too_large'];
  return error instanceof SourceError && codes.includes(error.code);
}
