import type { Clock } from '../foundation/clock.ts';
import { ConflictError } from '../foundation/errors.ts';
import { newTimeOrderedID } from '../foundation/ids.ts';
import type { Run } from '../runs/run.ts';
import { RunJournal } from '../runs/run-journal.ts';
import type { RunStore } from '../runs/run-store.ts';
import { cancelled, finishRun } from '../runs/settle-run.ts';
import { leaveLine } from './push-line.ts';

/**
 * Ends a push that no worker has begun and takes it out of its line, with the event that was promised; resolves to the
 * run as it ended. One that was begun is a `ConflictError`: it may be in the index by now. A `RunCommitRefusedError`
 * means that it moved on since it was read.
 */
export type CancelPush = (run: Run) => Promise<Run>;

export function createCancelPush(dependencies: {
  readonly runStore: Pick<RunStore, 'commit'>;
  readonly tableName: string;
  readonly clock: Clock;
}): CancelPush {
  const { tableName, clock } = dependencies;
  return async (run) => {
    if (run.status !== 'created' || run.push === undefined) {
      const message = 'The push is being applied already, so it can no longer be cancelled.';
      throw new ConflictError('push.begun', message);
    }
    const { action, indexName, eventID } = run.push;
    const settlement = cancelled(run);
    const journal = new RunJournal({ ...dependencies, newEventID: newTimeOrderedID }, run);
    const note = {
      type: 'record',
      status: 'failed',
      eventID,
      data: { action, indexName, applied: 0, rejected: 0, message: settlement.reason },
    } as const;
    await finishRun({ engine: { clock }, journal }, settlement, [note], { also: leaveLine(tableName, run) });
    return journal.run;
  };
}
