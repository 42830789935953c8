import { readRunMessage } from '../../core/runs/run-message.ts';
import type { WorkRun } from '../../core/runs/work-run.ts';
import type { MessageHandler } from '../middleware/queue-worker.ts';

/** Works on the run that a message names; one that cannot be read fails, and ends in the dead-letter queue. */
export function createHandler(workRun: () => WorkRun): MessageHandler {
  return async (record, context) => {
    const { appID, runID } = readRunMessage(record.body);
    await workRun()({ appID, runID }, { remainingMilliseconds: () => context.getRemainingTimeInMillis() });
  };
}
