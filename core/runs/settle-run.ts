import { LeaseLostError } from '../leases/lease-lost-error.ts';
import type { TransactionItem } from '../foundation/transactions.ts';
import { TransformError } from '../transformations/transform-error.ts';
import { cleanUpTime } from './clean-up.ts';
import { decideSettlement, kept } from './decide-settlement.ts';
import { notificationTime } from './due-after-end.ts';
import { DestinationError } from './destination-error.ts';
import { EngineFaultError } from './engine-fault-error.ts';
import type { GateEvidence } from './gate.ts';
import type { ExpectedIndex } from './ports.ts';
import type { RepeatedIDs } from './repeated-ids.ts';
import type { Run, Settlement } from './run.ts';
import type { RunChanges } from './run-commit.ts';
import { SourceError } from './source-error.ts';
import type { RunJournal, RunNote } from './run-journal.ts';
import type { RunWork } from './run-work.ts';

/** Decides how a run that was read to its end has ended, and stores the decision before it is carried out. */
export async function settle(work: RunWork, repeatedIDs: RepeatedIDs, isComplete: boolean): Promise<void> {
  const { journal, connection, lease, engine } = work;
  const settlement =
    journal.run.action === 'replace'
      ? decideSettlement(journal.run, {
          evidence: await gatherEvidence(work, repeatedIDs, isComplete),
          policy: connection.policy,
          now: engine.clock.now(),
        })
      : decideSettlement(journal.run);
  const { startedAt, createdAt, counts, sourceBytesRead } = journal.run;
  await journal.commit({ settlement }, [
    {
      type: 'fetch',
      status: 'succeeded',
      batchSize: counts.received,
      data: {
        source: connection.sourceDescription,
        records: counts.received,
        ...(sourceBytesRead === undefined ? {} : { bytes: sourceBytesRead }),
        durationMilliseconds: work.engine.clock.now().getTime() - Date.parse(startedAt ?? createdAt),
      },
    },
  ]);
  lease.assertHeld();
}

/**
 * What the temporary index must hold: exactly what was applied if one worker saw all ids. Otherwise an id that came
 * both before and after the change of workers was counted twice, so what was applied is the most, and what this worker
 * applied the least.
 */
async function gatherEvidence(
  { connection, journal, lease }: RunWork,
  repeatedIDs: RepeatedIDs,
  isComplete: boolean,
): Promise<GateEvidence> {
  const { written, live } = await connection.destination.countRecords(lease.signal);
  const { applied } = journal.run.counts;
  const isExact = isComplete && repeatedIDs.isExact;
  const samples =
    written > 0 && live > 0 ? await connection.destination.sampleAttributes(lease.signal) : undefined;
  return {
    written,
    live,
    atLeast: isExact ? applied : Math.max(1, repeatedIDs.distinctApplied),
    atMost: applied,
    ...(samples === undefined ? {} : { samples }),
  };
}

/**
 * Carries out what was decided and ends the run. May be done again by another worker: each step is idempotent.
 * `isRepeated`: an earlier try may have moved the index already.
 */
export async function carryOut(
  work: RunWork,
  settlement: Settlement,
  { isRepeated = false }: { isRepeated?: boolean } = {},
): Promise<void> {
  const { journal, lease } = work;
  if (journal.run.action !== 'replace') {
    return finishRun(work, settlement, [], { also: progressOf(work, settlement) });
  }
  // From here on the index changes for its readers, so a worker that was stopped meanwhile must find out now.
  await lease.confirm();
  if (settlement.outcome === 'success') {
    const isMoved = await swap(work, { records: settlement.records ?? 0, mayBeMoved: isRepeated });
    if (isMoved) return finishRun(work, settlement, [replaced(work)]);
    return finishRun(work, superseded(journal.run, { mayBeMoved: isRepeated }), [await discard(work)]);
  }
  await finishRun(work, settlement, [settlement.held === undefined ? await discard(work) : heldNote(work)]);
}

/** A run that is a success has read its source as far as its cursor, whatever it rejected on the way. */
function progressOf({ journal, connection }: RunWork, { outcome }: Settlement): readonly TransactionItem[] {
  const { cursor } = journal.run;
  if (outcome !== 'success' || cursor === undefined) return [];
  return connection.progress?.(cursor, { hasRejected: false }) ?? [];
}

/** Moves the temporary index over the live one; false when a run that was created later has written it meanwhile. */
export async function swap(
  { connection, engine, journal, lease }: RunWork,
  expected: ExpectedIndex,
): Promise<boolean> {
  const { taskID, createdAt } = journal.run;
  const turn = await engine.leaseStore.takeTurn(lease.current, { taskID, createdAt, adds: false });
  if (turn === undefined) throw new LeaseLostError(lease.current.key);
  if (turn === 'taken') await connection.destination.publish(lease.signal, expected);
  return turn === 'taken';
}

/** How a run ends that somebody cancelled. */
export function cancelled(run: Run): Settlement {
  const why =
    run.gaveWayTo === undefined
      ? 'The run was cancelled.'
      : `The run was cancelled because the run ${run.gaveWayTo} of the same task was started after it.`;
  return { outcome: 'failure', reasonCode: 'cancelled', reason: why + kept(run) };
}

/** A worker that stopped may have moved the index before. */
const MAY_BE_MOVED = ' It is not certain whether the new index has taken the place of the old one.';

/** How a run ends when one that was triggered after it came first. */
export function superseded(run: Run, { mayBeMoved = false }: { mayBeMoved?: boolean } = {}): Settlement {
  return {
    outcome: 'failure',
    reasonCode: 'blocking',
    reason: `A run that was started later has written the index already, so this one is superseded.${mayBeMoved ? MAY_BE_MOVED : kept(run)}`,
  };
}

export function replaced({ connection }: Pick<RunWork, 'connection'>): RunNote {
  const message = `The new index took the place of ${connection.index.indexName}.`;
  return { type: 'log', status: 'succeeded', data: { level: 'info', code: 'index.replaced', message } };
}

function heldNote({ connection }: RunWork): RunNote {
  const message = `The temporary index was kept for a decision; ${connection.index.indexName} is as it was.`;
  return { type: 'log', status: null, data: { level: 'warning', code: 'index.held', message } };
}

/** Removes the temporary index; the note says whether that went well. */
export async function discard({ connection, lease, engine, journal }: RunWork): Promise<RunNote> {
  try {
    await connection.destination.discard(lease.signal);
    const message = `The temporary index was removed; ${connection.index.indexName} is as it was.`;
    return { type: 'log', status: null, data: { level: 'info', code: 'index.kept', message } };
  } catch (error) {
    lease.signal.throwIfAborted();
    engine.log.error('The temporary index was not removed', error, { runID: journal.run.runID });
    const message = `The temporary index of this run could not be removed; ${connection.index.indexName} is as it was.`;
    return { type: 'log', status: 'failed', data: { level: 'warning', code: 'index.not_removed', message } };
  }
}

/** The last commit of a run: from then on nothing about it changes but that its end is told. */
export async function finishRun(
  { engine, journal }: { readonly engine: Pick<RunWork['engine'], 'clock'>; readonly journal: RunJournal },
  { outcome, reasonCode, reason, held }: Settlement,
  notes: readonly RunNote[] = [],
  more: { readonly changes?: RunChanges; readonly also?: readonly TransactionItem[] } = {},
): Promise<void> {
  const now = engine.clock.now();
  const changes: RunChanges = {
    // One that no worker took up has done nothing.
    status: reasonCode === 'cancelled' && journal.run.attempts === 0 ? 'skipped' : 'finished',
    outcome,
    reasonCode,
    reason,
    settlement: undefined,
    ...(held === undefined ? {} : { held }),
    ...(held === undefined && mayLeaveIndex(journal.run) ? { cleanUpAt: cleanUpTime(now) } : {}),
    finishedAt: now.toISOString(),
    notification: 'pending',
    dueAt: notificationTime(now),
  };
  await journal.commit({ ...changes, ...more.changes }, notes, more.also);
}

function mayLeaveIndex({ action, attempts }: Run): boolean {
  return action === 'replace' && attempts > 0;
}

/** How a run ends that cannot go on, and the event that says why. */
export function failureOf(
  run: Run,
  error: Error & { readonly code: string },
  tries = 1,
): [Settlement, RunNote] {
  const isOurs = error instanceof EngineFaultError;
  const again = tries > 1 ? ` It was tried ${tries} times.` : '';
  const settlement: Settlement = {
    outcome: 'failure',
    reasonCode: isOurs ? 'internal' : 'critical',
    reason: `${error.message}${again}${isMoveUncertain(run, error) ? MAY_BE_MOVED : kept(run)}`,
  };
  return [
    settlement,
    {
      type: noteTypeOf(error),
      status: 'critical',
      data: { code: error.code, message: error.message, ...(tries > 1 ? { tries } : {}) },
    },
  ];
}

/** The move was asked for, and what came of it could not be learned. */
function isMoveUncertain({ settlement }: Run, error: Error): boolean {
  const isRefused = error instanceof DestinationError && error.disposition === 'fatal';
  return settlement?.outcome === 'success' && settlement.records !== undefined && !isRefused;
}

/** The kind of event that tells of an error: by the step of the run that it came from. */
export function noteTypeOf(error: Error): RunNote['type'] {
  if (error instanceof SourceError) return 'fetch';
  if (error instanceof TransformError) return 'transform';
  return error instanceof DestinationError ? 'record' : 'log';
}
