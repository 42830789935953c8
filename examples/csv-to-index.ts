/**
 * A CSV file into a search index with Algolia's official client, against the Millrace that `npm start` runs:
 *
 *   npx node examples/csv-to-index.ts [URL of a CSV] [its unique column] [index name]
 *
 * Without arguments it takes the sample file that `npm start` serves. Against Algolia itself or your own deployment,
 * only the host, the application ID and the key differ.
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

const sampleFile = `http://127.0.0.1:${Number(port) + 2}/airports.csv`;
const [url = sampleFile, uniqueIDColumn = 'iata', indexName = 'example'] = process.argv.slice(2);

// 1. Who may write to the index: kept sealed, never answered.
const { authenticationID } = await ingestion.createAuthentication({
  type: 'algolia',
  name: 'my search application',
  input: { appID: connection.search.appID, apiKey: connection.search.apiKey },
});

// 2. Where the records come from, and where they go.
const { sourceID } = await ingestion.createSource({
  type: 'csv',
  name: 'my file',
  input: { url, uniqueIDColumn },
});
const { destinationID } = await ingestion.createDestination({
  type: 'search',
  name: indexName,
  authenticationID,
  input: { indexName },
});

// 3. How: `replace` builds a new index beside the old one and swaps them only when all went well.
const { taskID } = await ingestion.createTask({ sourceID, destinationID, action: 'replace' });

// 4. Run it, and look at what became of it.
const { runID } = await ingestion.runTask({ taskID });
let run = await ingestion.getRun({ runID });
while (run.status !== 'finished' && run.status !== 'skipped') {
  await delay(200);
  run = await ingestion.getRun({ runID });
}
console.log(`${run.outcome}: ${run.reason}`);
const { events } = await ingestion.listEvents({ runID, sort: 'publishedAt', order: 'asc' });
for (const event of events) console.log(`${event.type} ${event.status ?? ''}`, event.data);
