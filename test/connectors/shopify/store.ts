import { GraphQLError } from 'graphql';

export type Row = Record<string, unknown>;

/** What a store has; what is absent is empty. */
export interface Store {
  /** How many products there are, numbered from 1 on; each is made as it is asked for. */
  products?: { count: number; make: (id: number) => Row };
  collections?: Row[];
}

/** A webhook as Shopify keeps it. */
export interface Hook {
  id: string;
  topic: string;
  uri: string;
  format: string;
  includeFields: string[];
  metafieldNamespaces: string[];
  filter: string | null;
  createdAt: string;
  updatedAt: string;
}

/** How a request is answered: in pages, or a part of all that there is. */
export interface Answering {
  /** Of a bulk operation, which gives whatever there is: the products from one number to another. */
  readonly window?: { readonly from: number; readonly to: number };
}

interface ConnectionArguments {
  first?: number;
  last?: number;
  after?: string;
  query?: string;
}

/** Everything at the top of the schema that reads products and collections, for `graphql`'s own resolving of fields. */
export function catalogOf(store: Store) {
  const count = store.products?.count ?? 0;
  const productAt = (number: number) => toProduct(store.products?.make(number) ?? {});
  const find = (id: string): Row | null => {
    const [kind, text] = id.split('/').slice(-2);
    const number = Number(text);
    if (kind === 'Product') return number >= 1 && number <= count ? productAt(number) : null;
    if (kind !== 'Collection') return null;
    const collection = (store.collections ?? []).find((row) => row['id'] === number);
    return collection === undefined ? null : toCollection(collection);
  };
  return {
    product: ({ id }: { id: string }) => find(id),
    node: ({ id }: { id: string }) => find(id),
    nodes: ({ ids }: { ids: string[] }) => {
      if (ids.length > 250) throw new GraphQLError('The input array size is greater than the maximum of 250');
      return ids.map(find);
    },
    products: (args: ConnectionArguments, answering: Answering) => {
      const { from, to } = answering.window ?? { from: 1, to: count };
      const numbers = Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);
      const rows = numbers.map(productAt).filter((product) => matches(product, args.query));
      return connect(rows, args, answering);
    },
    collections: (args: ConnectionArguments, answering: Answering) =>
      connect(args.query === undefined ? (store.collections ?? []).map(toCollection) : [], args, answering),
  };
}

/** The only search that is understood here; Shopify itself overlooks what it does not understand. */
function matches(product: Row, query: string | undefined): boolean {
  if (query === undefined) return true;
  const status = /^status:(\w+)$/.exec(query)?.[1];
  if (status === undefined) throw new GraphQLError(`This search is not understood: ${query}`);
  return String(product['status']).toLowerCase() === status;
}

function toProduct(row: Row): Row {
  return {
    ...toNode('Product', row),
    options: listOf(row['options']).map((option) => ({
      ...toNode('ProductOption', option),
      optionValues: listOf(option['optionValues']).map((value) => toNode('ProductOptionValue', value)),
    })),
    featuredMedia: toMedia(listOf(row['media'])[Number(row['featured'] ?? 0)]),
    variants: connector(listOf(row['variants']).map((variant) => toNode('ProductVariant', variant))),
    media: connector(listOf(row['media']).map(toMedia)),
    collections: connector(listOf(row['collections']).map(toCollection)),
  };
}

function toCollection(row: Row): Row {
  return toNode('Collection', row);
}

function toMedia(row: Row | undefined): Row | null {
  if (row === undefined) return null;
  const type = row['mediaContentType'] === 'VIDEO' ? 'Video' : 'MediaImage';
  // There is none while a video is being worked on.
  const preview = row['url'] === null ? null : { image: { url: row['url'], altText: row['alt'] } };
  return { ...toNode(type, row), preview };
}

function toNode(type: string, row: Row): Row {
  return {
    ...row,
    __typename: type,
    id: `gid://shopify/${type}/${row['id']}`,
    metafield: ({ namespace, key }: Row) =>
      listOf(row['metafields']).find((field) => field['namespace'] === namespace && field['key'] === key) ??
      null,
    translations: ({ locale }: Row) =>
      listOf(row['translations'])
        .filter((text) => text['locale'] === locale)
        .map((text) => ({ outdated: false, ...text })),
    contextualPricing: ({ context }: { context: Row }) =>
      (row['pricing'] as Record<string, Row> | undefined)?.[String(context['country'])],
  };
}

function connector(nodes: readonly (Row | null)[]) {
  return (args: ConnectionArguments, answering: Answering) => connect(nodes, args, answering);
}

/** All of a bulk operation's; else a page, which the vendor wants to be told the size of. */
export function connect(
  nodes: readonly (Row | null)[],
  { first, last, after }: ConnectionArguments,
  { window }: Answering,
) {
  if (window === undefined && first === undefined && last === undefined)
    throw new GraphQLError('you must provide one of first or last');
  if ((first ?? 0) > 250) throw new GraphQLError('first cannot exceed 250');
  const start = after === undefined || after === null ? 0 : Number(after) + 1;
  const end = window === undefined && first !== undefined ? start + first : nodes.length;
  const page = nodes.slice(start, end);
  return {
    nodes: page,
    edges: page.map((node, index) => ({ node, cursor: String(start + index) })),
    pageInfo: {
      hasNextPage: end < nodes.length,
      hasPreviousPage: start > 0,
      endCursor: page.length === 0 ? null : String(start + page.length - 1),
    },
  };
}

function listOf(value: unknown): Row[] {
  return (value ?? []) as Row[];
}
