import type { RecordType } from '../../contract/source-connector.ts';
import type { ReadingScope } from './reading-scope.ts';

/** Drafts and what is archived or unlisted are not for a search. */
const SOLD = 'query: "status:active"';

/** How many of each there are in one answer to a query that is no bulk operation. */
export interface PageSizes {
  readonly entities: number;
  /** Of the variants, media and collections of each product. */
  readonly children: number;
}

/** The connections of a product; of each as many as there are lie in the result of a bulk operation. */
export const CHILDREN = ['variants', 'media', 'collections'] as const;
export type ChildKind = (typeof CHILDREN)[number];

/** What a bulk operation is to read. Its result has a line for each node, so there are no page sizes. */
export function bulkQuery(recordType: RecordType, scope: ReadingScope): string {
  if (recordType === 'collection') return `{ collections { edges { node { ${collectionFields(scope)} } } } }`;
  const children = CHILDREN.map((kind) => `${kind} { edges { node { ${childFields(kind, scope)} } } }`);
  return `{ products(${SOLD}) { edges { node { ${productFields(scope)} ${children.join(' ')} } } } }`;
}

/** The first of all products or collections. */
export function listQuery(recordType: RecordType, scope: ReadingScope, sizes: PageSizes): string {
  const [list, filter] = recordType === 'collection' ? ['collections', ''] : ['products', `, ${SOLD}`];
  const { entities } = sizes;
  return `{ entities: ${list}(first: ${entities}${filter}) { nodes { ${entityFields(recordType, scope, sizes)} } } }`;
}

/** Products or collections by their ids. */
export function namedQuery(recordType: RecordType, scope: ReadingScope, sizes: PageSizes): string {
  const type = recordType === 'collection' ? 'Collection' : 'Product';
  const fields = entityFields(recordType, scope, sizes);
  return `query($ids: [ID!]!) { entities: nodes(ids: $ids) { ... on ${type} { ${fields} } } }`;
}

/** More of the children of one product. */
export function childrenQuery(kind: ChildKind, scope: ReadingScope, size: number): string {
  const page = `children: ${kind}(first: ${size}, after: $after) ${connectionFields(kind, scope)}`;
  return `query($id: ID!, $after: String) { product(id: $id) { ${page} } }`;
}

function entityFields(recordType: RecordType, scope: ReadingScope, { children: size }: PageSizes): string {
  if (recordType === 'collection') return collectionFields(scope);
  const children = CHILDREN.map((kind) => `${kind}(first: ${size}) ${connectionFields(kind, scope)}`);
  return `${productFields(scope)} ${children.join(' ')}`;
}

function connectionFields(kind: ChildKind, scope: ReadingScope): string {
  return `{ nodes { ${childFields(kind, scope)} } pageInfo { hasNextPage endCursor } }`;
}

/** The id first: `line-ids.ts` looks for it there. */
function productFields(scope: ReadingScope): string {
  return `
    id title handle descriptionHtml vendor productType tags status isGiftCard onlineStoreUrl createdAt updatedAt publishedAt
    totalInventory tracksInventory category { fullName } seo { title description }
    options {
      name ${translation(scope)}
      optionValues { name ${translation(scope)} }
    }
    priceRangeV2 { minVariantPrice { amount currencyCode } maxVariantPrice { amount currencyCode } }
    featuredMedia { id }
    ${metafields(scope)}
    ${translations(scope)}
    ${prices(scope, 'priceRange { minVariantPrice { amount currencyCode } maxVariantPrice { amount currencyCode } }')}`;
}

function childFields(kind: ChildKind, scope: ReadingScope): string {
  switch (kind) {
    case 'variants':
      return `
        id title sku barcode position price compareAtPrice availableForSale inventoryQuantity inventoryPolicy
        inventoryItem { tracked } selectedOptions { name value } image { url altText }
        ${metafields(scope)}
        ${prices(scope, 'price { amount currencyCode } compareAtPrice { amount currencyCode }')}`;
    case 'media':
      return 'id alt mediaContentType preview { image { url } }';
    case 'collections':
      return `id title handle ${translation(scope)}`;
  }
}

function collectionFields(scope: ReadingScope): string {
  return `
    id title handle descriptionHtml sortOrder updatedAt image { url altText } productsCount { count }
    seo { title description } ${metafields(scope)} ${translations(scope)}`;
}

/** The aliases say where in the scope each comes from. */
function metafields({ metafields: names }: ReadingScope): string {
  const toField = (name: string, index: number) =>
    `${metafieldAlias(index)}: metafield(${name}) { type value }`;
  return names
    .map(({ namespace, key }) => `namespace: ${JSON.stringify(namespace)}, key: ${JSON.stringify(key)}`)
    .map(toField)
    .join(' ');
}

function translations({ locales }: ReadingScope): string {
  const toField = (locale: string, index: number) =>
    `${translationAlias(index)}: translations(locale: ${JSON.stringify(locale)}) { key value }`;
  return locales.map(toField).join(' ');
}

/** Of what has only one text in a record. */
function translation(scope: ReadingScope): string {
  return scope.locales.length === 1 ? translations(scope) : '';
}

function prices({ countries }: ReadingScope, fields: string): string {
  const toField = (country: string) =>
    `${priceAlias(country)}: contextualPricing(context: { country: ${country} }) { ${fields} }`;
  return countries.map(toField).join(' ');
}

export function metafieldAlias(index: number): string {
  return `metafield${index}`;
}

export function translationAlias(index: number): string {
  return `translations${index}`;
}

export function priceAlias(country: string): string {
  return `pricing${country}`;
}
