import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';

import { createAuthenticationService } from '../../core/authentications/authentication-service.ts';
import { createAuthenticationStore } from '../../core/authentications/authentication-store.ts';
import { createDestinationStore } from '../../core/destinations/destination-store.ts';
import { systemClock } from '../../core/foundation/clock.ts';
import { newID } from '../../core/foundation/ids.ts';
import { createRejectedRecordStore } from '../../core/rejected-records/rejected-record-store.ts';
import { createRunStore } from '../../core/runs/run-store.ts';
import { createStartRun } from '../../core/runs/start-run.ts';
import { createSourceStates } from '../../core/sources/source-states.ts';
import { createSourceStore } from '../../core/sources/source-store.ts';
import { createTaskStore } from '../../core/tasks/task-store.ts';
import { createTransformationStore } from '../../core/transformations/transformation-store.ts';
import { createAskVendor } from '../../core/webhooks/ask-vendor.ts';
import { createRegistrationStore } from '../../core/webhooks/registration-store.ts';
import type { Registration } from '../../core/webhooks/registration.ts';
import { createWebhookService } from '../../core/webhooks/webhook-service.ts';
import { createWebhookStore } from '../../core/webhooks/webhook-store.ts';
import { createArrangeHooks } from '../../lambdas/work-run/arrange-hooks.ts';
import { ACCESS_TOKEN, startBigCommerce, STORE_HASH } from '../connectors/bigcommerce/bigcommerce-server.ts';
import { createMemoryDataKeys } from '../support/memory-data-keys.ts';
import { startTable, type TestTable } from '../support/table.ts';

const URL_OF_HOOK = 'https://shop.example.com/hooks/h';
const never = new AbortController().signal;

let table: TestTable;
beforeAll(async () => {
  table = await startTable();
});
afterAll(async () => {
  await table.stop();
});

/** A task of a BigCommerce store with a webhook, and the worker that sees to it at the vendor. */
async function createWorld() {
  const shop = await startBigCommerce({});
  onTestFinished(() => shop.stop());
  const stores = { ...table, clock: systemClock };
  const owner = { appID: `APP${newID().slice(0, 8)}`, taskID: newID() };
  const { appID, taskID } = owner;
  const dataKeys = createMemoryDataKeys();
  const authentications = createAuthenticationStore(stores);
  const [sources, destinations, tasks] = [
    createSourceStore(stores),
    createDestinationStore(stores),
    createTaskStore(stores),
  ];
  const authentication = await createAuthenticationService({ store: authentications, dataKeys }).create(
    appID,
    newID(),
    { type: 'apiKey', name: 'store', input: { key: ACCESS_TOKEN } },
  );
  const source = await sources.create(appID, newID(), {
    type: 'bigcommerce',
    name: 'store',
    input: { storeHash: STORE_HASH },
    authenticationID: authentication.id,
  });
  const destination = await destinations.create(appID, newID(), {
    type: 'search',
    name: 'products',
    input: { indexName: 'products' },
  });
  await tasks.create(appID, taskID, {
    sourceID: source.id,
    sourceType: 'bigcommerce',
    destinationID: destination.id,
    action: 'replace',
    subscriptionAction: 'save',
    triggerType: 'subscription',
    enabled: true,
    failureThreshold: 0,
  });
  const webhookStore = createWebhookStore(stores);
  const webhooks = createWebhookService({
    store: webhookStore,
    tasks,
    dataKeys,
    clock: systemClock,
    commercetoolsProjects: {},
  });
  await webhooks.set(owner, { scheme: 'bigcommerce' });
  const registrations = createRegistrationStore(stores);
  const runStore = createRunStore(stores);
  const runQueue = { send: async () => undefined, sendAll: async () => undefined };
  const startRun = createStartRun({ runStore, runQueue, clock: systemClock });
  const askVendor = createAskVendor({ registrations, sources, startRun, clock: systemClock });
  const world = {
    shop,
    webhooks,
    find: () => registrations.find(owner),
    owner,
    /** Happens once, right after a worker has read the webhook with its secret. */
    meanwhile: async (): Promise<unknown> => undefined,
    /** What somebody wants from now on, and the run that is to make it so. */
    ask: async (wanted: Registration['wanted']) =>
      askVendor({
        wanted: { ...owner, url: URL_OF_HOOK, sourceID: source.id, wanted },
        before: await registrations.find(owner),
        trigger: { kind: 'api', key: newID() },
      }),
  };
  const arrange = createArrangeHooks({
    tasks,
    sources,
    destinations,
    authentications,
    dataKeys,
    searchHosts: {},
    vendorHosts: { bigcommerce: shop.url },
    network: { allowPrivate: [], trustedHosts: [] },
    clock: systemClock,
    transformations: createTransformationStore(stores),
    runTransform: async () => ({ outcomes: [], logs: [] }) as never,
    table,
    rejectedRecords: createRejectedRecordStore({ ...stores, retentionDays: 30 }),
    maxRecordBytes: 100_000,
    sourceStates: createSourceStates({ ...stores, retentionDays: 30 }),
    containers: undefined,
    webhooks: {
      get: async (...of: Parameters<typeof webhookStore.get>) => {
        const found = await webhookStore.get(...of);
        const act = world.meanwhile;
        world.meanwhile = async () => undefined;
        await act();
        return found;
      },
    },
    registrations,
  });
  return { ...world, world, arrange };
}

const secretsOf = ({ hooks }: Awaited<ReturnType<typeof startBigCommerce>>) => [
  ...new Set(hooks.map(({ headers }) => headers?.['X-Millrace-Secret'])),
];

describe('a worker that sees to the webhooks at a vendor', () => {
  test('registers them, says what is delivered, and notes it; then removes them and forgets', async () => {
    const { arrange, ask, shop, find } = await createWorld();
    expect(await arrange(await ask('registered'), never)).toMatch(
      /^The vendor delivers to https:\/\/shop\.example\.com\/hooks\/h: store\/product\/\*/,
    );
    expect(shop.hooks).toHaveLength(3);
    expect((await find())?.topics).toHaveLength(3);
    expect(await arrange(await ask('removed'), never)).toMatch(/delivers nothing/);
    expect([shop.hooks, await find()]).toEqual([[], undefined]);
  });

  test('does nothing where something else was asked for since', async () => {
    const { arrange, ask, shop } = await createWorld();
    const late = await ask('removed');
    await arrange(await ask('registered'), never);
    expect(await arrange(late, never)).toMatch(/a later run/);
    expect(shop.hooks).toHaveLength(3);
  });

  test('leaves the newest secret, though it was changed and told by another worker meanwhile', async () => {
    const { arrange, ask, shop, world, webhooks, owner } = await createWorld();
    let secret: string | undefined;
    world.meanwhile = async () => {
      secret = (await webhooks.rotate(owner, undefined)).secret?.reveal();
      await arrange(await ask('registered'), never);
      expect(secretsOf(shop)).toEqual([secret]);
    };
    await arrange(await ask('registered'), never);
    expect(secretsOf(shop)).toEqual([secret]);
  });

  test('leaves nothing where the removal was asked for and done by another worker meanwhile', async () => {
    const { arrange, ask, shop, world } = await createWorld();
    await arrange(await ask('registered'), never);
    world.meanwhile = async () => arrange(await ask('removed'), never);
    await arrange(await ask('registered'), never);
    expect(shop.hooks).toEqual([]);
  });
});
