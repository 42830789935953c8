import type { JsonObject } from './json/json-value.ts';

/** An answer other than 2xx, in the shape of Algolia's Search API: `{"message","status"}` and sometimes more. */
export class AlgoliaError extends Error {
  readonly status: number;
  readonly extra: JsonObject;

  constructor(status: number, message: string, extra: JsonObject = {}) {
    super(message);
    this.name = 'AlgoliaError';
    this.status = status;
    this.extra = extra;
  }
}

export function createIndexNotFoundError(indexName: string): AlgoliaError {
  return new AlgoliaError(404, `Index ${indexName} does not exist`);
}
