import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SourceError } from '../../../core/runs/source-error.ts';
import { isBalanced } from '../../../core/runs/run-counts.ts';
import { runSchema } from '../../../core/runs/run-item.ts';
import type { Run, TaskAction } from '../../../core/runs/run.ts';
import { EngineWorld, records, type WorldOptions } from '../../support/engine-world.ts';
import { startTable, type TestTable } from '../../support/table.ts';

let table: TestTable;
beforeAll(async () => {
  table = await startTable();
});
afterAll(async () => table.stop());

const CODES = runSchema.shape.reasonCode.unwrap().options;
type ReasonCode = (typeof CODES)[number];

/** One way, the plainest, to each end that a run of a task can have. */
const ENDS: Record<
  Exclude<ReasonCode, 'idle'>,
  (world: (options: WorldOptions) => EngineWorld) => Promise<Run>
> = {
  ok: (world) => world({ entries: records(3) }).startAndWork('replace'),
  too_many_errors: (world) => {
    const rejected = { position: 1, code: 'csv.bad_number', message: 'No number.' };
    return world({ entries: [{ rejected }, ...records(3)] }).startAndWork('replace');
  },
  no_events: (world) => world({ live: records(1) }).startAndWork('replace'),
  lacking_events: (world) => world({ entries: records(3), live: records(9) }).startAndWork('replace'),
  critical: (world) => {
    const broken = world({ entries: records(3) });
    broken.source.beforeBatch = () => {
      throw new SourceError('source.not_found', 'There is no file.');
    };
    return broken.startAndWork('replace');
  },
  cancelled: async (world) => {
    const cancelled = world({ entries: records(3) });
    const run = await cancelled.start('replace');
    await cancelled.runControl.cancel(cancelled.appID, run.runID);
    await cancelled.deliverAll();
    return cancelled.read(run);
  },
  blocking: async (world) => {
    const overtaken = world({ entries: records(3) });
    const earlier = await overtaken.start('replace', 0, 'earlier');
    overtaken.clock.advance(1000);
    const later = await overtaken.start('replace', 0, 'later');
    overtaken.queue.length = 0;
    for (const run of [later, earlier]) await overtaken.work(run);
    return overtaken.read(earlier);
  },
  internal: async (world) => {
    const forgetful = world({ entries: records(3) });
    const open = forgetful.index.open.bind(forgetful.index);
    forgetful.index.open = (runID, action) => {
      const destination = open(runID, action);
      const write: typeof destination.write = async (batch, signal) => {
        const receipt = await destination.write(batch, signal);
        return { ...receipt, accepted: receipt.accepted - 1 };
      };
      return { ...destination, write };
    };
    return forgetful.startAndWork('save');
  },
};

const SUCCESSES: readonly ReasonCode[] = ['ok'];

describe('a run ends', () => {
  it.each(Object.entries(ENDS))('as %s by its rule', async (reasonCode, end) => {
    const run = await end((options) => new EngineWorld(table, options));
    const isSuccess = SUCCESSES.some((success) => success === reasonCode);
    expect(run).toMatchObject({ reasonCode, outcome: isSuccess ? 'success' : 'failure' });
    expect(run.reason).toMatch(/^[A-Z0-9].*\.$/);
  });

  it('for reasons each of which docs/runs.md has a rule for', () => {
    const text = readFileSync(join(import.meta.dirname, '../../../docs/runs.md'), 'utf8');
    const ruled = [...text.matchAll(/^\| `(\w+)` +\| (?:finished|skipped|never)/gm)].map(
      ([, code]) => code ?? '',
    );
    expect(ruled.toSorted()).toEqual(CODES.toSorted());
  });
});

describe('the books of a run', () => {
  it.each<TaskAction>(['replace', 'save', 'partial', 'partialNoCreate', 'append'])(
    'balance at each checkpoint and at the end of a %s run',
    async (action) => {
      const entries = [
        ...records(8),
        { rejected: { position: 9, code: 'csv.bad_number', message: 'No number.' } },
        ...records(4, { again: true }),
        { objectID: 'refused' },
      ];
      const world = new EngineWorld(table, {
        entries,
        live: records(3),
        settings: { checkpointBytes: 1, maxUncommittedBytes: 1 },
      });
      world.index.refused.add('refused');
      const run = await world.start(action, 100);
      const seen: Run['counts'][] = [];
      world.worker.afterCall = async (call) => {
        if (call === 'runStore.commit') seen.push((await world.read(run)).counts);
      };
      await world.deliverAll();
      expect(seen.length).toBeGreaterThan(5);
      expect(seen.filter((counts) => !isBalanced(counts))).toEqual([]);
      const ended = await world.read(run);
      expect(ended).toMatchObject({ outcome: 'success', counts: { received: 14, rejected: 2 } });
      const unchanged = { replace: 4, save: 4, partial: 0, partialNoCreate: 0, append: 7 };
      expect(ended.counts.unchanged).toBe(unchanged[action]);
      const repeats = (await world.events(run)).find(({ data }) => data?.['code'] === 'record.repeated');
      const told = { partial: 'both were applied', partialNoCreate: 'both were applied', append: 'first' };
      expect(repeats?.data?.['message']).toContain({ replace: 'later', save: 'later', ...told }[action]);
    },
  );
});
