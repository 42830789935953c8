import { LeaseLostError } from '../leases/lease-lost-error.ts';
import { copyRecords } from './copy-records.ts';
import { settleBeyondBudget } from './failure-budget.ts';
import { seedOf } from './id-hash.ts';
import { RepeatedIDs } from './repeated-ids.ts';
import { cancelled, carryOut, settle, superseded } from './settle-run.ts';
import type { RunWork, SliceEnd } from './run-work.ts';

/** What one worker remembers of its run from one attempt to the next. */
export interface AttemptMemory {
  repeatedIDs: RepeatedIDs | undefined;
  /** Whether `repeatedIDs` knows every id of the run. */
  isComplete: boolean;
  /** Whether records may have been written that no checkpoint covers: the next attempt sees their ids again. */
  isSpoiled: boolean;
  /** Whether this worker may have written into the temporary index. */
  hasPrepared: boolean;
}

export function startMemory(): AttemptMemory {
  return { repeatedIDs: undefined, isComplete: false, isSpoiled: true, hasPrepared: false };
}

/** From the last checkpoint to the end of the run, or of the slice. */
export async function attempt(work: RunWork, memory: AttemptMemory): Promise<SliceEnd> {
  const { journal } = work;
  const isRepeated = journal.run.settlement !== undefined;
  if (!isRepeated) {
    if (await isCancelled(work)) return endCancelled(work);
    if (await isSuperseded(work)) return 'finished';
    await prepare(work, memory);
    // Copying the settings of a large index takes a while.
    if (await isCancelled(work)) return endCancelled(work);
    const repeatedIDs = remember(work, memory);
    memory.isSpoiled = true;
    const end = await copyRecords(work, repeatedIDs);
    memory.isSpoiled = false;
    if (end.kind === 'source_failed') throw end.error;
    if (end.kind === 'deadline') return 'handed_over';
    // The last moment: once the end is decided, it stands.
    if (end.kind === 'cancelled' || (await isCancelled(work))) return endCancelled(work);
    if (end.kind === 'beyond_budget') await settleBeyondBudget(work);
    else await settle(work, repeatedIDs, memory.isComplete);
  }
  const { settlement } = journal.run;
  if (settlement !== undefined) await carryOut(work, settlement, { isRepeated });
  return 'finished';
}

function isCancelled({ engine, journal }: RunWork): Promise<boolean> {
  return engine.runStore.isCancelRequested(journal.run.appID, journal.run.runID);
}

async function endCancelled(work: RunWork): Promise<'finished'> {
  const { engine, journal } = work;
  // Who cancelled it is noted beside the commits, so the journal does not know.
  const stored = await engine.runStore.get(journal.run.appID, journal.run.runID);
  const settlement = cancelled({ ...journal.run, gaveWayTo: stored?.gaveWayTo });
  await work.journal.commit({ settlement });
  await carryOut(work, settlement);
  return 'finished';
}

/** Ends the run if one that was created later has written the index: what this one writes would be older. */
async function isSuperseded(work: RunWork): Promise<boolean> {
  const { engine, journal, lease } = work;
  const { taskID, createdAt, action, type, replay } = journal.run;
  // Somebody decided that these records count, whatever came later.
  if (replay?.isForced === true) return false;
  const isReplace = action === 'replace';
  const turn = await engine.leaseStore.takeTurn(lease.current, {
    // Runs of single records fetch what these are when they write them: nothing that they write is old.
    taskID: type === 'update' && replay === undefined ? undefined : taskID,
    // A replay's turn is that of the run that it completes: its records are as old.
    createdAt: replay?.createdAt ?? createdAt,
    adds: !isReplace,
    // A replace run writes at its end, and asks again then.
    checkOnly: isReplace,
  });
  if (turn === undefined) throw new LeaseLostError(lease.current.key);
  if (turn === 'taken') return false;
  await journal.commit({ settlement: superseded(journal.run) });
  await carryOut(work, superseded(journal.run));
  return true;
}

async function prepare({ journal, connection, lease }: RunWork, memory: AttemptMemory): Promise<void> {
  const { action, cursor, attempts } = journal.run;
  const mayHoldRecords = attempts > 1 || memory.hasPrepared;
  if (action === 'replace' && cursor === undefined && mayHoldRecords) {
    // Records of an attempt that no checkpoint covers may be of an older version of the source, those too that are
    // still on their way.
    const generation = (journal.run.generation ?? 0) + 1;
    await journal.commit({ generation });
    connection.destination.useGeneration?.(generation);
    await connection.destination.discard(lease.signal);
  }
  memory.hasPrepared = true;
  await connection.destination.prepare(lease.signal);
}

function remember({ journal }: RunWork, memory: AttemptMemory): RepeatedIDs {
  if (memory.repeatedIDs === undefined || memory.isSpoiled) {
    memory.repeatedIDs = new RepeatedIDs(seedOf(journal.run.runID));
    memory.isComplete = journal.run.cursor === undefined;
  }
  return memory.repeatedIDs;
}
