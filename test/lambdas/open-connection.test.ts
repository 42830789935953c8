import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAuthenticationService } from '../../core/authentications/authentication-service.ts';
import { createAuthenticationStore } from '../../core/authentications/authentication-store.ts';
import { createDestinationStore } from '../../core/destinations/destination-store.ts';
import { systemClock } from '../../core/foundation/clock.ts';
import { newID } from '../../core/foundation/ids.ts';
import type { TaskAction } from '../../core/runs/run.ts';
import { createWorkRun } from '../../core/runs/work-run.ts';
import { createSourceStates } from '../../core/sources/source-states.ts';
import { createSourceStore } from '../../core/sources/source-store.ts';
import { createTransformationStore } from '../../core/transformations/transformation-store.ts';
import type { Task } from '../../core/tasks/task.ts';
import { createTaskStore } from '../../core/tasks/task-store.ts';
import { createOpenConnection } from '../../lambdas/work-run/open-connection.ts';
import { createSearchIndex, type SearchIndex } from '../../local/search-index/search-index.ts';
import { EngineWorld } from '../support/engine-world.ts';
import { createMemoryDataKeys } from '../support/memory-data-keys.ts';
import { startSourceServer, type SourceServer } from '../support/source-server.ts';
import { startTable, type TestTable } from '../support/table.ts';

const SEARCH = { appID: 'SEARCHAPP1', apiKey: 'canary-search-key' };
const AIRPORTS = readFileSync(
  new URL('../../node_modules/vega-datasets/data/airports.csv', import.meta.url),
  'utf8',
);

let table: TestTable;
let server: SourceServer;
let search: SearchIndex;
const dataDirectory = mkdtempSync(join(tmpdir(), 'millrace-search-'));

beforeAll(async () => {
  [table, server, search] = await Promise.all([
    startTable(),
    startSourceServer(),
    createSearchIndex({ dataDirectory, ...SEARCH }),
  ]);
});
afterAll(async () => {
  await Promise.all([table.stop(), server.stop(), search.stop()]);
  rmSync(dataDirectory, { recursive: true, force: true });
});

/** A task that reads `path` of the source server into an index of its own, and a worker for its runs. */
async function setUp(
  path: string,
  action: TaskAction,
  apiKey = SEARCH.apiKey,
  fields: Pick<Task, 'input'> = {},
) {
  const world = new EngineWorld(table);
  const { appID } = world;
  const stores = { ...table, clock: systemClock };
  const dataKeys = createMemoryDataKeys();
  const [tasks, sources, destinations] = [
    createTaskStore(stores),
    createSourceStore(stores),
    createDestinationStore(stores),
  ];
  const authentications = createAuthenticationStore(stores);
  const authentication = await createAuthenticationService({ store: authentications, dataKeys }).create(
    appID,
    newID(),
    {
      type: 'algolia',
      name: 'search',
      input: { appID: SEARCH.appID, apiKey },
    },
  );
  const source = await sources.create(appID, newID(), {
    type: 'csv',
    name: 'airports',
    input: { url: `${server.url}${path}`, uniqueIDColumn: 'iata', mapping: { latitude: 'float' } },
  });
  const indexName = `airports-${appID}`;
  const destination = await destinations.create(appID, newID(), {
    type: 'search',
    name: 'airports',
    input: { indexName },
    authenticationID: authentication.id,
  });
  const task = await tasks.create(appID, newID(), {
    sourceID: source.id,
    sourceType: 'csv',
    destinationID: destination.id,
    action,
    triggerType: 'onDemand',
    enabled: true,
    failureThreshold: 0,
    ...fields,
  });
  const openConnection = createOpenConnection({
    tasks,
    sources,
    destinations,
    authentications,
    dataKeys,
    searchHosts: { [SEARCH.appID]: search.url },
    vendorHosts: {},
    network: { allowPrivate: ['127.0.0.0/8'], trustedHosts: [] },
    clock: systemClock,
    transformations: createTransformationStore(stores),
    runTransform: async () => {
      throw new Error('There is no transformation here');
    },
    table,
    rejectedRecords: world.rejectedRecords,
    sourceStates: createSourceStates({ ...table, clock: systemClock, retentionDays: 30 }),
    containers: undefined,
    maxRecordBytes: 100_000,
  });
  const workRun = createWorkRun({ ...world.engine, openConnection });
  const run = await world.startRun({
    appID,
    task: { taskID: task.id, action, failureThreshold: 0 },
    trigger: { kind: 'api', key: newID() },
  });
  await workRun({ appID, runID: run.runID }, { remainingMilliseconds: () => 900_000 });
  return { world, run: await world.read(run), indexName, tasks, taskID: task.id };
}

async function searchIndex(indexName: string, query: string) {
  const response = await fetch(`${search.url}/1/indexes/${indexName}/query`, {
    method: 'POST',
    headers: { 'x-algolia-application-id': SEARCH.appID, 'x-algolia-api-key': SEARCH.apiKey },
    body: JSON.stringify({ query }),
  });
  return (await response.json()) as { nbHits: number; hits: { objectID: string; latitude: number }[] };
}

describe('a run with the real connectors', () => {
  it.each<TaskAction>(['replace', 'save', 'partial'])('makes a CSV file searchable by %s', async (action) => {
    server.files.set('/airports.csv', { body: AIRPORTS, contentType: 'text/csv' });
    const { world, run, indexName } = await setUp('/airports.csv', action);
    expect(run).toMatchObject({
      outcome: 'success',
      counts: { received: 3376, applied: 3376, unchanged: 0, rejected: 0 },
    });
    expect((await searchIndex(indexName, '')).nbHits).toBe(3376);
    const found = (await searchIndex(indexName, 'Thigpen')).hits;
    expect(found).toMatchObject([{ objectID: '00M', latitude: 31.953_764_72 }]);
    expect(JSON.stringify(await world.events(run))).not.toContain('canary');
  });

  it("writes what the task's mapping makes of the rows, and not those that it is not for", async () => {
    server.files.set('/mapped.csv', {
      body: 'iata,latitude,state\nAAA,1.5,MS\nBBB,2.5,TX',
      contentType: 'text/csv',
    });
    const fieldDirectives = [{ fieldKey: 'latitude', value: { path: 'latitude' } }];
    const actions = [{ enabled: true, trigger: 'state == "TX"', fieldDirectives }];
    const { run, indexName } = await setUp('/mapped.csv', 'save', SEARCH.apiKey, {
      input: { mapping: { format: 'mappingkit/v1', actions } },
    });
    expect(run).toMatchObject({ outcome: 'success', counts: { applied: 1, rejected: 0 } });
    const { hits } = await searchIndex(indexName, '');
    expect(hits).toMatchObject([{ objectID: 'BBB', latitude: 2.5 }]);
    expect(hits[0]).not.toHaveProperty('state');
  });

  it('ends with the reason when the file is not there', async () => {
    const { run } = await setUp('/missing.csv', 'replace');
    expect(run).toMatchObject({ outcome: 'failure', reasonCode: 'critical' });
    expect(run.reason).toContain('404');
    expect(run.reason).toContain('/missing.csv');
  });

  it('ends with the reason when the key is wrong, and does not tell the key', async () => {
    server.files.set('/airports.csv', { body: AIRPORTS, contentType: 'text/csv' });
    const { world, run } = await setUp('/airports.csv', 'save', 'canary-wrong-key');
    expect(run).toMatchObject({ outcome: 'failure', reasonCode: 'critical' });
    expect(JSON.stringify([run, await world.events(run), world.bus, world.logged])).not.toContain('canary');
  });
});
