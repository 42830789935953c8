import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RecordBatch } from '../../../core/records/record-batch.ts';
import { createEntitySource } from '../../../core/runs/entity-source.ts';
import { createPartSource } from '../../../core/runs/part-source.ts';
import type { RecordSource } from '../../../core/runs/ports.ts';
import { DEFAULT_RUN_POLICY } from '../../../core/runs/run-policy.ts';
import { SourceError } from '../../../core/runs/source-error.ts';
import { EngineWorld, records } from '../../support/engine-world.ts';
import { toBatch } from '../../support/record-batches.ts';
import { startTable, type TestTable } from '../../support/table.ts';

let table: TestTable;
beforeAll(async () => {
  table = await startTable();
});
afterAll(async () => table.stop());

const IDS = ['p1-a', 'p1-b', 'p1-c', 'p1-gone'];

/** A shop that answers in batches, the third of them only when it is asked again as often as it fails. */
function shopThatFails(times: number) {
  let left = times;
  async function* readEntities(): AsyncIterable<RecordBatch> {
    yield toBatch([{ objectID: 'p1-a', by: 'update' }], { cursor: { page: 1 } });
    const rejected = [{ position: 2, objectID: 'p1-b', code: 'shop.bad_price', message: 'It has no price.' }];
    yield toBatch([], { cursor: { page: 2 }, rejected });
    if (left > 0) {
      left -= 1;
      throw new SourceError('source.unreachable', 'The shop is down.', { disposition: 'retryable' });
    }
    yield toBatch([{ objectID: 'p1-c', by: 'update' }], { cursor: { page: 3 } });
  }
  // oxlint-disable-next-line require-yield -- it must not be read
  async function* read(): AsyncIterable<RecordBatch> {
    throw new Error('The whole source was read');
  }
  return { read, readEntities };
}

type Shop = ReturnType<typeof shopThatFails>;
const SOURCES: [string, (shop: Shop) => RecordSource][] = [
  ['records', (shop) => createEntitySource(shop, IDS)],
  ['parts of records', (shop) => createPartSource(shop, ['p1'], async () => IDS)],
];

function worldOf(source: RecordSource): EngineWorld {
  const world: EngineWorld = new EngineWorld(table, {
    live: [...records(1), ...IDS.map((objectID) => ({ objectID }))],
    settings: { checkpointBytes: 1, maxUncommittedBytes: 1 },
    openConnection: async (run) => ({
      index: { searchAppID: world.appID, indexName: 'shop' },
      sourceDescription: 'shop',
      source,
      destination: world.worker.guard('index', world.index.open(run.runID, run.action)),
      policy: DEFAULT_RUN_POLICY,
    }),
  });
  return world;
}

async function startUpdate(world: EngineWorld) {
  return world.startRun({
    appID: world.appID,
    task: { taskID: 'task', action: 'save', failureThreshold: 50 },
    trigger: { kind: 'webhook', key: 'first' },
  });
}

async function endOf(world: EngineWorld, run: { readonly runID: string }) {
  const { outcome, rejectedKept, counts } = await world.read(run);
  return { outcome, rejectedKept, counts, index: world.index.objectIDs };
}

const AS_IT_MUST = {
  outcome: 'success',
  rejectedKept: 1,
  counts: { received: 4, applied: 3, unchanged: 0, rejected: 1 },
  index: ['p1-a', 'p1-b', 'p1-c', 'r0001'],
};

test.each(SOURCES)('%s that are asked for again after a failure are counted once', async (_, open) => {
  const world = worldOf(open(shopThatFails(2)));
  const run = await startUpdate(world);
  await world.deliverAll();
  expect(await endOf(world, run)).toEqual(AS_IT_MUST);
});

test.each(SOURCES)(
  '%s that are asked for again by another worker, wherever the first one died, are counted once',
  async (_, open) => {
    const clean = worldOf(open(shopThatFails(0)));
    await startUpdate(clean);
    await clean.deliverAll();
    const { calls } = clean.worker;
    expect(calls.length).toBeGreaterThan(12);
    for (let step = 1; step <= calls.length; step += 1) {
      for (const when of ['before', 'after'] as const) {
        const world = worldOf(open(shopThatFails(0)));
        const run = await startUpdate(world);
        world.worker.dieAt(step, when);
        await world.deliverUntilDeath();
        await world.recover();
        expect(await endOf(world, run), `${when} ${calls[step - 1]}`).toEqual(AS_IT_MUST);
      }
    }
  },
);
