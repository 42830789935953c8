import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, expect, test } from 'vitest';

import {
  ACCESS_TOKEN,
  startBigCommerce,
  STORE_HASH,
  type BigCommerceServer,
} from '../connectors/bigcommerce/bigcommerce-server.ts';
import { productOf as bigcommerceProduct } from '../connectors/bigcommerce/read-shop.ts';
import { CATEGORIES, productOf } from '../connectors/commercetools/catalog.ts';
import {
  CLIENT,
  PROJECT,
  startCommercetools,
  type CommercetoolsServer,
} from '../connectors/commercetools/commercetools-server.ts';
import { startInsightsServer, type InsightsServer } from '../support/insights-server.ts';
import { browse, startOneMachine, type OneMachine } from '../support/one-machine.ts';
import { startSourceServer, type SourceServer } from '../support/source-server.ts';

const ROOT = join(import.meta.dirname, '../..');
const run = promisify(execFile);

let machine: OneMachine;
let shop: BigCommerceServer;
let project: CommercetoolsServer;
let insights: InsightsServer;
let files: SourceServer;

beforeAll(async () => {
  shop = await startBigCommerce({
    products: { count: 3, make: (id) => bigcommerceProduct(id) },
    trees: [{ id: 1, name: 'tree', channels: [1] }],
    price: (currency, productID) => productID + (currency === 'EUR' ? 0.5 : 0.7),
  });
  project = await startCommercetools({ products: [productOf(1), productOf(2)], categories: CATEGORIES });
  insights = await startInsightsServer();
  files = await startSourceServer();
  machine = await startOneMachine({
    environment: {
      MILLRACE_VENDOR_HOSTS: JSON.stringify({
        bigcommerce: shop.url,
        commercetools: project.url,
        insights: insights.url,
      }),
    },
  });
}, 60_000);

afterAll(async () => {
  await machine.remove();
  await Promise.all([shop.stop(), project.stop(), files.stop()]);
  insights.close();
});

/** What the example prints, run as its page says. */
async function runExample(
  file: string,
  environment: Record<string, string>,
  ...given: string[]
): Promise<string> {
  const { stdout } = await run(process.execPath, [join(ROOT, 'examples', file), ...given], {
    timeout: 60_000,
    env: { PATH: process.env['PATH'], MILLRACE_DATA: dirname(machine.connectionFile), ...environment },
  });
  return stdout;
}

test('the example for BigCommerce fills its index, with the prices of a channel, and registers its webhooks', async () => {
  const printed = await runExample('bigcommerce-to-index.ts', {
    BIGCOMMERCE_STORE_HASH: STORE_HASH,
    BIGCOMMERCE_ACCESS_TOKEN: ACCESS_TOKEN,
    BIGCOMMERCE_CHANNEL_ID: '1',
    BIGCOMMERCE_CURRENCIES: 'EUR,USD',
    MILLRACE_PUBLIC_URL: 'https://shop.example.com',
  });
  expect(printed).toMatch(/^success: /);
  expect(printed).toMatch(/The vendor delivers to https:\/\/shop\.example\.com\/hooks\/.*store\/product\/\*/);
  expect(shop.hooks.length).toBeGreaterThan(0);
  const found = await browse(machine, 'bigcommerce');
  expect(found.size).toBe(3);
  expect(found.get('2')).toMatchObject({ name: 'Lamp 2', prices: { EUR: 2.5, USD: 2.7 } });
});

test('the example for commercetools fills the index that it is given', async () => {
  const printed = await runExample(
    'commercetools-to-index.ts',
    {
      COMMERCETOOLS_PROJECT_KEY: PROJECT,
      COMMERCETOOLS_CLIENT_ID: CLIENT.id,
      COMMERCETOOLS_CLIENT_SECRET: CLIENT.secret,
      COMMERCETOOLS_LOCALES: 'en,de',
    },
    'from-commercetools',
  );
  expect(printed).toMatch(/^success: /);
  const names = [...(await browse(machine, 'from-commercetools')).values()].map(({ name }) => name);
  expect(names).toEqual([
    { en: 'Lamp 1', de: 'Lampe 1' },
    { en: 'Lamp 2', de: 'Lampe 2' },
  ]);
});

test('the example for indices copies a part of one', async () => {
  expect(await runExample('index-to-index.ts', {})).toMatch(/^success: /);
  const found = await browse(machine, 'shop_window');
  expect(found.size).toBe(1_500);
  expect(found.get('product-2')).toEqual({ title: 'Product 2', brand: 'acme', offers: [{ price: 0.04 }] });
});

test('the example for events sends them', async () => {
  const event = { eventName: 'Seen', eventType: 'view', userToken: 'anna', objectIDs: ['p1'] };
  files.files.set('/events.json', { body: JSON.stringify([event]), contentType: 'application/json' });
  const url = `${files.url}/events.json`;
  const environment = { ALGOLIA_APP_ID: 'SHOPAPP', ALGOLIA_API_KEY: 'search-key' };
  expect(await runExample('events-to-insights.ts', environment, url)).toMatch(/^success: /);
  expect(insights.events).toEqual([{ ...event, index: 'products' }]);
});

test.each(['bigcommerce-to-index.ts', 'commercetools-to-index.ts', 'events-to-insights.ts'])(
  '%s says what it needs when it is given nothing',
  async (file) => {
    await expect(runExample(file, {})).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^Set /),
    });
  },
);
