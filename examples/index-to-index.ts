/**
 * A part of a search index into another one, without some attributes, against the Millrace that `npm start` runs:
 *
 *   npx node examples/index-to-index.ts
 *
 * It fills an index of the local search first. To read an index of your own at Algolia instead, set ALGOLIA_APP_ID,
 * ALGOLIA_API_KEY (with the right `browse`), ALGOLIA_INDEX_NAME and, if you like, ALGOLIA_FILTERS.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

import { algoliasearch } from 'algoliasearch';

const connection = JSON.parse(
  readFileSync(`${process.env['MILLRACE_DATA'] ?? '.millrace'}/connection.json`, 'utf8'),
);
const { hostname, port } = new URL(connection.url);
const ingestion = algoliasearch(connection.appID, connection.apiKey).initIngestion({
  region: 'us',
  options: { hosts: [{ url: hostname, port: Number(port), accept: 'readWrite', protocol: 'http' }] },
});

// 1. The index to read: one of your own, or one of the local search that is filled here.
const from = readOwnIndex() ?? (await fillLocalIndex());
const { authenticationID: readerID } = await ingestion.createAuthentication({
  type: 'algolia',
  name: 'where it is read',
  input: { appID: from.appID, apiKey: from.apiKey },
});
const { sourceID } = await ingestion.createSource({
  type: 'algoliaIndex',
  name: from.indexName,
  authenticationID: readerID,
  input: { indexName: from.indexName, ...(from.filters === undefined ? {} : { filters: from.filters }) },
});

// 2. The index to write, in the local search, without what nobody is to see.
const { authenticationID } = await ingestion.createAuthentication({
  type: 'algolia',
  name: 'where it is written',
  input: { appID: connection.search.appID, apiKey: connection.search.apiKey },
});
const { destinationID } = await ingestion.createDestination({
  type: 'search',
  name: 'shop_window',
  authenticationID,
  input: { indexName: 'shop_window', attributesToExclude: ['cost', 'offers.[*].margin'] },
});

// 3. Run it, and look at what became of it.
const { taskID } = await ingestion.createTask({ sourceID, destinationID, action: 'replace' });
const { runID } = await ingestion.runTask({ taskID });
let run = await ingestion.getRun({ runID });
while (run.status !== 'finished' && run.status !== 'skipped') {
  await delay(200);
  run = await ingestion.getRun({ runID });
}
console.log(`${run.outcome}: ${run.reason}`);
const { hits } = await searchClient().searchSingleIndex({
  indexName: 'shop_window',
  searchParams: { query: '', hitsPerPage: 2 },
});
console.log(hits);

interface IndexToRead {
  readonly appID: string;
  readonly apiKey: string;
  readonly indexName: string;
  readonly filters?: string | undefined;
}

function readOwnIndex(): IndexToRead | undefined {
  const { ALGOLIA_APP_ID: appID, ALGOLIA_API_KEY: apiKey, ALGOLIA_INDEX_NAME: indexName } = process.env;
  if (appID === undefined && apiKey === undefined && indexName === undefined) return undefined;
  if (!appID || !apiKey || !indexName) {
    throw new Error(
      'To read an index of your own set ALGOLIA_APP_ID, ALGOLIA_API_KEY and ALGOLIA_INDEX_NAME, all three.',
    );
  }
  return { appID, apiKey, indexName, filters: process.env['ALGOLIA_FILTERS'] };
}

async function fillLocalIndex(): Promise<IndexToRead> {
  const { appID, apiKey } = connection.search;
  const objects = Array.from({ length: 3_000 }, (_, index) => ({
    objectID: `product-${index}`,
    title: `Product ${index}`,
    brand: index % 2 === 0 ? 'acme' : 'other',
    cost: index / 100,
    offers: [{ price: index / 50, margin: 0.5 }],
  }));
  await searchClient().saveObjects({ indexName: 'warehouse', objects, waitForTasks: true });
  return { appID, apiKey, indexName: 'warehouse', filters: 'brand:acme' };
}

function searchClient() {
  const { appID, apiKey, url } = connection.search;
  const host = new URL(url);
  return algoliasearch(appID, apiKey, {
    hosts: [{ url: host.hostname, port: Number(host.port), accept: 'readWrite', protocol: 'http' }],
  });
}
