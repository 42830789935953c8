import type { Clock } from '../../../core/foundation/clock.ts';
import { DestinationError } from '../../../core/runs/destination-error.ts';
import type { IndexOperations } from './index-operations.ts';

/** A run of a million records has hundreds of tasks: one after the other they would take longer than what they are of. */
const AT_ONCE = 16;
const FIRST_DELAY_MILLISECONDS = 20;
const LONGEST_DELAY_MILLISECONDS = 1000;
const DELAY_GROWTH = 1.5;
/** A busy application can take minutes; a task that is still being processed has not failed. */
const DEADLINE_MILLISECONDS = 30 * 60_000;

/** Waits until tasks of one index are published, each confirmed by itself: no order among them is documented. */
export interface PublicationWatch {
  wait(indexName: string, taskIDs: readonly number[], signal: AbortSignal): Promise<void>;
}

/** Polls the Search API, a few tasks at a time, ever more slowly. */
export function createPublicationWatch(operations: IndexOperations, clock: Clock): PublicationWatch {
  const waitForOne = async (indexName: string, taskID: number, signal: AbortSignal) => {
    const startedAt = clock.now().getTime();
    let delay = FIRST_DELAY_MILLISECONDS;
    while (!(await operations.isPublished(indexName, taskID, signal))) {
      if (clock.now().getTime() - startedAt > DEADLINE_MILLISECONDS) throw tooLate(taskID);
      await clock.sleep(delay, signal);
      delay = Math.min(delay * DELAY_GROWTH, LONGEST_DELAY_MILLISECONDS);
    }
  };
  return {
    wait: async (indexName, taskIDs, signal) => {
      // The newest first: once it is published the others mostly are, and take one request each.
      const pending = [...new Set(taskIDs)].sort((left, right) => right - left);
      const newest = pending.shift();
      if (newest === undefined) return;
      await waitForOne(indexName, newest, signal);
      const waitForRest = async () => {
        for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
          await waitForOne(indexName, next, signal);
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, waitForRest));
    },
  };
}

function tooLate(taskID: number): DestinationError {
  return new DestinationError(
    'destination.publication_timeout',
    `The search service has not published task ${taskID} within ${DEADLINE_MILLISECONDS / 60_000} minutes.`,
    { disposition: 'retryable' },
  );
}
