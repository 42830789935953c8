/**
 * The products of a Shopify store into a search index, against the Millrace that `npm start` runs:
 *
 *   SHOPIFY_SHOP_URL=https://….myshopify.com SHOPIFY_ACCESS_TOKEN=… npx node examples/shopify-to-index.ts [index name]
 *
 * In place of the token, SHOPIFY_CLIENT_ID and SHOPIFY_CLIENT_SECRET of an app of yours that is installed in the store. With
 * SHOPIFY_COUNTRIES (DE,CH) what products cost there, with SHOPIFY_LOCALE (fr) their texts in that language.
 * How to come by them is in docs/connectors/shopify.md.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

import { algoliasearch } from 'algoliasearch';

const {
  SHOPIFY_SHOP_URL: shopURL,
  SHOPIFY_ACCESS_TOKEN: accessToken,
  SHOPIFY_CLIENT_ID: clientID,
  SHOPIFY_CLIENT_SECRET: clientSecret,
  SHOPIFY_COUNTRIES: countries,
  SHOPIFY_LOCALE: locale,
} = process.env;
if (shopURL === undefined || (accessToken ?? clientSecret) === undefined) {
  console.error(
    'Set SHOPIFY_SHOP_URL, and SHOPIFY_ACCESS_TOKEN or SHOPIFY_CLIENT_ID and SHOPIFY_CLIENT_SECRET: create an app with the ' +
      'scopes read_products and read_inventory and install it in your store, see docs/connectors/shopify.md.',
  );
  process.exit(1);
}
const [indexName = 'shopify'] = process.argv.slice(2);

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
  name: 'my Shopify store',
  platform: 'shopify',
  ...(accessToken === undefined
    ? {
        type: 'oauth',
        input: { url: shopURL, client_id: clientID ?? '', client_secret: clientSecret ?? '' },
      }
    : { type: 'apiKey', input: { key: accessToken } }),
});
const search = await ingestion.createAuthentication({
  type: 'algolia',
  name: 'my search application',
  input: { appID: connection.search.appID, apiKey: connection.search.apiKey },
});

// 2. What is read, and where it goes: `recordType` can be `variant` or `collection` too.
const { sourceID } = await ingestion.createSource({
  type: 'shopify',
  name: 'my Shopify store',
  authenticationID: store.authenticationID,
  input: { shopURL },
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
  input: {
    // Which metafields records are to have: { namespace: 'care', key: 'wash', value: '' }
    metafields: [],
    market: {
      countries: countries?.split(',') ?? [],
      currencies: [],
      locales: locale === undefined ? [] : [locale],
    },
  },
});
const { runID } = await ingestion.runTask({ taskID });
let run = await ingestion.getRun({ runID });
while (run.status !== 'finished') {
  await delay(500);
  run = await ingestion.getRun({ runID });
}
console.log(`${run.outcome}: ${run.reason}`);
const { events } = await ingestion.listEvents({ runID, sort: 'publishedAt', order: 'asc' });
for (const event of events) console.log(`${event.type} ${event.status ?? ''}`, event.data);
