/**
 * The products of a BigCommerce store into a search index, against the Millrace that `npm start` runs:
 *
 *   BIGCOMMERCE_STORE_HASH=… BIGCOMMERCE_ACCESS_TOKEN=… npx node examples/bigcommerce-to-index.ts [index name]
 *
 * With BIGCOMMERCE_CHANNEL_ID only what that channel sells, with BIGCOMMERCE_CURRENCIES (EUR,USD) what it costs there.
 * With MILLRACE_PUBLIC_URL (https://…, where BigCommerce reaches this service) its webhooks are registered, so changes follow.
 * How to come by an access token is in docs/connectors/bigcommerce.md.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

import { algoliasearch } from 'algoliasearch';

const {
  BIGCOMMERCE_STORE_HASH: storeHash,
  BIGCOMMERCE_ACCESS_TOKEN: accessToken,
  BIGCOMMERCE_CHANNEL_ID: channelID,
  BIGCOMMERCE_CURRENCIES: currencies,
  MILLRACE_PUBLIC_URL: publicURL,
} = process.env;
if (storeHash === undefined || accessToken === undefined) {
  console.error(
    'Set BIGCOMMERCE_STORE_HASH and BIGCOMMERCE_ACCESS_TOKEN: create an API account in the control panel of your store, ' +
      'see docs/connectors/bigcommerce.md.',
  );
  process.exit(1);
}
const [indexName = 'bigcommerce'] = process.argv.slice(2);

const connection = JSON.parse(
  readFileSync(`${process.env['MILLRACE_DATA'] ?? '.millrace'}/connection.json`, 'utf8'),
);
const { hostname, port } = new URL(connection.url);
const ingestion = algoliasearch(connection.appID, connection.apiKey).initIngestion({
  region: 'us',
  options: { hosts: [{ url: hostname, port: Number(port), accept: 'readWrite', protocol: 'http' }] },
});

// 1. Who may read the store, and who may write to the index.
const store = await ingestion.createAuthentication({
  type: 'apiKey',
  name: 'my BigCommerce store',
  platform: 'bigcommerce',
  input: { key: accessToken },
});
const search = await ingestion.createAuthentication({
  type: 'algolia',
  name: 'my search application',
  input: { appID: connection.search.appID, apiKey: connection.search.apiKey },
});

// 2. What is read, and where it goes: `recordType` can be `variant` or `collection` too.
const channel =
  channelID === undefined ? undefined : { id: Number(channelID), currencies: currencies?.split(',') };
const { sourceID } = await ingestion.createSource({
  type: 'bigcommerce',
  name: 'my BigCommerce store',
  authenticationID: store.authenticationID,
  input: { storeHash, ...(channel && { channel }) },
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

// 4. Later changes by webhook: its secret is made here, and BigCommerce is told where to deliver.
if (publicURL !== undefined) {
  const path = `ext/1/tasks/${taskID}/webhook`;
  const { hookID } = await ingestion.customPut({ path, body: { scheme: 'bigcommerce' } });
  const url = `${publicURL}/hooks/${hookID}`;
  const registered = await ingestion.customPost({ path: `${path}/registration`, body: { url } });
  console.log(registered['message']);
}
