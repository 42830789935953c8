import { afterAll, beforeAll, expect, test } from 'vitest';

import {
  DATASET,
  PROJECT,
  startBigQuery,
  type BigQueryServer,
} from '../connectors/bigquery/bigquery-server.ts';
import { EVENT_COLUMNS, eventCells, eventQuery } from '../connectors/bigquery/events.ts';
import { ACCOUNT } from '../connectors/bigquery/token-endpoint.ts';
import { startInsightsServer, type InsightsServer } from '../support/insights-server.ts';
import { browse, finishedRun, startOneMachine, type OneMachine } from '../support/one-machine.ts';

const DAY = 86_400_000;
const PURCHASES = 1_500;
const OTHERS = 700;

let machine: OneMachine;
let insights: InsightsServer;
let bigQuery: BigQueryServer;

/** Whichever of these days the run takes for today, the export has tables of two that do not change any more. */
const TODAY = Date.now();
const dayOf = (at: number) => new Date(at).toISOString().slice(0, 10).replaceAll('-', '');

const events = {
  columns: EVENT_COLUMNS,
  count: PURCHASES + OTHERS,
  row: (index: number) =>
    eventCells(index < PURCHASES ? 'purchase' : 'scroll', TODAY - 6 * DAY + index, `user${index}`),
};

beforeAll(async () => {
  const days = [dayOf(TODAY - 6 * DAY), dayOf(TODAY - 5 * DAY)];
  [insights, bigQuery] = await Promise.all([
    startInsightsServer(),
    startBigQuery({
      tables: {
        ...Object.fromEntries(days.map((day) => [`events_${day}`, { ...events, count: 0 }])),
        products: {
          columns: [
            { name: 'sku', type: 'INTEGER' },
            { name: 'name', type: 'STRING' },
          ],
          count: 2_300,
          row: (index) => [String(9_007_199_254_740_993n + BigInt(index)), `Lamp ${index}`],
        },
      },
      queries: {
        [eventQuery('events_', days)]: { ...events, bytes: 12_000_000 },
        'SELECT * FROM `my-project.shop.products` WHERE sku > 1': {
          columns: [{ name: 'sku', type: 'INTEGER' }],
          count: 30,
          row: (index) => [String(index)],
          bytes: 2_500_000,
        },
      },
      pageCap: 400,
    }),
  ]);
  machine = await startOneMachine({
    environment: {
      MILLRACE_VENDOR_HOSTS: JSON.stringify({ insights: insights.url, bigquery: bigQuery.url }),
    },
  });
}, 60_000);

afterAll(async () => {
  await machine.remove();
  insights.close();
  bigQuery.stop();
});

async function createAccount(): Promise<string> {
  const { authenticationID } = await machine.ingestion.createAuthentication({
    type: 'googleServiceAccount',
    name: 'export',
    input: ACCOUNT,
  });
  return authenticationID;
}

test('the purchases of a GA4 export reach Insights as conversions, by the mapping of the task', async () => {
  const { ingestion } = machine;
  const { sourceID } = await ingestion.createSource({
    type: 'ga4BigqueryExport',
    name: 'shop',
    authenticationID: await createAccount(),
    input: { projectID: PROJECT, datasetID: DATASET, tablePrefix: 'events_' },
  });
  const { authenticationID } = await ingestion.createAuthentication({
    type: 'algoliaInsights',
    name: 'events',
    input: { appID: 'SHOPAPP', apiKey: 'search-key' },
  });
  const { destinationID } = await ingestion.createDestination({
    type: 'insights',
    name: 'events',
    authenticationID,
    input: { indexName: 'products' },
  });
  const { taskID } = await ingestion.createTask({
    sourceID,
    destinationID,
    action: 'append',
    input: {
      mapping: {
        format: 'mappingkit/v1',
        actions: [
          {
            enabled: true,
            trigger: 'event_name == "purchase" && param(engaged) == 1',
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
  const { runID } = await ingestion.runTask({ taskID });
  expect(await finishedRun(machine, runID)).toMatchObject({ outcome: 'success' });
  expect(insights.events).toHaveLength(PURCHASES);
  expect(new Set(insights.events.map(({ userToken }) => userToken)).size).toBe(PURCHASES);
  expect(insights.events[7]).toEqual({
    eventName: 'Bought',
    eventType: 'conversion',
    userToken: 'user7',
    timestamp: TODAY - 6 * DAY + 7,
    objectIDs: ['sku-user7'],
    index: 'products',
  });

  // Insights would count them twice.
  const again = await ingestion.runTask({ taskID });
  expect(await finishedRun(machine, again.runID)).toMatchObject({ outcome: 'success' });
  expect(insights.events).toHaveLength(PURCHASES);
});

test('a table fills an index, and a check of a query says what it costs', async () => {
  const { ingestion, connection } = machine;
  const authenticationID = await createAccount();
  const input = { projectID: PROJECT, datasetID: DATASET, table: 'products', uniqueIDColumn: 'sku' };
  const { sourceID } = await ingestion.createSource({ type: 'bigquery', name: 'p', authenticationID, input });
  const search = await ingestion.createAuthentication({
    type: 'algolia',
    name: 'search',
    input: { appID: connection.search.appID, apiKey: connection.search.apiKey },
  });
  const { destinationID } = await ingestion.createDestination({
    type: 'search',
    name: 'products',
    authenticationID: search.authenticationID,
    input: { indexName: 'lamps' },
  });
  const { taskID } = await ingestion.createTask({ sourceID, destinationID, action: 'replace' });
  const { runID } = await ingestion.runTask({ taskID });
  expect(await finishedRun(machine, runID)).toMatchObject({ outcome: 'success' });
  const found = await browse(machine, 'lamps');
  expect(found.size).toBe(2_300);
  expect(found.get('9007199254740994')).toMatchObject({ name: 'Lamp 1' });

  const answer = await ingestion.validateSource({
    type: 'bigquery',
    name: 'p',
    authenticationID,
    input: { ...input, customSQLRequest: 'SELECT * FROM %s WHERE sku > 1' },
  });
  expect(answer.message).toBe(
    "The source can be read. Each run's query processes 3 MB, as BigQuery foresees it, which is what is billed.",
  );
  expect(answer.data).toHaveLength(10);
  expect(machine.output()).not.toContain('PRIVATE KEY');
});
