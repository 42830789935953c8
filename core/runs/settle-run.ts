import type { TransactionItem } from '../foundation/transactions.ts';
import { TransformError } from '../transformations/transform-error.ts';
import type { RunWork } from './copy-records.ts';
import { decideSettlement, kept, type WrittenCount } from './decide-settlement.ts';
import { DestinationError } from './destination-error.ts';
import { EngineFaultError } from './engine-fault-error.ts';
import type { RepeatedIDs } from './repeated-ids.ts';
import type { Run, RunCounts, Settlement } from './run.ts';
import type { RunChanges } from './run-store.ts';
import { SourceError } from './source-error.ts';
import type { RunJournal, RunNote } from './run-journal.ts';

/** `RunFinished` is handed over by the worker itself; the sweep repeats it if that failed. */
const NOTIFICATION_SECONDS = 60;

/** Decides how a run that was read to its end has ended, and stores the decision before it is carried out. */
export async function settle(work: RunWork, repeatedIDs: RepeatedIDs, isComplete: boolean): Promise<void> {
  const { journal, connection, lease } = work;
  const found =
    journal.run.action === 'replace' && journal.run.counts.applied > 0
      ? await countWritten(work, repeatedIDs, isComplete)
      : undefined;
  const settlement = decideSettlement(journal.run, found);
  const { startedAt, createdAt, counts } = journal.run;
  await journal.commit({ settlement }, [
    {
      type: 'fetch',
      status: 'succeeded',
      batchSize: counts.received,
      data: {
        source: connection.sourceDescription,
        records: counts.received,
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
async function countWritten(
  { connection, journal, lease }: RunWork,
  repeatedIDs: RepeatedIDs,
  isComplete: boolean,
): Promise<WrittenCount> {
  const { written } = await connection.destination.countRecords(lease.signal);
  const { applied } = journal.run.counts;
  const isExact = isComplete && repeatedIDs.isExact;
  return { written, atLeast: isExact ? applied : Math.max(1, repeatedIDs.distinctApplied), atMost: applied };
}

/** Carries out what was decided and ends the run. May be done again by another worker: each step is idempotent. */
export async function carryOut(work: RunWork, settlement: Settlement): Promise<void> {
  const { journal, connection, lease } = work;
  const notes: RunNote[] = [];
  if (journal.run.action === 'replace') {
    // From here on the index changes for its readers, so a worker that was stopped meanwhile must find out now.
    await lease.confirm();
    notes.push(settlement.outcome === 'success' ? await swap(work) : await discard(work));
  } else if (settlement.outcome === 'success') {
    await connection.destination.publish(lease.signal);
  }
  await finishRun(work, settlement, notes);
}

async function swap({ connection, lease }: RunWork): Promise<RunNote> {
  await connection.destination.publish(lease.signal);
  const message = `The new index took the place of ${connection.index.indexName}.`;
  return { type: 'log', status: 'succeeded', data: { level: 'info', code: 'index.replaced', message } };
}

async function discard({ connection, lease, engine, journal }: RunWork): Promise<RunNote> {
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
  { engine, journal }: { readonly engine: RunWork['engine']; readonly journal: RunJournal },
  { outcome, reasonCode, reason }: Settlement,
  notes: readonly RunNote[] = [],
  more: { readonly counts?: RunCounts; readonly also?: readonly TransactionItem[] } = {},
): Promise<void> {
  const now = engine.clock.now();
  const changes: RunChanges = {
    status: 'finished',
    outcome,
    reasonCode,
    reason,
    settlement: undefined,
    finishedAt: now.toISOString(),
    notification: 'pending',
    dueAt: new Date(now.getTime() + NOTIFICATION_SECONDS * 1000).toISOString(),
  };
  await journal.commit(more.counts ? { ...changes, counts: more.counts } : changes, notes, more.also);
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
    reason: `${error.message}${again}${kept(run)}`,
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

/** The kind of event that tells of an error: by the step of the run that it came from. */
export function noteTypeOf(error: Error): RunNote['type'] {
  if (error instanceof SourceError) return 'fetch';
  if (error instanceof TransformError) return 'transform';
  return error instanceof DestinationError ? 'record' : 'log';
}
