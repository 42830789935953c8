import { afterAll, beforeAll, expect, test } from 'vitest';

import { CATEGORIES, productOf, variantOf } from '../connectors/commercetools/catalog.ts';
import {
  CLIENT,
  PROJECT,
  startCommercetools,
  uuid,
  type CommercetoolsServer,
} from '../connectors/commercetools/commercetools-server.ts';
import { browse, finishedRun, startOneMachine, type OneMachine } from '../support/one-machine.ts';
import { createShopTask } from '../support/shop-tasks.ts';

const PRODUCTS = 450;
/** What the stores sell; the second is changed by a test. */
const stores = { north: [uuid(1), uuid(2)], south: [uuid(2), uuid(3)] };

let machine: OneMachine;
let project: CommercetoolsServer;

beforeAll(async () => {
  project = await startCommercetools({
    products: Array.from({ length: PRODUCTS }, (_, index) =>
      productOf(index + 1, { variants: [variantOf(2, { sku: `LAMP-${index + 1}-BLUE` })] }),
    ),
    categories: CATEGORIES,
    stores,
  });
  machine = await startOneMachine({
    environment: {
      MILLRACE_VENDOR_HOSTS: JSON.stringify({ commercetools: project.url }),
      MILLRACE_ALLOW_PRIVATE: '',
    },
  });
}, 60_000);

afterAll(async () => {
  await machine.remove();
  await project.stop();
});

/** As docs/connectors/commercetools.md has it. */
const createTask = (
  destination: Parameters<typeof createShopTask>[1]['destination'],
  input: { locales?: string[]; storeKeys?: string[] } = {},
) =>
  createShopTask(machine, {
    authentication: {
      type: 'oauth',
      name: 'project',
      platform: 'commercetools',
      input: {
        url: 'https://auth.europe-west1.gcp.commercetools.com/oauth/token',
        client_id: CLIENT.id,
        client_secret: CLIENT.secret,
        scope: `view_products:${PROJECT}`,
      },
    },
    source: {
      type: 'commercetools',
      input: {
        url: 'https://api.europe-west1.gcp.commercetools.com',
        projectKey: PROJECT,
        ...input,
      },
    },
    destination,
  });

const indexNames = async () => (await machine.search.listIndices()).items.map(({ name }) => name).toSorted();

test('all products of a project are in the index after a run', async () => {
  const task = await createTask({ indexName: 'all', recordType: 'product' }, { locales: ['de'] });
  expect(await task.run()).toMatchObject({ outcome: 'success', type: 'reindex' });
  const found = await browse(machine, 'all');
  expect(found.size).toBe(PRODUCTS);
  expect(found.get(uuid(7))).toMatchObject({
    name: 'Lampe 7',
    categories: { lvl0: ['Haus'], lvl1: ['Haus > Lampen'] },
    variants: [{ sku: 'LAMP-7' }, { sku: 'LAMP-7-BLUE' }],
  });
}, 60_000);

test('named products are fetched, and what the store does not sell any more loses all its variants', async () => {
  const { sourceID, taskID, run } = await createTask(
    { indexName: 'variants', recordType: 'variant' },
    { storeKeys: ['south'] },
  );
  expect(await run()).toMatchObject({ outcome: 'success' });
  const ids = async () => [...(await browse(machine, 'variants')).keys()].toSorted();
  expect(await ids()).toEqual([2, 3].flatMap((id) => [`${uuid(id)}-1`, `${uuid(id)}-2`]));
  const before = project.requests.length;
  stores.south = [uuid(3), uuid(4)];
  const { taskWithRunID } = await machine.ingestion.runSource({
    sourceID,
    runSourcePayload: { entityIDs: [uuid(2), uuid(4)], entityType: 'product' },
  });
  expect(Object.keys(taskWithRunID)).toEqual([taskID]);
  const update = await finishedRun(machine, taskWithRunID[taskID] ?? '');
  expect(update).toMatchObject({ type: 'update', outcome: 'success' });
  expect(await ids()).toEqual([3, 4].flatMap((id) => [`${uuid(id)}-1`, `${uuid(id)}-2`]));
  const asked = project.requests.slice(before).map(({ pathname }) => pathname);
  expect(asked.filter((path) => path.endsWith('/product-projections'))).toHaveLength(1);
  stores.south = [uuid(2), uuid(3)];
}, 60_000);

test('a destination with a prefix has an index for each store and locale, each by a run of its own', async () => {
  const { sourceID, taskID, run } = await createTask(
    { indexPrefix: 'shop', recordType: 'product' },
    { storeKeys: ['north', 'south'], locales: ['en', 'de'] },
  );
  expect(await run()).toMatchObject({ outcome: 'success' });
  const wanted = ['north_en', 'north_de', 'south_en', 'south_de'].map((set) => `shop_${set}`);
  await expect
    .poll(async () => (await indexNames()).filter((name) => name.startsWith('shop_')), { timeout: 20_000 })
    .toEqual(wanted.toSorted());
  const { runs } = await machine.ingestion.listRuns({ taskID });
  expect(runs).toHaveLength(4);
  for (const { runID } of runs) {
    expect(await finishedRun(machine, runID)).toMatchObject({ outcome: 'success' });
  }
  expect(await browse(machine, 'shop_north_en')).toMatchObject(
    new Map([
      [uuid(1), { name: 'Lamp 1' }],
      [uuid(2), { name: 'Lamp 2' }],
    ]),
  );
  const south = await browse(machine, 'shop_south_de');
  expect([...south].map(([id, { name }]) => [id, name])).toEqual([
    [uuid(2), 'Lampe 2'],
    [uuid(3), 'Lampe 3'],
  ]);

  stores.south = [uuid(3), uuid(4)];
  await machine.ingestion.runSource({
    sourceID,
    runSourcePayload: { entityIDs: [uuid(2), uuid(4)], entityType: 'product' },
  });
  const updates = async () => (await machine.ingestion.listRuns({ taskID, type: ['update'] })).runs;
  await expect
    .poll(async () => (await updates()).map(({ outcome }) => outcome), { timeout: 20_000 })
    .toEqual(Array(4).fill('success'));
  const idsOf = async (name: string) => [...(await browse(machine, name)).keys()].toSorted();
  expect(await idsOf('shop_south_en')).toEqual([uuid(3), uuid(4)]);
  expect(await idsOf('shop_south_de')).toEqual([uuid(3), uuid(4)]);
  expect(await idsOf('shop_north_de')).toEqual([uuid(1), uuid(2)]);
  stores.south = [uuid(2), uuid(3)];
}, 60_000);

test('a client that is not known to the project ends the run with what to check, and without its secret', async () => {
  const task = await createTask({ indexName: 'never' });
  const { authenticationID } = await machine.ingestion.getSource({ sourceID: task.sourceID });
  await machine.ingestion.updateAuthentication({
    authenticationID: authenticationID ?? '',
    authenticationUpdate: { input: { client_secret: 'canary-of-a-secret' } },
  });
  const run = await task.run();
  expect(run).toMatchObject({ outcome: 'failure', reasonCode: 'critical' });
  expect(run.reason).toMatch(/client_id|client_secret|authentication/);
  const { events } = await machine.ingestion.listEvents({ runID: run.runID });
  expect(JSON.stringify([run, events]) + machine.output()).not.toContain('canary-of-a-secret');
  expect(await indexNames()).not.toContain('never');
}, 60_000);
