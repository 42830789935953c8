import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { algoliasearch, type Algoliasearch } from 'algoliasearch';
import {
  createSearchIndex,
  type SearchIndex,
  type SearchIndexOptions,
} from '../../../local/search-index/search-index.ts';

export const APP_ID = 'LOCALTEST';
export const API_KEY = 'local-test-key';

/** The official client, talking to an index on this machine. */
export function createClient(port: number, credentials = { appID: APP_ID, apiKey: API_KEY }): Algoliasearch {
  return algoliasearch(credentials.appID, credentials.apiKey, {
    hosts: [{ url: '127.0.0.1', port, accept: 'readWrite', protocol: 'http' }],
  });
}

export interface StartedIndex extends SearchIndex {
  readonly client: Algoliasearch;
  readonly dataDirectory: string;
  /** A request as it is on the wire, for what the client cannot produce. */
  send(
    method: string,
    path: string,
    body?: string | Buffer,
    headers?: Record<string, string>,
  ): Promise<Response>;
}

/** Starts an index on an empty directory, which goes away with `stop`. */
export async function startIndex(options: Partial<SearchIndexOptions> = {}): Promise<StartedIndex> {
  const dataDirectory = options.dataDirectory ?? mkdtempSync(join(tmpdir(), 'search-index-'));
  const index = await createSearchIndex({ dataDirectory, appID: APP_ID, apiKey: API_KEY, ...options });
  return {
    ...index,
    dataDirectory,
    client: createClient(index.port),
    send: (method, path, body, headers = {}) =>
      fetch(`${index.url}${path}`, {
        method,
        ...(body === undefined ? {} : { body: new Uint8Array(Buffer.from(body)) }),
        headers: { 'x-algolia-application-id': APP_ID, 'x-algolia-api-key': API_KEY, ...headers },
      }),
    stop: async () => {
      await index.stop();
      if (!options.dataDirectory) rmSync(dataDirectory, { recursive: true });
    },
  };
}
