import { algoliasearch, type Algoliasearch } from 'algoliasearch';
import type { Connection } from '../start-up/connection.ts';

export type IngestionClient = ReturnType<Algoliasearch['initIngestion']>;

/** Algolia's official clients, pointed at this machine. */
export function createClients(connection: Connection): { ingestion: IngestionClient; search: Algoliasearch } {
  const search = algoliasearch(connection.search.appID, connection.search.apiKey, {
    hosts: [hostOf(connection.search.url)],
  });
  const ingestion = search.initIngestion({
    appId: connection.appID,
    apiKey: connection.apiKey,
    // The client insists on one; `hosts` decides.
    region: 'us',
    options: { hosts: [hostOf(connection.url)] },
  });
  return { ingestion, search };
}

function hostOf(url: string) {
  const { hostname, port } = new URL(url);
  return { url: hostname, port: Number(port), protocol: 'http' as const, accept: 'readWrite' as const };
}
