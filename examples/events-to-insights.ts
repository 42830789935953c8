/**
 * Events of a JSON file into Algolia's Insights, against the Millrace that `npm start` runs:
 *
 *   ALGOLIA_APP_ID=… ALGOLIA_API_KEY=… npx node examples/events-to-insights.ts URL-OF-A-JSON-FILE [index name]
 *
 * The key needs the right `search`. The events count at Algolia and cannot be removed: take an application for trying out.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

import { algoliasearch } from 'algoliasearch';

const { ALGOLIA_APP_ID: appID, ALGOLIA_API_KEY: apiKey } = process.env;
const [url, indexName = 'products'] = process.argv.slice(2);
if (!appID || !apiKey || !url) {
  console.error(
    'Set ALGOLIA_APP_ID and ALGOLIA_API_KEY (a key with the right search), and give the URL of a JSON file of events.',
  );
  process.exit(1);
}

const connection = JSON.parse(
  readFileSync(`${process.env['MILLRACE_DATA'] ?? '.millrace'}/connection.json`, 'utf8'),
);
const { hostname, port } = new URL(connection.url);
const ingestion = algoliasearch(connection.appID, connection.apiKey).initIngestion({
  region: 'us',
  options: { hosts: [{ url: hostname, port: Number(port), accept: 'readWrite', protocol: 'http' }] },
});

// 1. Whose events they are, where they come from, and which index they are about unless they say so.
const { authenticationID } = await ingestion.createAuthentication({
  type: 'algoliaInsights',
  name: 'events',
  input: { appID, apiKey },
});
const { sourceID } = await ingestion.createSource({ type: 'json', name: 'events', input: { url } });
const { destinationID } = await ingestion.createDestination({
  type: 'insights',
  name: 'events',
  authenticationID,
  input: { indexName },
});

// 2. Events are only ever added: no other action is accepted.
const { taskID } = await ingestion.createTask({ sourceID, destinationID, action: 'append' });

// 3. Run it, and look at what became of it.
const { runID } = await ingestion.runTask({ taskID });
let run = await ingestion.getRun({ runID });
while (run.status !== 'finished' && run.status !== 'skipped') {
  await delay(200);
  run = await ingestion.getRun({ runID });
}
console.log(`${run.outcome}: ${run.reason}`);
const { events } = await ingestion.listEvents({ runID, sort: 'publishedAt', order: 'asc' });
for (const event of events) console.log(`${event.type} ${event.status ?? ''}`, event.data);
