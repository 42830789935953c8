import type { MillraceError } from '../foundation/errors.ts';
import { TransformError } from '../transformations/transform-error.ts';
import { attempt, startMemory } from './attempt.ts';
import { DestinationError } from './destination-error.ts';
import { EngineFaultError } from './engine-fault-error.ts';
import { NO_COUNTS } from './run-counts.ts';
import type { RunNote } from './run-journal.ts';
import { carryOut, failureOf, finishRun, noteTypeOf } from './settle-run.ts';
import { SourceError } from './source-error.ts';
import type { RunWork, SliceEnd } from './run-work.ts';

const FIRST_DELAY_MILLISECONDS = 1_000;
const MAX_DELAY_MILLISECONDS = 30_000;
/** Whoever asks for more is asked again in between: the worker is not kept for it. */
const MAX_ASKED_MILLISECONDS = 120_000;

/** The connector says that what it read before is not what is there now. */
const SOURCE_CHANGED = 'source.changed';

/** Takes a run up under its lease and works on it until it has ended or the function's deadline comes near. */
export async function workSlice(work: RunWork, abandonedBy: string | undefined): Promise<SliceEnd> {
  const { journal, engine, lease } = work;
  const { run } = journal;
  await journal.commit(
    {
      status: 'started',
      startedAt: run.startedAt ?? engine.clock.now().toISOString(),
      fence: lease.current.fence,
      attempts: run.attempts + 1,
      stalls: run.stalls + 1,
      leaseKey: lease.current.key,
    },
    takeUpNotes(work, abandonedBy === run.runID),
  );
  if (run.stalls >= engine.settings.maxStalls) {
    const message = `The run was taken up ${run.stalls} times in a row and stopped each time before it got any further.`;
    await giveUp(work, new EngineFaultError('run.stalled', message), 1);
    return 'finished';
  }
  return workWithRetries(work);
}

async function workWithRetries(work: RunWork): Promise<SliceEnd> {
  const { journal, engine, lease } = work;
  const memory = startMemory();
  let tries = 0;
  for (;;) {
    const { cursor } = journal.run;
    try {
      return await attempt(work, memory);
    } catch (error) {
      lease.signal.throwIfAborted();
      if (!isOfTheRun(error)) throw error;
      if (error.code === SOURCE_CHANGED && journal.run.restarts < engine.settings.maxRestarts) {
        await restart(work, error);
        memory.isSpoiled = true;
        continue;
      }
      // A checkpoint in between is progress: the count begins again.
      tries = journal.run.cursor === cursor ? tries + 1 : 1;
      if (error.disposition !== 'retryable' || tries >= engine.settings.maxTries) {
        await giveUp(work, error, tries);
        return 'finished';
      }
      if (!(await waitBeforeRetry(work, error, tries))) return 'handed_over';
    }
  }
}

/** What the owner of the source or index can act on, or a fault that ends the run; anything else is the worker's. */
function isOfTheRun(error: unknown): error is RunError {
  return (
    error instanceof SourceError ||
    error instanceof TransformError ||
    error instanceof DestinationError ||
    error instanceof EngineFaultError
  );
}

type RunError = SourceError | TransformError | DestinationError | EngineFaultError;

/** Full jitter, doubling, or as long as the other side asks. False if the function would end before: then the next slice tries. */
async function waitBeforeRetry(work: RunWork, error: MillraceError, tries: number): Promise<boolean> {
  const { journal, engine, lease } = work;
  const longest = Math.min(MAX_DELAY_MILLISECONDS, FIRST_DELAY_MILLISECONDS * 2 ** (tries - 1));
  const asked = Math.min(MAX_ASKED_MILLISECONDS, (error.retryAfterSeconds ?? 0) * 1000);
  const milliseconds = Math.max(asked, Math.round(engine.random() * longest));
  const note: RunNote = {
    type: noteTypeOf(error),
    status: 'retried',
    data: { code: error.code, message: error.message, tries, retryInMilliseconds: milliseconds },
  };
  await journal.commit({}, [note]);
  const reserve = engine.settings.sliceReserveSeconds * 1000;
  if (work.remainingMilliseconds() < milliseconds + reserve) return false;
  await engine.clock.sleep(milliseconds, lease.signal);
  return true;
}

/** The source is another one than that which the cursor was made for: everything is read again. */
async function restart({ journal }: RunWork, error: MillraceError): Promise<void> {
  const message = `${error.message} The run begins again; what was counted so far no longer counts.`;
  const changes = {
    cursor: undefined,
    counts: NO_COUNTS,
    rejectedKept: 0,
    restarts: journal.run.restarts + 1,
  };
  await journal.commit(changes, [
    { type: 'log', status: 'retried', data: { level: 'warning', code: error.code, message } },
  ]);
}

async function giveUp(work: RunWork, error: RunError, tries: number): Promise<void> {
  const { journal } = work;
  const decided = journal.run.settlement;
  // Whoever gave up before knew of a move that was asked for; from that decision on nobody does.
  if (decided?.outcome === 'failure') return carryOut(work, decided);
  const [settlement, note] = failureOf(journal.run, error, tries);
  if (journal.run.action !== 'replace') return finishRun(work, settlement, [note]);
  await journal.commit({ settlement }, [note]);
  await carryOut(work, settlement);
}

function takeUpNotes({ journal, connection, engine }: RunWork, wasAbandoned: boolean): RunNote[] {
  const { run } = journal;
  const fetching: RunNote = {
    type: 'fetch',
    status: 'started',
    data: { source: connection.sourceDescription, index: connection.index.indexName, action: run.action },
  };
  if (run.attempts === 0) return [fetching];
  const where = run.cursor === undefined ? 'from the start' : `at ${describeCursor(run.cursor)}`;
  const why = wasAbandoned ? 'after the worker stopped' : 'in the next slice of time';
  const resumed: RunNote = {
    type: 'log',
    status: 'started',
    data: {
      level: wasAbandoned ? 'warning' : 'info',
      code: 'run.resumed',
      message: `The run was resumed ${where} ${why}.`,
      ...(run.cursor === undefined ? {} : { cursor: run.cursor }),
      at: engine.clock.now().toISOString(),
    },
  };
  return [resumed];
}

/** Cursors are the connectors' own; those of files have these two. */
function describeCursor(cursor: NonNullable<RunWork['journal']['run']['cursor']>): string {
  const { offset, line } = cursor;
  if (typeof offset !== 'number') return 'its last checkpoint';
  return `byte ${offset}${typeof line === 'number' ? `, line ${line},` : ''}`;
}
