import { DestinationError } from '../../../core/runs/destination-error.ts';
import type { ExpectedIndex } from '../../../core/runs/ports.ts';
import type { IndexOperations } from './index-operations.ts';
import type { PublicationWatch } from './publication-watch.ts';

/** The index that a replace run fills beside the live one, then moves over it. */
export interface TemporaryIndex {
  /** Of the generation that counts. */
  readonly name: string;
  use(generation: number): void;
  prepare(signal: AbortSignal): Promise<void>;
  count(signal: AbortSignal): Promise<{ written: number; live: number }>;
  publish(signal: AbortSignal, expected: ExpectedIndex): Promise<void>;
  discard(signal: AbortSignal): Promise<void>;
  /** Tells that records were accepted, so that losing the index later is noticed. */
  written(): void;
}

/** Its name is the run's alone: two runs that share a temporary index would wipe each other's records. */
function temporaryIndexName({ live, runID }: TemporaryIndexNames, generation: number): string {
  return `${live}_tmp_${runID}${generation === 0 ? '' : `_${generation}`}`;
}

interface TemporaryIndexNames {
  readonly live: string;
  readonly runID: string;
}

/** The steps of a replace run around the writes, each awaited and each safe to repeat in another process. */
export function createTemporaryIndex(
  operations: IndexOperations,
  watch: PublicationWatch,
  names: TemporaryIndexNames & { readonly generation: number },
): TemporaryIndex {
  const { live } = names;
  let { generation } = names;
  let temporary = temporaryIndexName(names, generation);
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
    for (let each = generation; each >= 0; each -= 1) {
      const name = temporaryIndexName(names, each);
      const taskID = await operations.remove(name, signal);
      if (taskID !== undefined) await watch.wait(name, [taskID], signal);
    }
  };

  return {
    get name() {
      return temporary;
    },
    use: (next) => {
      if (next === generation) return;
      generation = next;
      temporary = temporaryIndexName(names, next);
      seenRecords = false;
      moveSent = false;
    },
    written: () => void (seenRecords = true),
    // A copy by an earlier worker may have stopped half-way: publishing copies again, so that is no harm.
    prepare: async (signal) => {
      if (!(await operations.exists(temporary, signal))) await copyScopes(signal);
    },
    count,
    /**
     * Moves the temporary index over the live one if it holds what is expected. When it may have been moved before and
     * is gone or empty, that move has happened, unless this very process saw records in it and moved nothing. Then a few
     * records in it are those of a batch that came too late and made it anew: they must never go over the live one.
     */
    publish: async (signal, { records, mayBeMoved }) => {
      const exists = await operations.exists(temporary, signal);
      // Rules may have been edited while the run was writing. Waiting for the copy also waits for a move that an
      // earlier worker sent and that was still queued: after it the copy leaves an empty shell, which must not be moved.
      if (exists) await copyScopes(signal);
      const seenBefore = seenRecords;
      const counted = await count(signal);
      const isWhole = exists && counted.written === records;
      // An empty one is moved again, unless the live one is empty too.
      if (isWhole && (records > 0 || !mayBeMoved || counted.live > 0)) {
        moveSent = true;
        await watch.wait(temporary, [await operations.move({ from: temporary, to: live }, signal)], signal);
        return;
      }
      const isEmpty = counted.written === 0;
      const isLost = !mayBeMoved || (seenBefore && !moveSent) || !(await operations.exists(live, signal));
      if (isEmpty && isLost) throw lost(temporary);
      // After a move it can hold a late batch, a part of what it held before: with more than that it was not moved.
      const isChanged = !isEmpty && (!mayBeMoved || counted.live !== records || counted.written > records);
      if (isChanged) throw changed(temporary, counted.written, records);
      await discard(signal);
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

function changed(temporary: string, written: number, expected: number): DestinationError {
  return new DestinationError(
    'destination.temporary_index_changed',
    `The temporary index ${temporary} holds ${written} records where it held ${expected} when it was checked, so it ` +
      'does not replace the live one, which is left as it is. Did another program write into it?',
  );
}
