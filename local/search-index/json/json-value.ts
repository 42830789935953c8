/** What `JSON.parse` can return, with the type that lets it be looked into without casts. */
export type JsonValue = string | number | boolean | null | JsonValue[] | JsonObject;
export interface JsonObject {
  [key: string]: JsonValue;
}

export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Parses JSON text; throws a `SyntaxError` like `JSON.parse`. */
export function parseJson(text: string): JsonValue {
  return JSON.parse(text);
}

/** The object that JSON bytes of a stored record spell. */
export function parseObject(bytes: Buffer): JsonObject {
  const value = parseJson(bytes.toString('utf8'));
  return isJsonObject(value) ? value : {};
}
