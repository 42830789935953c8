import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createAuthenticationService } from '../../core/authentications/authentication-service.ts';
import { createAuthenticationStore } from '../../core/authentications/authentication-store.ts';
import { createDestinationStore } from '../../core/destinations/destination-store.ts';
import { systemClock } from '../../core/foundation/clock.ts';
import { newID } from '../../core/foundation/ids.ts';
import { createWorkRun } from '../../core/runs/work-run.ts';
import { createSourceStates } from '../../core/sources/source-states.ts';
import { createSourceStore } from '../../core/sources/source-store.ts';
import { createTaskStore } from '../../core/tasks/task-store.ts';
import { createTransformationStore } from '../../core/transformations/transformation-store.ts';
import { createOpenConnection } from '../../lambdas/work-run/open-connection.ts';
import { createSearchIndex, type SearchIndex } from '../../local/search-index/search-index.ts';
import { COMMANDS } from '../connectors/docker/open-docker.ts';
import { bundleRelay, openFargate, processLauncher } from '../connectors/docker/open-fargate.ts';
import { EngineWorld } from '../support/engine-world.ts';
import { createMemoryDataKeys } from '../support/memory-data-keys.ts';
import { startTable, type TestTable } from '../support/table.ts';

const SEARCH = { appID: 'SEARCHAPP1', apiKey: 'canary-search-key' };

let table: TestTable;
let search: SearchIndex;
let fargate: Awaited<ReturnType<typeof openFargate>>;
const dataDirectory = mkdtempSync(join(tmpdir(), 'millrace-search-'));
beforeAll(async () => {
  const program = await bundleRelay();
  [table, search, fargate] = await Promise.all([
    startTable(),
    createSearchIndex({ dataDirectory, ...SEARCH }),
    openFargate({
      program,
      launcher: processLauncher({ 'docker.io/library/tap-test:latest': {} }),
      settings: { commands: { 'tap-test': COMMANDS['tap-test'] } },
    }),
  ]);
});
afterAll(async () => {
  await Promise.all([table.stop(), search.stop(), fargate.close()]);
  rmSync(dataDirectory, { recursive: true, force: true });
});

function tap(configuration: Record<string, unknown>) {
  return { image: 'tap-test', imageType: 'singer' as const, registry: 'dockerhub' as const, configuration };
}

test('a run reads a docker source by tasks of ECS, each marked with it, and the next run goes on from its state', async () => {
  const world = new EngineWorld(table);
  const { appID } = world;
  const stores = { ...table, clock: systemClock };
  const dataKeys = createMemoryDataKeys();
  const sources = createSourceStore(stores);
  const destinations = createDestinationStore(stores);
  const tasks = createTaskStore(stores);
  const authentications = createAuthenticationStore(stores);
  const authentication = await createAuthenticationService({ store: authentications, dataKeys }).create(
    appID,
    newID(),
    { type: 'algolia', name: 'search', input: SEARCH },
  );
  const source = await sources.create(appID, newID(), {
    type: 'docker',
    name: 'lamps',
    input: tap({ records: 30, misbehave: 'fails', at: 25 }),
  });
  const destination = await destinations.create(appID, newID(), {
    type: 'search',
    name: 'lamps',
    input: { indexName: 'lamps' },
    authenticationID: authentication.id,
  });
  const task = await tasks.create(appID, newID(), {
    sourceID: source.id,
    sourceType: 'docker',
    destinationID: destination.id,
    action: 'save',
    triggerType: 'onDemand',
    enabled: true,
    failureThreshold: 0,
    input: { streams: [{ name: 'items', syncMode: 'incremental' }] },
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
    containers: fargate.runner,
    maxRecordBytes: 100_000,
  });
  const workRun = createWorkRun({ ...world.engine, openConnection });
  const work = async () => {
    const run = await world.startRun({
      appID,
      task: { taskID: task.id, action: 'save', failureThreshold: 0 },
      trigger: { kind: 'api', key: newID() },
    });
    await workRun({ appID, runID: run.runID }, { remainingMilliseconds: () => 900_000 });
    return world.read(run);
  };

  const first = await work();
  expect(first).toMatchObject({ outcome: 'failure', counts: { received: 24, applied: 24 } });
  expect(first.reason).toContain('It said last: Could not reach the shop');
  const marks = new Set(fargate.ecs.tasks.map(({ startedBy }) => startedBy));
  expect([...marks]).toEqual([first.runID]);
  await expect.poll(() => fargate.ecs.tasks.some(({ isRunning }) => isRunning)).toBe(false);

  await sources.update(appID, source.id, () => ({
    type: 'docker',
    name: 'lamps',
    input: tap({ records: 40 }),
  }));
  // The last state was that of record 20.
  expect(await work()).toMatchObject({ outcome: 'success', counts: { received: 20, applied: 20 } });
}, 60_000);
