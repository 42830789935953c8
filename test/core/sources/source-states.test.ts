import { afterAll, beforeAll, expect, it } from 'vitest';
import { newID } from '../../../core/foundation/ids.ts';
import { createSourceStates } from '../../../core/sources/source-states.ts';
import { noteProgress } from '../../../lambdas/work-run/source-progress.ts';
import { EngineWorld } from '../../support/engine-world.ts';
import { startTable, type TestTable } from '../../support/table.ts';
import { TestClock } from '../../support/test-clock.ts';

const DAY_MILLISECONDS = 86_400_000;

let table: TestTable;
beforeAll(async () => {
  table = await startTable();
});
afterAll(async () => table.stop());

function open(clock = new TestClock()) {
  const reading = { appID: 'APP', taskID: newID(), recordSet: '', of: 'this' };
  return { clock, reading, states: createSourceStates({ ...table, clock, retentionDays: 30 }) };
}

/** A run over a source whose second half has a bad record, and what its task goes on from at each point. */
function openWorld(
  failureThreshold: number,
  entries: EngineWorld['source']['entries'],
  { countsRepeats = false } = {},
) {
  const { reading, states } = open();
  const world = new EngineWorld(table, {
    entries,
    // Each batch is a checkpoint of its own.
    settings: { checkpointBytes: 1 },
    ...noteProgress(
      { sourceStates: states },
      { source: { stateAt: ({ position }) => String(position) }, countsRepeats },
      { action: 'save', type: 'reindex' },
      reading,
    ),
  });
  return {
    world,
    find: () => states.find(reading),
    run: async () => {
      const started = await world.start('save', failureThreshold);
      await world.work(started);
      return world.runStore.get(world.appID, started.runID);
    },
  };
}

const good = (id: number) => ({ objectID: `r${id}` });
const BAD = { rejected: { code: 'test.bad', message: 'The record is bad.' } };

it('moves a task on with the checkpoints of its run', async () => {
  const { world, find, run } = openWorld(0, [1, 2, 3, 4].map(good));
  const seen: (string | undefined)[] = [];
  world.source.beforeBatch = async () => void seen.push(await find());
  expect(await run()).toMatchObject({ outcome: 'success' });
  expect(seen[0]).toBeUndefined();
  expect(await find()).toBe('4');
});

it('leaves a task where it is when its run fails, from the first rejected record on', async () => {
  const { find, run } = openWorld(0, [good(1), good(2), BAD, BAD, good(5), good(6)]);
  expect(await run()).toMatchObject({ outcome: 'failure', reasonCode: 'too_many_errors' });
  expect(['2', undefined]).toContain(await find());
});

it('moves a task on over rejected records where what was taken would count twice', async () => {
  const entries = [good(1), BAD, good(3), good(4), BAD, BAD];
  const { find, run } = openWorld(40, entries, { countsRepeats: true });
  expect(await run()).toMatchObject({ outcome: 'failure', counts: { applied: 3, rejected: 3 } });
  expect(await find()).toBe('6');
});

it('moves a task on over rejected records when its run is a success all the same', async () => {
  const { find, run } = openWorld(90, [good(1), good(2), BAD, good(4)]);
  expect(await run()).toMatchObject({ outcome: 'success', counts: { rejected: 1 } });
  expect(await find()).toBe('4');
});

it('knows a state for its own reading only, and only for as long as runs are kept', async () => {
  const { clock, reading, states } = open();
  await table.client.send(await toPut(states.change(reading, 'state')));
  expect(await states.find(reading)).toBe('state');
  expect(await states.find({ ...reading, of: 'another' })).toBeUndefined();
  expect(await states.find({ ...reading, recordSet: 'fr' })).toBeUndefined();
  clock.advance(31 * DAY_MILLISECONDS);
  expect(await states.find(reading)).toBeUndefined();
});

it('keeps a large text in parts, the same under the same key', async () => {
  const { reading, states } = open();
  const text = JSON.stringify(Array.from({ length: 20_000 }, () => newID()));
  const key = await states.keep(reading, text);
  expect(Number(key.split('.')[1])).toBeGreaterThan(1);
  expect(await states.keep(reading, text)).toBe(key);
  expect(await states.open(reading, key)).toBe(text);
  expect(await states.open({ ...reading, taskID: newID() }, key)).toBeUndefined();
});

async function toPut({ Put }: ReturnType<ReturnType<typeof createSourceStates>['change']>) {
  const { PutCommand } = await import('@aws-sdk/lib-dynamodb');
  if (Put === undefined) throw new Error('A put was expected');
  return new PutCommand(Put);
}
