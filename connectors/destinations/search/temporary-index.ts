import { DestinationError } from '../../../core/runs/destination-error.ts';
import type { IndexOperations } from './index-operations.ts';
import type { PublicationWatch } from './publication-watch.ts';

/** The index that a replace run fills beside the live one, then moves over it. */
export interface TemporaryIndex {
  readonly name: string;
  prepare(signal: AbortSignal): Promise<void>;
  count(signal: AbortSignal): Promise<{ written: number; live: number }>;
  publish(signal: AbortSignal): Promise<void>;
  discard(signal: AbortSignal): Promise<void>;
  /** Tells that records were accepted, so that losing the index later is noticed. */
  written(): void;
}

/** Its name is the run's alone: two runs that share a temporary index would wipe each other's records. */
export function temporaryIndexName(indexName: string, runID: string): string {
  return `${indexName}_tmp_${runID}`;
}

/** The steps of a replace run around the writes, each awaited and each safe to repeat in another process. */
export function createTemporaryIndex(
  operations: IndexOperations,
  watch: PublicationWatch,
  names: { readonly live: string; readonly temporary: string },
): TemporaryIndex {
  const { live, temporary } = names;
  let seenRecords = false;
  let moveSent = false;

  const copyScopes = async (signal: AbortSignal) => {
    if (!(await operations.exists(live, signal))) return;
    await watch.wait(temporary, [await operations.copyScopes({ from: live, to: temporary }, signal)], signal);
  };
  const count = async (signal: AbortSignal) => {
    const [written = 0, liveCount = 0] = await operations.countEntries([temporary, live], signal);
    if (written > 0) seenRecords = true;
    return { written, live: liveCount };
  };
  const discard = async (signal: AbortSignal) => {
    const taskID = await operations.remove(temporary, signal);
    if (taskID !== undefined) await watch.wait(temporary, [taskID], signal);
  };

  return {
    name: temporary,
    written: () => {
      seenRecords = true;
    },
    // A copy by an earlier worker may have stopped half-way: publishing copies again, so that is no harm.
    prepare: async (signal) => {
      if (!(await operations.exists(temporary, signal))) await copyScopes(signal);
    },
    count,
    /**
     * Moves the temporary index over the live one. When it is gone or empty, an earlier worker's move has happened
     * (nothing else removes it before a run ends, and a run without records is never published), so nothing is left
     * to do; unless this very process saw records in it and moved nothing: then they were lost, and that is an error.
     */
    publish: async (signal) => {
      const exists = await operations.exists(temporary, signal);
      // Rules may have been edited while the run was writing. Waiting for the copy also waits for a move that an
      // earlier worker sent and that was still queued: after it the copy leaves an empty shell, which must not be moved.
      if (exists) await copyScopes(signal);
      const counted = exists ? await count(signal) : { written: 0 };
      if (counted.written > 0) {
        moveSent = true;
        await watch.wait(temporary, [await operations.move({ from: temporary, to: live }, signal)], signal);
        return;
      }
      if ((seenRecords && !moveSent) || !(await operations.exists(live, signal))) throw lost(temporary);
      if (exists) await discard(signal);
    },
    discard,
  };
}

function lost(temporary: string): DestinationError {
  return new DestinationError(
    'destination.temporary_index_lost',
    `The temporary index ${temporary} is gone or empty, so it cannot replace the live one, which is left as it is. ` +
      'Was it removed by hand or by another program?',
  );
}
