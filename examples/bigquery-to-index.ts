/**
 * A table of BigQuery into a search index, against the Millrace that `npm start` runs:
 *
 *   GOOGLE_KEY_FILE=key.json npx node examples/bigquery-to-index.ts PROJECT DATASET TABLE [unique column] [index name]
 *
 * With BIGQUERY_SQL (SELECT … FROM %s WHERE …) only what the query gives; a check says first what it costs.
 * How to come by a key file is in docs/connectors/bigquery.md.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

import { algoliasearch } from 'algoliasearch';

const { GOOGLE_KEY_FILE: keyFile, BIGQUERY_SQL: customSQLRequest } = process.env;
const [projectID, datasetID, table, uniqueIDColumn, indexName = 'bigquery'] = process.argv.slice(2);
if (!keyFile || !projectID || !datasetID || !table) {
  console.error(
    'Set GOOGLE_KEY_FILE to the JSON key of a service account, and give a project, a dataset and a table: see docs/connectors/bigquery.md.',
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

// 1. Who may read the table, and who may write to the index.
const { authenticationID } = await ingestion.createAuthentication({
  type: 'googleServiceAccount',
  name: 'my service account',
  input: { clientEmail: key.client_email, privateKey: key.private_key },
});
const search = await ingestion.createAuthentication({
  type: 'algolia',
  name: 'my search application',
  input: { appID: connection.search.appID, apiKey: connection.search.apiKey },
});

// 2. A look before anything is stored: ten records, and what a query would cost.
const input = {
  projectID,
  datasetID,
  table,
  ...(uniqueIDColumn && { uniqueIDColumn }),
  ...(customSQLRequest && { customSQLRequest }),
};
const source = { type: 'bigquery', name: table, authenticationID, input } as const;
const check = await ingestion.validateSource(source);
console.log(check.message, check.data?.[0]);

// 3. What is read, and where it goes.
const { sourceID } = await ingestion.createSource(source);
const { destinationID } = await ingestion.createDestination({
  type: 'search',
  name: indexName,
  authenticationID: search.authenticationID,
  input: { indexName },
});
const { taskID } = await ingestion.createTask({ sourceID, destinationID, action: 'replace' });

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
