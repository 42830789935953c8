import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { systemClock } from '../../core/foundation/clock.ts';
import { readRunEntities } from '../../core/runs/run-entities.ts';
import { hasConnector } from '../../core/sources/source-types.ts';
import { createTaskStore } from '../../core/tasks/task-store.ts';
import { KEYS, startApi, type ApiService } from '../support/api-service.ts';
import { createJsonSource, createSearchAuthentication, UNKNOWN_ID, WIRE_DATE } from '../support/resources.ts';

let api: ApiService;
let authenticationID: string;
beforeAll(async () => {
  api = await startApi();
  authenticationID = await createSearchAuthentication(api.client);
});
afterAll(async () => {
  await api.stop();
});

type DestinationInput = Parameters<ApiService['client']['createDestination']>[0]['input'];
type TaskCreate = Parameters<ApiService['client']['createTask']>[0];

async function createShop(): Promise<string> {
  const input = { storeHash: 'stencil', channel: { id: 1 } };
  return (await api.client.createSource({ type: 'bigcommerce', name: 'shop', input })).sourceID;
}

async function createShopTask(
  sourceID: string,
  // The older generation's prefix is not in the client's types.
  input: DestinationInput | { indexPrefix: string },
  task: Partial<TaskCreate> = {},
): Promise<string> {
  const { destinationID } = await api.client.createDestination({
    type: 'search',
    name: 'shop',
    input: input as DestinationInput,
    authenticationID,
  });
  return (await api.client.createTask({ sourceID, destinationID, action: 'replace', ...task })).taskID;
}

const runSource = (sourceID: string, runSourcePayload: object = {}) =>
  api.client.runSource({ sourceID, runSourcePayload });
const tasksOf = ({ taskWithRunID }: { taskWithRunID: Record<string, string> }) =>
  Object.keys(taskWithRunID).toSorted();
const refusal = (message: string) => ({ status: 400, message: expect.stringContaining(message) as string });

describe.runIf(hasConnector('bigcommerce'))('a shop', () => {
  test('is run as one run per task that is enabled', async () => {
    const sourceID = await createShop();
    const [first, second] = [
      await createShopTask(sourceID, { indexName: 'first' }),
      await createShopTask(sourceID, { indexName: 'second' }),
    ];
    await createShopTask(sourceID, { indexName: 'off' }, { enabled: false });
    const started = await runSource(sourceID, { runMetadata: { why: 'a test' } });
    expect(tasksOf(started)).toEqual([first, second].toSorted());
    expect(started.createdAt).toMatch(WIRE_DATE);
    for (const [taskID, runID] of Object.entries(started.taskWithRunID)) {
      expect(await api.client.getRun({ runID })).toMatchObject({
        taskID,
        type: 'reindex',
        status: 'created',
      });
    }
  });

  test('runs the tasks of the indices that are included, and none of those that are excluded', async () => {
    const sourceID = await createShop();
    const [books, films] = [
      await createShopTask(sourceID, { indexName: 'books' }),
      await createShopTask(sourceID, { indexName: 'films' }),
    ];
    const shop = await createShopTask(sourceID, { indexPrefix: 'shop' });
    expect(tasksOf(await runSource(sourceID, { indexToInclude: ['films', 'other'] }))).toEqual([films]);
    expect(tasksOf(await runSource(sourceID, { indexToExclude: ['films', 'shop'] }))).toEqual([books]);
    expect(tasksOf(await runSource(sourceID, { indexToInclude: ['shop_de', 'shopping'] }))).toEqual([shop]);
    const both = { indexToInclude: ['books'], indexToExclude: ['books'] };
    await expect(runSource(sourceID, both)).rejects.toMatchObject(
      refusal('none of its tasks writes an index'),
    );
  });

  test('fetches the entities that are named, with the subscriptionAction and once each', async () => {
    const sourceID = await createShop();
    const taskID = await createShopTask(sourceID, { indexName: 'partly' }, { subscriptionAction: 'partial' });
    const { taskWithRunID } = await runSource(sourceID, { entityIDs: ['7', '9', '7'] });
    const runID = taskWithRunID[taskID] ?? '';
    expect(await api.client.getRun({ runID })).toMatchObject({ type: 'update' });
    const kept = await readRunEntities(api.table, { appID: KEYS.appID, runID });
    expect(kept).toEqual({ entityIDs: ['7', '9'], hints: [] });
  });

  test('starts each run for entities: none makes way for another', async () => {
    const sourceID = await createShop();
    const taskID = await createShopTask(sourceID, { indexName: 'busy' });
    const started: string[] = [];
    for (const id of ['1', '2', '3', '4']) {
      const { taskWithRunID } = await runSource(sourceID, { entityIDs: [id] });
      started.push(taskWithRunID[taskID] ?? '');
    }
    const runs = await Promise.all(started.map((runID) => api.client.getRun({ runID })));
    expect(runs.map(({ status }) => status)).toEqual(['created', 'created', 'created', 'created']);
  });

  test('fetches collections for the indices of collections, and products for the others', async () => {
    const sourceID = await createShop();
    const products = await createShopTask(sourceID, { indexName: 'products', recordType: 'product' });
    const variants = await createShopTask(sourceID, { indexName: 'variants', recordType: 'variant' });
    const entityIDs = ['5'];
    await expect(runSource(sourceID, { entityIDs, entityType: 'collection' })).rejects.toMatchObject(
      refusal('of a type that none of its tasks indexes'),
    );
    const collections = await createShopTask(sourceID, { indexName: 'shelves', recordType: 'collection' });
    const ofCollections = await runSource(sourceID, { entityIDs, entityType: 'collection' });
    expect(tasksOf(ofCollections)).toEqual([collections]);
    expect(tasksOf(await runSource(sourceID, { entityIDs }))).toEqual([products, variants].toSorted());
    const runID = ofCollections.taskWithRunID[collections] ?? '';
    expect(await readRunEntities(api.table, { appID: KEYS.appID, runID })).toMatchObject({
      entityType: 'collection',
    });
  });

  test('under one Idempotency-Key is run once', async () => {
    const sourceID = await createShop();
    await createShopTask(sourceID, { indexName: 'once' });
    const run = () => api.client.runSource({ sourceID }, { headers: { 'idempotency-key': 'monday' } });
    expect(await run()).toEqual(await run());
  });

  test('without a task that can be run says why', async () => {
    const sourceID = await createShop();
    await expect(runSource(sourceID)).rejects.toMatchObject(refusal('it has no task'));
    const taskID = await createShopTask(sourceID, { indexName: 'shelved' }, { enabled: false });
    await expect(runSource(sourceID)).rejects.toMatchObject(refusal(`are disabled, task ${taskID}`));
    await createTaskStore({ ...api.table, clock: systemClock }).update(KEYS.appID, taskID, ({ body }) => ({
      ...body,
      blocked: { at: '2026-01-01T00:00:00.000Z', reason: 'it failed five times.' },
    }));
    await expect(runSource(sourceID)).rejects.toMatchObject(refusal('because it failed five times.'));
  });

  test('starts nothing where one of its tasks cannot be run', async () => {
    const sourceID = await createShop();
    const good = await createShopTask(sourceID, { indexName: 'good' });
    const { destinationID } = await api.client.createDestination({
      type: 'search',
      name: 'locked',
      input: { indexName: 'locked' },
    });
    await api.client.createTask({ sourceID, destinationID, action: 'replace' });
    await expect(runSource(sourceID)).rejects.toMatchObject(refusal('has no authenticationID'));
    const { runs } = await api.client.listRuns({ taskID: good });
    expect(runs).toEqual([]);
  });

  test.each([
    [{ entityIDs: [] }, 'entityIDs'],
    [{ entityIDs: Array.from({ length: 1_001 }, String) }, 'entityIDs'],
    [{ entityType: 'brand' }, 'entityType'],
    [{ indexToInclude: 'movies' }, 'indexToInclude'],
  ])('is not run by what is malformed: %j', async (payload, field) => {
    const sourceID = await createShop();
    await expect(runSource(sourceID, payload)).rejects.toMatchObject(refusal(field));
  });
});

test('sources of other types are run by their tasks', async () => {
  const sourceID = await createJsonSource(api.client);
  await expect(runSource(sourceID)).rejects.toMatchObject(refusal('run the tasks of a source of type json'));
});

test('a source that is not there cannot be run', async () => {
  await expect(runSource(UNKNOWN_ID)).rejects.toMatchObject({ status: 404 });
});
