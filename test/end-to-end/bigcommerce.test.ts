import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

import {
  ACCESS_TOKEN,
  startBigCommerce,
  STORE_HASH,
  type BigCommerceServer,
} from '../connectors/bigcommerce/bigcommerce-server.ts';
import { productOf, variantOf } from '../connectors/bigcommerce/read-shop.ts';
import { callExtension } from '../support/call-extension.ts';
import { browse, finishedRun, startOneMachine, type OneMachine } from '../support/one-machine.ts';
import { addShopTask, createShopTask, type ShopTask } from '../support/shop-tasks.ts';

const PRODUCTS = 300;
const WAIT = { timeout: 20_000, interval: 200 };
const names = new Map<number, string>();
const variants = new Map<number, object[]>();
const removed = new Set<number>();

let machine: OneMachine;
let shop: BigCommerceServer;

beforeAll(async () => {
  shop = await startBigCommerce({
    removed,
    products: {
      count: PRODUCTS,
      make: (id) =>
        productOf(id, {
          name: names.get(id) ?? `Lamp ${id}`,
          variants: variants.get(id) ?? [variantOf(id * 10), variantOf(id * 10 + 1)],
        }),
    },
  });
  machine = await startOneMachine({
    environment: {
      MILLRACE_VENDOR_HOSTS: JSON.stringify({ bigcommerce: shop.url }),
      MILLRACE_WEBHOOK_WINDOW_SECONDS: '1',
      // The vendor's own host is trusted: nothing else that is private need be reached.
      MILLRACE_ALLOW_PRIVATE: '',
    },
  });
}, 60_000);

afterAll(async () => {
  await machine.remove();
  await shop.stop();
});

beforeEach(() => {
  names.clear();
  variants.clear();
  removed.clear();
});

const createTask = (indexName: string, recordType: 'product' | 'variant' = 'product'): Promise<ShopTask> =>
  createShopTask(machine, {
    authentication: {
      type: 'apiKey',
      name: 'store',
      platform: 'bigcommerce',
      input: { key: ACCESS_TOKEN },
    },
    source: { type: 'bigcommerce', input: { storeHash: STORE_HASH } },
    destination: { indexName, recordType },
  });

interface Registered {
  runID: string;
  url: string;
  topics: string[];
  message: string;
  events?: unknown[];
}

interface Webhook {
  url: string;
  registration?: { url: string; wanted: string; topics: string[]; checkedAt: string | null; runID: string };
}

const SCOPES = ['store/product/*', 'store/sku/*', 'store/category/*'];

/** As the vendor delivers: to the task's URL here, with the headers of the hook that was made there. */
async function deliver(url: string, destination: string, data: object): Promise<number> {
  const hook = shop.hooks.find((one) => one.destination === destination);
  const body = JSON.stringify({
    scope: 'store/product/updated',
    store_id: '1',
    data,
    hash: Math.random().toString(16),
    created_at: 1_767_323_045,
    producer: `stores/${STORE_HASH}`,
  });
  return (await fetch(url, { method: 'POST', headers: { ...hook?.headers }, body })).status;
}

/** A task whose hooks are registered at the vendor, under a URL as the vendor would reach it. */
async function register(taskID: string) {
  const path = `/ext/1/tasks/${taskID}/webhook`;
  const { url } = await callExtension<Webhook>(machine, 'PUT', path, { scheme: 'bigcommerce' });
  const destination = url.replace(machine.connection.url, 'https://shop.example.com');
  const registered = await callExtension<Registered>(machine, 'POST', `${path}/registration`, {
    url: destination,
  });
  return { path, url, destination, registered };
}

test('all products of a store are in the index after a run', async () => {
  const task = await createTask('all');
  expect(await task.run()).toMatchObject({ outcome: 'success', type: 'reindex' });
  const found = await browse(machine, 'all');
  expect(found.size).toBe(PRODUCTS);
  expect(found.get('7')).toMatchObject({ name: 'Lamp 7', variants: [{ id: 70 }, { id: 71 }] });
}, 60_000);

test('named products of a source are fetched by one run of each task that fits, and no other', async () => {
  const { sourceID, taskID, run } = await createTask('named');
  const forVariants = await addShopTask(machine, {
    sourceID,
    destination: { indexName: 'named-variants', recordType: 'variant' },
  });
  const forCategories = await addShopTask(machine, {
    sourceID,
    destination: { indexName: 'named-categories', recordType: 'collection' },
  });
  await run();
  await finishedRun(machine, (await machine.ingestion.runTask({ taskID: forVariants })).runID);
  names.set(7, 'Brighter lamp').set(8, 'Not asked for');
  removed.add(9);
  variants.set(10, [variantOf(100)]);
  const { taskWithRunID } = await machine.ingestion.runSource({
    sourceID,
    runSourcePayload: { entityIDs: ['7', '9', '10'], entityType: 'product' },
  });
  expect(Object.keys(taskWithRunID).toSorted()).toEqual([taskID, forVariants].toSorted());
  expect(taskWithRunID).not.toHaveProperty(forCategories);
  for (const runID of Object.values(taskWithRunID)) {
    expect(await finishedRun(machine, runID)).toMatchObject({ type: 'update', outcome: 'success' });
  }
  const products = await browse(machine, 'named');
  expect(products.size).toBe(PRODUCTS - 1);
  expect([products.get('7')?.['name'], products.get('8')?.['name'], products.has('9')]).toEqual([
    'Brighter lamp',
    'Lamp 8',
    false,
  ]);
  const ofVariants = await browse(machine, 'named-variants');
  const idsOf = (id: string) => [...ofVariants.keys()].filter((key) => key.startsWith(`${id}-`)).toSorted();
  expect([idsOf('7'), idsOf('9'), idsOf('10')]).toEqual([['7-70', '7-71'], [], ['10-100']]);
  expect(ofVariants.size).toBe(PRODUCTS * 2 - 3);
}, 60_000);

test('hooks that are registered bring changes: what changed is written, what is gone is deleted', async () => {
  const { taskID, run } = await createTask('hooked');
  await run();
  const { path, url, destination, registered } = await register(taskID);
  expect(registered).toMatchObject({ url: destination, topics: SCOPES });
  expect(registered).not.toHaveProperty('events');
  const ours = () => shop.hooks.filter((hook) => hook.destination === destination);
  expect(ours().map(({ scope }) => scope)).toEqual(SCOPES);
  const shown = await callExtension<Webhook>(machine, 'GET', path);
  expect(shown.registration).toEqual({
    url: destination,
    wanted: 'registered',
    topics: SCOPES,
    checkedAt: expect.stringMatching(/^\d{4}-.*Z$/),
    runID: registered.runID,
  });

  expect((await fetch(url, { method: 'POST', body: '{"data":{"type":"product","id":5}}' })).status).toBe(401);
  names.set(5, 'Renamed');
  removed.add(6);
  expect(await deliver(url, destination, { type: 'product', id: 5 })).toBe(202);
  expect(
    await deliver(url, destination, { type: 'sku', id: 60, sku: { product_id: 6, variant_id: 60 } }),
  ).toBe(202);
  const look = async () => {
    const found = await browse(machine, 'hooked');
    return [found.get('5')?.['name'], found.has('6'), found.size];
  };
  await expect.poll(look, WAIT).toEqual(['Renamed', false, PRODUCTS - 1]);
  const { runs } = await machine.ingestion.listRuns({ taskID, type: ['update'] });
  for (const { runID } of runs)
    expect(await finishedRun(machine, runID)).toMatchObject({ outcome: 'success' });

  const [first] = ours();
  if (first !== undefined) first.is_active = false;
  await callExtension(machine, 'POST', `${path}/registration`, { url: destination });
  expect(ours().map(({ is_active: isActive }) => isActive)).toEqual([true, true, true]);

  const before = ours()[0]?.headers;
  await callExtension(machine, 'POST', `${path}/rotate`);
  await expect.poll(() => ours()[2]?.headers, WAIT).not.toEqual(before);
  names.set(5, 'Renamed again');
  expect(await deliver(url, destination, { type: 'product', id: 5 })).toBe(202);
  await expect.poll(look, WAIT).toEqual(['Renamed again', false, PRODUCTS - 1]);

  const gone = await callExtension<Registered>(machine, 'DELETE', `${path}/registration`);
  expect(gone).toMatchObject({ url: destination, topics: [] });
  expect(ours()).toEqual([]);
  expect(await callExtension<Webhook>(machine, 'GET', path)).not.toHaveProperty('registration');
  expect(machine.output()).not.toContain(before?.['X-Millrace-Secret']);
}, 90_000);

test('hooks are removed with their task, also when its source goes at once', async () => {
  const { taskID, sourceID } = await createTask('short-lived');
  const { destination } = await register(taskID);
  expect(shop.hooks.some((hook) => hook.destination === destination)).toBe(true);
  await machine.ingestion.deleteTask({ taskID });
  await machine.ingestion.deleteSource({ sourceID });
  await expect.poll(() => shop.hooks.filter((hook) => hook.destination === destination), WAIT).toEqual([]);
}, 60_000);

test('a vendor that refuses is told of in the answer, and asked again by the next request', async () => {
  const { taskID } = await createTask('refused');
  const path = `/ext/1/tasks/${taskID}/webhook`;
  const { url } = await callExtension<Webhook>(machine, 'PUT', path, { scheme: 'bigcommerce' });
  const destination = url.replace(machine.connection.url, 'https://shop.example.com');
  shop.refusals.push({ status: 403 });
  const refused = await callExtension<Registered>(machine, 'POST', `${path}/registration`, {
    url: destination,
  });
  expect(refused.message).toMatch(/BigCommerce/);
  expect(refused).toMatchObject({ topics: [], events: [{ status: 'critical' }] });
  const again = await callExtension<Registered>(machine, 'POST', `${path}/registration`, {
    url: destination,
  });
  expect(again.topics).toEqual(SCOPES);
}, 60_000);
