import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEntitySource } from '../../../core/runs/entity-source.ts';
import { DEFAULT_RUN_POLICY } from '../../../core/runs/run-policy.ts';
import type { Run, TaskAction } from '../../../core/runs/run.ts';
import { EngineWorld, records } from '../../support/engine-world.ts';
import { FakeSource } from '../../support/fake-source.ts';
import { startTable, type TestTable } from '../../support/table.ts';

let table: TestTable;
beforeAll(async () => {
  table = await startTable();
});
afterAll(async () => table.stop());

/** An older run that stops half-way, and a newer one that ends before it goes on. */
async function overtake(older: TaskAction, newer: TaskAction, newerTask?: string) {
  const world = new EngineWorld(table, {
    entries: records(6, { by: 'older' }),
    live: records(6),
    settings: { checkpointBytes: 1 },
  });
  const first = await world.start(older, 0, 'first');
  world.source.beforeBatch = (position) => {
    if (position === 4) world.worker.dieNow();
  };
  await world.deliverUntilDeath();
  world.worker.revive();
  world.source.beforeBatch = () => undefined;
  world.clock.advance(120_000);

  const newerEntries = records(6, { by: 'newer' });
  const olderEntries = world.source.entries;
  world.source.entries = newerEntries;
  const second = await startOf(world, newer, newerTask);
  await releaseLine(world, await world.read(first));
  await world.deliverAll();
  expect(await world.read(second)).toMatchObject({ outcome: 'success' });
  world.source.entries = olderEntries;
  await world.recover();
  return { world, ended: await world.read(first) };
}

describe('a run that was triggered before another one that has written its index', () => {
  it.each<[TaskAction, TaskAction]>([
    ['replace', 'replace'],
    ['replace', 'save'],
    ['save', 'replace'],
    ['save', 'save'],
    ['partial', 'save'],
  ])('as %s does not write over what that one did as %s', async (older, newer) => {
    const { world, ended } = await overtake(older, newer);
    expect(ended).toMatchObject({ status: 'finished', outcome: 'failure', reasonCode: 'blocking' });
    expect(ended.reason).toContain('superseded');
    const writers = new Set([...(world.index.live?.values() ?? [])].map((record) => record['by']));
    expect([...writers]).toEqual(['newer']);
    expect(world.index.temporary.size).toBe(0);
  });

  it('goes on when that one only added records for another task', async () => {
    const { ended } = await overtake('save', 'save', 'another-task');
    expect(ended).toMatchObject({ outcome: 'success' });
  });

  it('says what it had written before', async () => {
    const { ended } = await overtake('save', 'save');
    expect(ended.reason).toMatch(/At least \d records were written before\.$/);
  });
});

describe('runs of single records', () => {
  const updateOf = (world: EngineWorld, key: string) =>
    world.startRun({
      appID: world.appID,
      task: { taskID: `task-of-${world.appID}`, action: 'save', failureThreshold: 0 },
      trigger: { kind: 'webhook', key },
      type: 'update',
    });

  it('are all worked on, in whatever order, since each fetches what the records are then', async () => {
    const world = new EngineWorld(table, { entries: records(2), live: records(2) });
    const first = await updateOf(world, 'first');
    world.clock.advance(1_000);
    const second = await updateOf(world, 'second');
    await world.work(second);
    await world.work(first);
    expect(await world.read(second)).toMatchObject({ outcome: 'success' });
    expect(await world.read(first)).toMatchObject({ outcome: 'success' });
  });

  it('do not keep an earlier run of their task from writing, but for one that would replace what they wrote', async () => {
    for (const [action, reasonCode] of [
      ['save', 'ok'],
      ['replace', 'blocking'],
    ] as const) {
      const world = new EngineWorld(table, { entries: records(2), live: records(2) });
      const earlier = await world.start(action);
      world.clock.advance(1_000);
      await world.work(await updateOf(world, 'update'));
      await world.work(earlier);
      expect(await world.read(earlier)).toMatchObject({ reasonCode });
    }
  });

  it('delete what the source does not have any more, and say how many', async () => {
    const world = new EngineWorld(table, {
      live: records(3),
      openConnection: async (run) => ({
        index: { searchAppID: world.appID, indexName: 'airports' },
        sourceDescription: 'json file',
        source: createEntitySource(new FakeSource(records(1, { by: 'update' })), ['r0001', 'r0002']),
        destination: world.index.open(run.runID, run.action),
        policy: DEFAULT_RUN_POLICY,
      }),
    });
    const run = await updateOf(world, 'update');
    await world.deliverAll();
    expect(await world.read(run)).toMatchObject({ outcome: 'success', counts: { received: 2, applied: 2 } });
    expect(world.index.live?.get('r0001')).toMatchObject({ by: 'update' });
    expect(world.index.objectIDs).toEqual(['r0001', 'r0003']);
    const written = (await world.events(run)).find(
      ({ type, status }) => type === 'record' && status === 'succeeded',
    );
    expect(written?.data).toMatchObject({ applied: 2, deleted: 1 });
  });
});

describe('a run that was overtaken between its decision and its swap', () => {
  it('does not swap', async () => {
    const world = new EngineWorld(table, { entries: records(4), live: records(4) });
    const run = await world.start('replace');
    world.worker.beforeCall = async (call) => {
      if (call !== 'index.countRecords') return;
      await table.client.send(
        new UpdateCommand({
          TableName: table.tableName,
          Key: { pk: `${world.appID}#lease`, sk: `${world.appID}/airports` },
          UpdateExpression: 'SET lastWritten = :later',
          ExpressionAttributeValues: { ':later': '2027-01-01T00:00:00.000Z' },
        }),
      );
    };
    await world.deliverAll();
    expect(await world.read(run)).toMatchObject({ outcome: 'failure', reasonCode: 'blocking' });
    expect(world.index.swaps).toBe(0);
  });
});

function startOf(world: EngineWorld, action: TaskAction, taskID?: string): Promise<Run> {
  if (taskID === undefined) return world.start(action, 0, 'second');
  return world.startRun({
    appID: world.appID,
    task: { taskID, action, failureThreshold: 0 },
    trigger: { kind: 'api', key: 'second' },
  });
}

/** The first place in the line for the index is free again, as when the older run's message took too long. */
async function releaseLine(world: EngineWorld, { leaseKey = '' }: Run): Promise<void> {
  await table.client.send(
    new UpdateCommand({
      TableName: table.tableName,
      Key: { pk: `${world.appID}#lease`, sk: leaseKey },
      UpdateExpression: 'REMOVE nextRunID, nextCreatedAt, nextUntil',
    }),
  );
}
