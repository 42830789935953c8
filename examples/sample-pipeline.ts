/**
 * What the first start does, with Algolia's official client: a CSV and a JSON file, each by its own source, destination and
 * task into an index, and a search in each. It runs against the Millrace that `npm start` runs:
 *
 *   npx node examples/sample-pipeline.ts [base URL of the two files]
 *
 * Without an argument it takes the files that `npm start` serves.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

import { algoliasearch, type SourceCreate } from 'algoliasearch';

const connection = JSON.parse(
  readFileSync(`${process.env['MILLRACE_DATA'] ?? '.millrace'}/connection.json`, 'utf8'),
);
const hostOf = (url: string) => {
  const { hostname, port } = new URL(url);
  return { url: hostname, port: Number(port), accept: 'readWrite', protocol: 'http' } as const;
};
const ingestion = algoliasearch(connection.appID, connection.apiKey).initIngestion({
  region: 'us',
  options: { hosts: [hostOf(connection.url)] },
});
const search = algoliasearch(connection.search.appID, connection.search.apiKey, {
  hosts: [hostOf(connection.search.url)],
});

const [files = `http://127.0.0.1:${Number(new URL(connection.url).port) + 2}`] = process.argv.slice(2);

// One authentication serves both: it is kept sealed, never answered.
const { authenticationID } = await ingestion.createAuthentication({
  type: 'algolia',
  name: 'my search application',
  input: { appID: connection.search.appID, apiKey: connection.search.apiKey },
});

// A column becomes a number only where the mapping says so; the values of JSON have their types.
await bring('example-airports', 'kennedy', {
  type: 'csv',
  name: 'airports',
  input: {
    url: `${files}/airports.csv`,
    uniqueIDColumn: 'iata',
    mapping: { latitude: 'float', longitude: 'float' },
  },
});
// These films have no unique attribute: each is numbered by its place in the file.
await bring('example-movies', 'godfather', {
  type: 'json',
  name: 'movies',
  input: { url: `${files}/movies.json` },
});

/** From a file to an index that can be searched. */
async function bring(indexName: string, query: string, source: SourceCreate): Promise<void> {
  const { sourceID } = await ingestion.createSource(source);
  const { destinationID } = await ingestion.createDestination({
    type: 'search',
    name: indexName,
    authenticationID,
    input: { indexName },
  });
  const { taskID } = await ingestion.createTask({ sourceID, destinationID, action: 'replace' });
  const { runID } = await ingestion.runTask({ taskID });
  let run = await ingestion.getRun({ runID });
  while (run.status !== 'finished' && run.status !== 'skipped') {
    await delay(200);
    run = await ingestion.getRun({ runID });
  }
  console.log(`${indexName}: ${run.outcome}, ${run.reason}`);
  const { hits, nbHits } = await search.searchSingleIndex({ indexName, searchParams: { query } });
  console.log(`  ${nbHits} found for "${query}", the first:`, hits[0]?.objectID);
}
