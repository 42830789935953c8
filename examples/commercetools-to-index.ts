/**
 * The products of a commercetools project into a search index, against the Millrace that `npm start` runs:
 *
 *   COMMERCETOOLS_PROJECT_KEY=… COMMERCETOOLS_CLIENT_ID=… COMMERCETOOLS_CLIENT_SECRET=… \
 *     npx node examples/commercetools-to-index.ts [index name]
 *
 * COMMERCETOOLS_REGION is europe-west1.gcp where it is not set; with COMMERCETOOLS_LOCALES (en,de) texts are in these only. Which
 * rights the client needs is in docs/connectors/commercetools.md.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

import { algoliasearch } from 'algoliasearch';

const {
  COMMERCETOOLS_PROJECT_KEY: projectKey,
  COMMERCETOOLS_CLIENT_ID: clientID,
  COMMERCETOOLS_CLIENT_SECRET: clientSecret,
  COMMERCETOOLS_REGION: region = 'europe-west1.gcp',
  COMMERCETOOLS_LOCALES: locales,
} = process.env;
if (projectKey === undefined || clientID === undefined || clientSecret === undefined) {
  console.error(
    'Set COMMERCETOOLS_PROJECT_KEY, COMMERCETOOLS_CLIENT_ID and COMMERCETOOLS_CLIENT_SECRET: create an API client in the ' +
      'Merchant Center of your project, see docs/connectors/commercetools.md.',
  );
  process.exit(1);
}
const [indexName = 'commercetools'] = process.argv.slice(2);

const connection = JSON.parse(
  readFileSync(`${process.env['MILLRACE_DATA'] ?? '.millrace'}/connection.json`, 'utf8'),
);
const { hostname, port } = new URL(connection.url);
const ingestion = algoliasearch(connection.appID, connection.apiKey).initIngestion({
  region: 'us',
  options: { hosts: [{ url: hostname, port: Number(port), accept: 'readWrite', protocol: 'http' }] },
});

// 1. Who may read the project, and who may write to the index.
const project = await ingestion.createAuthentication({
  type: 'oauth',
  name: 'my commercetools project',
  platform: 'commercetools',
  input: {
    url: `https://auth.${region}.commercetools.com/oauth/token`,
    client_id: clientID,
    client_secret: clientSecret,
    scope: `view_products:${projectKey}`,
  },
});
const search = await ingestion.createAuthentication({
  type: 'algolia',
  name: 'my search application',
  input: { appID: connection.search.appID, apiKey: connection.search.apiKey },
});

// 2. What is read, and where it goes: `recordType` can be `variant` or `collection` too.
const { sourceID } = await ingestion.createSource({
  type: 'commercetools',
  name: 'my commercetools project',
  authenticationID: project.authenticationID,
  input: {
    url: `https://api.${region}.commercetools.com`,
    projectKey,
    ...(locales && { locales: locales.split(',') }),
  },
});
const { destinationID } = await ingestion.createDestination({
  type: 'search',
  name: indexName,
  authenticationID: search.authenticationID,
  input: { indexName, recordType: 'product' },
});

// 3. All products now; later, single ones by their ids (`runSource` with `entityIDs`).
const { taskID } = await ingestion.createTask({
  sourceID,
  destinationID,
  action: 'replace',
  subscriptionAction: 'save',
});
const { runID } = await ingestion.runTask({ taskID });
let run = await ingestion.getRun({ runID });
while (run.status !== 'finished' && run.status !== 'skipped') {
  await delay(500);
  run = await ingestion.getRun({ runID });
}
console.log(`${run.outcome}: ${run.reason}`);
const { events } = await ingestion.listEvents({ runID, sort: 'publishedAt', order: 'asc' });
for (const event of events) console.log(`${event.type} ${event.status ?? ''}`, event.data);
