/** All types that the API names; every one can be created. */
export const SOURCE_TYPES = [
  'algoliaIndex',
  'bigcommerce',
  'bigquery',
  'commercetools',
  'csv',
  'docker',
  'ga4BigqueryExport',
  'json',
  'shopify',
  'push',
] as const;
export type SourceType = (typeof SOURCE_TYPES)[number];

/** Those with a connector: their tasks can be run, and they can be validated. All but push, to which records are sent. */
export const CONNECTED_SOURCE_TYPES = [
  'algoliaIndex',
  'bigcommerce',
  'bigquery',
  'commercetools',
  'csv',
  'docker',
  'ga4BigqueryExport',
  'json',
  'shopify',
] as const satisfies readonly SourceType[];
export type ConnectedSourceType = (typeof CONNECTED_SOURCE_TYPES)[number];
const CONNECTED: ReadonlySet<SourceType> = new Set(CONNECTED_SOURCE_TYPES);

/** Whether a connector reads sources of this type. */
export function hasConnector(type: SourceType): type is ConnectedSourceType {
  return CONNECTED.has(type);
}

/** Types of authentication that a source of each type may name. */
export const SOURCE_AUTHENTICATION_TYPES: Readonly<Record<SourceType, readonly string[]>> = {
  algoliaIndex: ['algolia'],
  bigcommerce: ['apiKey', 'oauth', 'secrets'],
  bigquery: ['googleServiceAccount'],
  commercetools: ['oauth'],
  csv: ['basic'],
  docker: ['apiKey', 'basic', 'oauth', 'googleServiceAccount', 'secrets'],
  ga4BigqueryExport: ['googleServiceAccount'],
  json: ['basic'],
  shopify: ['apiKey', 'oauth', 'secrets'],
  push: [],
};

/**
 * Fields of an input that say what the source is: an update may repeat them and not change them. The image of a
 * `docker` source is fixed in the current shape only; the older one, which names a registry, could move to another.
 */
export const IMMUTABLE_INPUT_FIELDS: Readonly<Partial<Record<SourceType, readonly string[]>>> = {
  bigcommerce: ['storeHash'],
  commercetools: ['projectKey'],
  docker: ['image', 'imageType'],
  shopify: ['shopURL'],
};

/** Whether single products and collections of such a source can be asked for. */
export function hasEntities(type: SourceType): boolean {
  return type === 'bigcommerce' || type === 'commercetools' || type === 'shopify';
}
