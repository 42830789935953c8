import type { DestinationCreate, SourceCreate } from 'algoliasearch';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { browse, finishedRun, startOneMachine, type OneMachine } from '../support/one-machine.ts';
import { createPushPipeline } from '../support/push-pipeline.ts';

let machine: OneMachine;

beforeAll(async () => {
  machine = await startOneMachine();
}, 60_000);

afterAll(() => machine.remove());

/** What `fields` of a destination make of the records of an index that filters leave. */
async function copy(from: NonNullable<SourceCreate['input']>, to: Partial<DestinationCreate>) {
  const { ingestion, connection } = machine;
  const { authenticationID } = await ingestion.createAuthentication({
    type: 'algolia',
    name: 'search',
    input: { appID: connection.search.appID, apiKey: connection.search.apiKey },
  });
  const { sourceID } = await ingestion.createSource({
    type: 'algoliaIndex',
    name: 'index',
    authenticationID,
    input: from,
  });
  const { destinationID } = await ingestion.createDestination({
    type: 'search',
    name: 'copy',
    authenticationID,
    input: { indexName: 'copy' },
    ...to,
  });
  const { taskID } = await ingestion.createTask({ sourceID, destinationID, action: 'replace' });
  return finishedRun(machine, (await ingestion.runTask({ taskID })).runID);
}

async function fill(indexName: string, count: number) {
  const objects = Array.from({ length: count }, (_, index) => ({
    objectID: `p${index}`,
    brand: index % 3 === 0 ? 'acme' : 'other',
    cost: { net: index, currency: 'EUR' },
    offers: [
      { price: 1, margin: 2 },
      { price: 3, margin: 4 },
    ],
  }));
  await machine.search.saveObjects({ indexName, objects, waitForTasks: true });
}

test('the records of an index that filters leave are copied, without what the destination excludes', async () => {
  await fill('catalogue', 2_500);
  const run = await copy(
    { indexName: 'catalogue', filters: 'brand:acme' },
    {
      input: {
        indexName: 'chosen',
        attributesToExclude: ['cost.net', 'offers.[0].margin', 'missing.path', 'objectID'],
      },
    },
  );
  expect(run).toMatchObject({ outcome: 'success' });
  const found = await browse(machine, 'chosen');
  expect(found.size).toBe(834);
  expect(found.get('p3')).toEqual({
    brand: 'acme',
    cost: { currency: 'EUR' },
    offers: [{ price: 1 }, { price: 3, margin: 4 }],
  });
});

test('an index can be replaced by what a transformation makes of its own records, which sees nothing excluded', async () => {
  await fill('own', 50);
  const code = 'async function transform(record) { return { ...record, seen: Object.keys(record).sort() } }';
  const { transformationID } = await machine.ingestion.createTransformation({
    name: 'seen',
    type: 'code',
    input: { code },
  });
  const run = await copy(
    { indexName: 'own' },
    { transformationIDs: [transformationID], input: { indexName: 'own', attributesToExclude: ['cost'] } },
  );
  expect(run).toMatchObject({ outcome: 'success' });
  const found = await browse(machine, 'own');
  expect(found.size).toBe(50);
  expect(found.get('p7')?.['seen']).toEqual(['brand', 'objectID', 'offers']);
});

test('what is excluded stays out of pushed records too, and a deletion is still one', async () => {
  const { taskID, destinationID } = await createPushPipeline(machine, 'pushed');
  await machine.ingestion.updateDestination({
    destinationID,
    destinationUpdate: { input: { indexName: 'pushed', attributesToExclude: ['secret', 'rows.[*].secret'] } },
  });
  const records = [
    { objectID: 'a', secret: 1, kept: 1 },
    { objectID: 'b', rows: [{ secret: 1 }, { secret: 2, kept: 2 }] },
  ];
  await machine.ingestion.pushTask({
    taskID,
    watch: true,
    pushTaskPayload: { action: 'addObject', records },
  });
  expect(Object.fromEntries(await browse(machine, 'pushed'))).toEqual({
    a: { kept: 1 },
    b: { rows: [{}, { kept: 2 }] },
  });
  await machine.ingestion.pushTask({
    taskID,
    watch: true,
    pushTaskPayload: { action: 'deleteObject', records: [{ objectID: 'a' }] },
  });
  expect([...(await browse(machine, 'pushed')).keys()]).toEqual(['b']);
});

test('an index that is not there ends the run with a reason that names it', async () => {
  const run = await copy({ indexName: 'nowhere' }, { input: { indexName: 'somewhere' } });
  expect(run).toMatchObject({ outcome: 'failure', reasonCode: 'critical' });
  expect(run.reason).toMatch(/no index nowhere .*check the source's indexName/);
});
