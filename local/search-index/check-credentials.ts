import type { IncomingMessage } from 'node:http';
import { AlgoliaError } from './algolia-error.ts';
import type { Application } from './application.ts';

/** Throws Algolia's 403 unless headers or query name this application and its key. */
export function checkCredentials(
  application: Application,
  request: IncomingMessage,
  query: URLSearchParams,
): void {
  const read = (name: string) => request.headers[name] ?? query.get(name);
  const isKnown =
    read('x-algolia-application-id') === application.appID &&
    read('x-algolia-api-key') === application.apiKey;
  if (!isKnown) throw new AlgoliaError(403, 'Invalid Application-ID or API key');
}
