import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

// oxlint-disable-next-line typescript/no-explicit-any -- a document that others wrote, read by its paths
type Json = Record<string, any>;

const DOCUMENT: Json = parse(
  readFileSync(join(import.meta.dirname, '../fixtures/ingestion-api/ingestion.openapi.yml'), 'utf8'),
);
widen(DOCUMENT['components'].schemas);

const ajv = new Ajv2020({ strict: false, validateFormats: false });
ajv.addSchema({ $id: 'https://official/', ...DOCUMENT });

const validators = new Map<string, ValidateFunction>();

/** Algolia's operations, by method and path. */
export const OFFICIAL_ROUTES: readonly string[] = Object.entries<Json>(DOCUMENT['paths'])
  .filter(([path]) => path.startsWith('/1/') || path.startsWith('/2/'))
  .flatMap(([path, item]) => Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`));

/** Throws when a good answer to this request is not what Algolia's own document says that it is. */
export function checkAgainstOfficialSchema(method: string, path: string, answer: unknown): void {
  const template = templateOf(path);
  const operation = template && DOCUMENT['paths'][template]?.[method.toLowerCase()];
  if (!operation) return;
  const pointer = ['paths', template, method.toLowerCase(), 'responses', '200', 'content']
    .concat('application/json', 'schema')
    .map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1')))
    .join('/');
  const key = `https://official/#/${pointer}`;
  const validate = validators.get(key) ?? ajv.compile({ $ref: key });
  validators.set(key, validate);
  if (validate(answer)) return;
  throw new Error(
    `The answer to ${method} ${path} is not as Algolia's document has it: ${ajv.errorsText(validate.errors)}`,
  );
}

/** `METHOD /path/{of}/the/document` of a request. */
export function officialRouteOf(method: string, path: string): string {
  return `${method.toUpperCase()} ${templateOf(path) ?? path}`;
}

const templates = Object.keys(DOCUMENT['paths']).filter((path) => /^\/[12]\//.test(path));

function templateOf(path: string): string | undefined {
  const segments = path.split('/');
  const fits = (template: string) => {
    const parts = template.split('/');
    return (
      parts.length === segments.length &&
      parts.every((part, index) => part.startsWith('{') || part === segments[index])
    );
  };
  const found = templates.filter(fits);
  return found.find((template) => !template.includes('{')) ?? found[0];
}

/** What we show beyond the current document: the shapes of the older one, and keys of secrets, whose values are null. */
function widen(schemas: Json): void {
  const text = { type: 'string' };
  Object.assign(schemas['SourceDocker'].properties, { imageType: text, registry: text, version: text });
  schemas['DestinationInput'].properties.indexPrefix = text;
  delete schemas['DestinationInput'].required;
  schemas['TaskInput'].oneOf.push(
    { type: 'object', required: ['startDate', 'endDate'], properties: { startDate: text, endDate: text } },
    { type: 'object', required: ['timeframe'], properties: { timeframe: { type: 'integer' } } },
  );
  schemas['WatchResponse'].properties.data.type = ['array', 'null'];
  // Documented as null, which these schemas leave out.
  schemas['AuthSecrets'].additionalProperties = { type: ['string', 'null'] };
  // An object of only optional fields is several of these at once, which `oneOf` would refuse.
  for (const name of ['AuthInputPartial', 'SourceInput', 'TaskInput']) {
    schemas[name].anyOf = schemas[name].oneOf;
    delete schemas[name].oneOf;
  }
  // Both halves say that there is nothing else, which no source could satisfy.
  const shopify = schemas['SourceShopify'].allOf.map(({ $ref }: Json) => schemas[$ref.split('/').at(-1)]);
  schemas['SourceShopify'] = {
    ...shopify[1],
    properties: { ...shopify[0].properties, ...shopify[1].properties },
  };
  for (const name of ['AuthGoogleServiceAccountPartial', 'AuthBasicPartial', 'AuthAPIKeyPartial'])
    allowNulls(schemas[name]);
  for (const name of ['AuthOAuthPartial', 'AuthAlgoliaPartial', 'AuthAlgoliaInsightsPartial'])
    allowNulls(schemas[name]);
}

function allowNulls(schema: Json): void {
  for (const property of Object.values<Json>(schema['properties'])) {
    if (property['type'] === 'string') property['type'] = ['string', 'null'];
  }
}
