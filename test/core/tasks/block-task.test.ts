import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../core/foundation/clock.ts';
import { newID } from '../../../core/foundation/ids.ts';
import type { Run } from '../../../core/runs/run.ts';
import { createBlockTask } from '../../../core/tasks/block-task.ts';
import { taskSchema } from '../../../core/tasks/task.ts';
import { ResourceStore } from '../../../core/resources/resource-store.ts';
import { startTable, type TestTable } from '../../support/table.ts';

let table: TestTable;
beforeAll(async () => {
  table = await startTable();
});
afterAll(async () => table.stop());

const appID = 'APP';

/** A task that references nothing, and what tells it of runs' ends. */
async function createTask(criticalThreshold?: number) {
  const tasks = new ResourceStore(
    { ...table, clock: systemClock },
    { kind: 'task', bodySchema: taskSchema, referencesOf: () => [], attributesOf: () => ({}) },
  );
  const taskID = newID();
  await tasks.create(appID, taskID, {
    sourceID: 's',
    sourceType: 'json',
    destinationID: 'd',
    action: 'save',
    triggerType: 'onDemand',
    enabled: true,
    failureThreshold: 0,
    policies: criticalThreshold === undefined ? {} : { criticalThreshold },
  });
  const blockTask = createBlockTask({ tasks });
  let second = 0;
  return {
    read: async () => (await tasks.get(appID, taskID)).body,
    async end(reasonCode: Run['reasonCode'], runID = newID()) {
      second += 1;
      const finishedAt = new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();
      const run = { appID, taskID, runID, reasonCode, reason: 'The key was revoked.', finishedAt };
      await blockTask(run as Run);
      return run as Run;
    },
    again: (run: Run) => blockTask(run),
    blockTask,
  };
}

describe('a task whose runs fail critically', () => {
  it.each([
    { given: undefined, threshold: 5 },
    { given: 2, threshold: 2 },
    { given: 1, threshold: 1 },
  ])('is disabled after $threshold in a row where the policy says $given', async ({ given, threshold }) => {
    const task = await createTask(given);
    for (let failure = 1; failure < threshold; failure += 1) await task.end('critical');
    expect((await task.read()).enabled).toBe(true);
    await task.end('critical');
    const { enabled, blocked } = await task.read();
    expect(enabled).toBe(false);
    expect(blocked?.reason).toContain('The key was revoked.');
  });

  it.each(['ok', 'too_many_errors', 'no_events'] as const)(
    'begins to count anew after a run that ended as %s',
    async (reasonCode) => {
      const task = await createTask(2);
      await task.end('critical');
      await task.end(reasonCode);
      await task.end('critical');
      expect((await task.read()).enabled).toBe(true);
    },
  );

  it.each(['cancelled', 'blocking'] as const)('counts on over a run that ended as %s', async (reasonCode) => {
    const task = await createTask(2);
    await task.end('critical');
    await task.end(reasonCode);
    await task.end('critical');
    expect((await task.read()).enabled).toBe(false);
  });

  it('counts a run once that is told of twice, and no success that was told of too late', async () => {
    const task = await createTask(2);
    const success = await task.end('ok');
    const failed = await task.end('critical');
    await task.again(failed);
    expect((await task.read()).enabled).toBe(true);
    await task.again(success);
    await task.end('critical');
    expect((await task.read()).enabled).toBe(false);
  });

  it('counts one for all the record sets that one trigger asked for', async () => {
    const task = await createTask(2);
    const first = await task.end('critical');
    await task.blockTask({ ...first, runID: newID(), dividedFrom: first.runID });
    await task.blockTask({ ...first, runID: newID(), dividedFrom: first.runID, reasonCode: 'ok' });
    expect((await task.read()).enabled).toBe(true);
    await task.end('critical');
    expect((await task.read()).enabled).toBe(false);
  });
});
