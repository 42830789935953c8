import { AlgoliaError } from '../algolia-error.ts';
import { isJsonObject, parseJson, type JsonObject, type JsonValue } from '../json/json-value.ts';
import * as z from 'zod';

/** Parameters that change which records match and that the local index cannot honour: better an error than a wrong result. */
const UNSUPPORTED = [
  'aroundLatLng',
  'aroundLatLngViaIP',
  'insideBoundingBox',
  'insidePolygon',
  'similarQuery',
  'optionalWords',
  'restrictSearchableAttributes',
  'distinct',
];

const parametersSchema = z.object({
  query: z.string().nullish(),
  page: z.coerce.number().int().nonnegative().nullish(),
  hitsPerPage: z.coerce.number().int().nonnegative().max(1000).nullish(),
  queryType: z.enum(['prefixLast', 'prefixAll', 'prefixNone']).nullish(),
  cursor: z.string().nullish(),
  maxValuesPerFacet: z.coerce.number().int().nonnegative().max(1000).nullish(),
  highlightPreTag: z.string().nullish(),
  highlightPostTag: z.string().nullish(),
});

/** The parameters of a search that steer the machinery; the raw object has the rest. */
export type SearchParameters = z.infer<typeof parametersSchema>;

/** Reads a search's or a browse's body: parameters as members, or as a query string under `params`. */
export function readRawParameters(body: JsonObject): JsonObject {
  const { params, ...direct } = body;
  if (typeof params !== 'string') return direct;
  const fromString = Object.fromEntries(
    [...new URLSearchParams(params)].map(([name, value]) => [name, readQueryValue(value)]),
  );
  return { ...fromString, ...direct };
}

/** A value of a query string: lists are written as JSON, everything else is text. */
export function readQueryValue(value: string): JsonValue {
  if (!value.startsWith('[')) return value;
  try {
    return parseJson(value);
  } catch {
    return value;
  }
}

/** Throws Algolia's 400 for values it would refuse, and for parameters that are not supported here. */
export function parseParameters(raw: JsonObject): SearchParameters {
  for (const name of UNSUPPORTED) {
    const value = raw[name];
    if (value === undefined || value === null || value === false || value === '' || value === 0) continue;
    throw new AlgoliaError(400, `The parameter ${name} is not supported by the local index`);
  }
  const result = parametersSchema.safeParse(raw);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new AlgoliaError(400, `Invalid value for "${issue?.path.join('.')}" parameter: ${issue?.message}`);
}

/** The body of a request as an object; an empty body counts as `{}`. */
export function parseBody(body: Buffer): JsonObject {
  if (body.length === 0) return {};
  const value = parseBodyValue(body);
  if (!isJsonObject(value)) throw new AlgoliaError(400, 'Invalid JSON payload: expected an object');
  return value;
}

/** The body of a request, whatever JSON it is. */
export function parseBodyValue(body: Buffer): JsonValue {
  try {
    return parseJson(body.toString('utf8'));
  } catch (error) {
    throw new AlgoliaError(400, `Invalid JSON payload: ${error instanceof Error ? error.message : ''}`);
  }
}
