/**
 * The purchases of a Google Analytics 4 export into Algolia's Insights, against the Millrace that `npm start` runs:
 *
 *   GOOGLE_KEY_FILE=key.json ALGOLIA_APP_ID=… ALGOLIA_API_KEY=… \
 *     npx node examples/ga4-export-to-insights.ts PROJECT DATASET [index name]
 *
 * The events of today and the three days before count at Algolia, again with each run, and cannot be removed: take an
 * application for trying out. How to come by a key file is in docs/connectors/ga4-bigquery-export.md.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

import { algoliasearch } from 'algoliasearch';

const { GOOGLE_KEY_FILE: keyFile, ALGOLIA_APP_ID: appID, ALGOLIA_API_KEY: apiKey } = process.env;
const [projectID, datasetID, indexName = 'products'] = process.argv.slice(2);
if (!keyFile || !appID || !apiKey || !projectID || !datasetID) {
  console.error(
    'Set GOOGLE_KEY_FILE to the JSON key of a service account, ALGOLIA_APP_ID and ALGOLIA_API_KEY (a key with the right ' +
      'search), and give a project and the dataset of the export (analytics_…).',
  );
  process.exit(1);
}
const key = JSON.parse(readFileSync(keyFile, 'utf8'));

const connection = JSON.parse(
  readFileSync(`${process.env['MILLRACE_DATA'] ?? '.millrace'}/connection.json`, 'utf8'),
);
const { hostname, port } = new URL(connection.url);
const ingestion = algoliasearch(connection.appID, connection.apiKey).initIngestion({
  region: 'us',
  options: { hosts: [{ url: hostname, port: Number(port), accept: 'readWrite', protocol: 'http' }] },
});

// 1. Who may read the export, and whose events they are.
const google = await ingestion.createAuthentication({
  type: 'googleServiceAccount',
  name: 'my service account',
  input: { clientEmail: key.client_email, privateKey: key.private_key },
});
const algolia = await ingestion.createAuthentication({
  type: 'algoliaInsights',
  name: 'events',
  input: { appID, apiKey },
});

// 2. What is read, and which index the events are about.
const { sourceID } = await ingestion.createSource({
  type: 'ga4BigqueryExport',
  name: 'my shop',
  authenticationID: google.authenticationID,
  input: { projectID, datasetID, tablePrefix: 'events_' },
});
const { destinationID } = await ingestion.createDestination({
  type: 'insights',
  name: 'events',
  authenticationID: algolia.authenticationID,
  input: { indexName },
});

// 3. How a row becomes an event: docs/decisions/0006-a-part-of-mappingkit.md has the language.
const { taskID } = await ingestion.createTask({
  sourceID,
  destinationID,
  action: 'append',
  failureThreshold: 100,
  input: {
    mapping: {
      format: 'mappingkit/v1',
      actions: [
        {
          enabled: true,
          trigger: 'event_name == "purchase"',
          fieldDirectives: [
            { fieldKey: 'eventName', value: { constant: 'Bought' } },
            { fieldKey: 'eventType', value: { constant: 'conversion' } },
            { fieldKey: 'userToken', value: { path: 'user_id' } },
            { fieldKey: 'timestamp', value: { path: 'event_timestamp', unit: 'microseconds' } },
            { fieldKey: 'objectIDs', value: { path: 'items.*.item_id' } },
          ],
        },
      ],
    },
  },
});

// 4. Run it, and look at what became of it.
const { runID } = await ingestion.runTask({ taskID });
let run = await ingestion.getRun({ runID });
while (run.status !== 'finished') {
  await delay(500);
  run = await ingestion.getRun({ runID });
}
console.log(`${run.outcome}: ${run.reason}`);
const { events } = await ingestion.listEvents({ runID, sort: 'publishedAt', order: 'asc' });
for (const event of events) console.log(`${event.type} ${event.status ?? ''}`, event.data);
