import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';

import { browse, finishedRun, startOneMachine } from '../support/one-machine.ts';
import { createPushPipeline } from '../support/push-pipeline.ts';

test('pushes that were accepted before a kill -9 are all applied after it, in their order', async () => {
  let machine = await startOneMachine();
  try {
    const { taskID, indexName } = await createPushPipeline(machine, 'killed');
    const runIDs: string[] = [];
    for (let version = 0; version < 20; version += 1) {
      const { runID } = await machine.ingestion.pushTask({
        taskID,
        pushTaskPayload: {
          action: 'addObject',
          records: [{ objectID: 'same', version }, { objectID: `own-${version}` }],
        },
      });
      runIDs.push(runID);
    }
    await machine.kill('SIGKILL');
    await delay(100);
    machine = await machine.restart();
    for (const runID of runIDs) {
      expect(await finishedRun(machine, runID, 100)).toMatchObject({ outcome: 'success' });
    }
    const found = await browse(machine, indexName);
    expect(found.size).toBe(21);
    expect(found.get('same')).toEqual({ version: 19 });
  } finally {
    await machine.remove();
  }
}, 150_000);
