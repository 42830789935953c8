import { InvalidInputError, MillraceError } from '../foundation/errors.ts';
import { deriveID } from '../foundation/ids.ts';
import { number } from './amounts.ts';
import type { Engine } from './engine.ts';
import { EngineFaultError } from './engine-fault-error.ts';
import type { Run } from './run.ts';
import type { RunJournal, RunNote } from './run-journal.ts';
import { toRunMessage } from './run-message.ts';
import { failureOf, finishRun } from './settle-run.ts';
import { SourceError } from './source-error.ts';
import { newRun } from './start-run.ts';

/** A transaction that cancels the runs of two triggers has room for so many. */
const MAX_RECORD_SETS = 40;
const PLAN_SECONDS = 60;
const RETRY_SECONDS = 15;
/** Whoever asks for more is asked again in between: the worker is not kept for it. */
const MAX_ASKED_SECONDS = 120;

/** Names the record sets of a run's source. */
type PlanRecordSets = (signal: AbortSignal) => Promise<readonly string[]>;

/**
 * A run whose destination has an index for each record set becomes the run of the first one, with a run beside it for each
 * other. Which set is whose is stored before anything is read. A worker that stops in between is followed by one that does
 * the same again: the ids of the others are derived, so each is claimed once.
 */
export async function divideRun(
  engine: Engine,
  journal: RunJournal,
  plan: PlanRecordSets,
): Promise<'finished' | 'handed_over'> {
  await journal.commit({ stalls: journal.run.stalls + 1, dueAt: secondsFromNow(engine, PLAN_SECONDS * 2) });
  let names: readonly string[];
  try {
    names = await planWithin(engine, journal.run, plan);
  } catch (error) {
    if (!(error instanceof MillraceError)) throw error;
    return endOrTryAgain(engine, journal, error);
  }
  const [first = '', ...others] = names.length > 1 ? names : [];
  const siblings = others.map((name) => siblingOf(journal.run, name));
  for (const sibling of siblings) await engine.runStore.claim(sibling);
  const notes = siblings.length === 0 ? [] : [describeSets(names, siblings)];
  await journal.commit({ recordSet: first, stalls: 0, dueAt: secondsFromNow(engine, 0) }, notes);
  // One whose message is lost is due in the table: the sweep sends it.
  await engine.runQueue.sendAll(siblings.map((run) => ({ message: toRunMessage(run), delaySeconds: 0 })));
  return 'handed_over';
}

async function planWithin(engine: Engine, run: Run, plan: PlanRecordSets): Promise<readonly string[]> {
  if (run.stalls > engine.settings.maxStalls) {
    const message = `The run was taken up ${run.stalls} times and stopped each time before its source had named its record sets.`;
    throw new EngineFaultError('run.stalled', message);
  }
  const signal = AbortSignal.timeout(PLAN_SECONDS * 1000);
  const names = await nameWithin(plan, signal);
  if (names.length <= MAX_RECORD_SETS) return names;
  throw new InvalidInputError(
    'source.too_many_record_sets',
    `The source has ${number(names.length)} record sets, and a destination with an indexPrefix takes ${MAX_RECORD_SETS}: ` +
      'let the source name fewer of them, or give the destination an indexName.',
  );
}

async function nameWithin(plan: PlanRecordSets, signal: AbortSignal): Promise<readonly string[]> {
  try {
    return await plan(signal);
  } catch (error) {
    if (!signal.aborted || error instanceof MillraceError) throw error;
    const message = `The source did not name its record sets within ${PLAN_SECONDS} seconds.`;
    throw new SourceError('source.too_slow', message, { disposition: 'retryable', cause: error });
  }
}

async function endOrTryAgain(
  engine: Engine,
  journal: RunJournal,
  error: MillraceError,
): Promise<'finished' | 'handed_over'> {
  const tries = journal.run.stalls;
  if (error.disposition === 'retryable' && tries < engine.settings.maxTries) {
    const asked = Math.min(MAX_ASKED_SECONDS, error.retryAfterSeconds ?? 0);
    const seconds = Math.max(RETRY_SECONDS, asked);
    const data = { code: error.code, message: error.message, tries, retryInMilliseconds: seconds * 1000 };
    await journal.commit({ dueAt: secondsFromNow(engine, seconds) }, [
      { type: 'fetch', status: 'retried', data },
    ]);
    await engine.clock.sleep(seconds * 1000);
    return 'handed_over';
  }
  const [settlement, note] = failureOf(journal.run, error, tries);
  await finishRun({ engine, journal }, settlement, [note]);
  return 'finished';
}

function siblingOf(run: Run, recordSet: string): Run {
  const { appID, taskID, action, failureThreshold, overlap, trigger, runMetadata, type } = run;
  const task = { taskID, action, failureThreshold };
  const request = {
    appID,
    task,
    trigger,
    runMetadata,
    type,
    recordSet,
    ...(overlap === undefined ? {} : { overlap }),
  };
  return {
    // As old as the run that it comes of: that is when its trigger came.
    ...newRun(request, new Date(run.createdAt)),
    runID: deriveID(run.runID, recordSet),
    dividedFrom: run.runID,
  };
}

function describeSets(names: readonly string[], siblings: readonly Run[]): RunNote {
  const message =
    `The source has ${number(names.length)} record sets, each with an index and a run of its own: ${names.join(', ')}. ` +
    'This run is that of the first.';
  const runs = Object.fromEntries(siblings.map(({ recordSet = '', runID }) => [recordSet, runID]));
  return { type: 'log', status: null, data: { level: 'info', code: 'run.divided', message, runs } };
}

function secondsFromNow({ clock }: Engine, seconds: number): string {
  return new Date(clock.now().getTime() + seconds * 1000).toISOString();
}
