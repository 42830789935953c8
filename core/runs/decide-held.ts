import { cleanUpTime } from './clean-up.ts';
import { DestinationError } from './destination-error.ts';
import { kept } from './decide-settlement.ts';
import { dueAfterEnd, notificationTime } from './due-after-end.ts';
import type { HeldIndex } from './run.ts';
import type { RunNote } from './run-journal.ts';
import type { RunChanges } from './run-commit.ts';
import { discard, failureOf, replaced, superseded, swap } from './settle-run.ts';
import type { RunWork, SliceEnd } from './run-work.ts';

/** How long a decision that could not be carried out is tried after the term of the hold. */
const GIVE_UP_AFTER_MILLISECONDS = 86_400_000;

/**
 * Carries out what a person decided about a held index, or removes it when nobody decided in time. Approved, it takes
 * the live one's place under the same rules as any other: under the lease, with the records that it had, and never over
 * what a later run has written.
 */
export async function decideHeld(work: RunWork): Promise<SliceEnd> {
  const { journal, lease } = work;
  const { held } = journal.run;
  if (held === undefined) return 'finished';
  // Committed first: who takes this up again must reckon with the index being moved already.
  await journal.commit({ fence: lease.current.fence, held: { ...held, isBegun: true } });
  await lease.confirm();
  try {
    if (held.decision === 'approve') await approve(work, held);
    else await endHold(work, discarded(work, held), await discard(work));
  } catch (error) {
    lease.signal.throwIfAborted();
    if (!(error instanceof DestinationError) || error.disposition !== 'fatal') throw error;
    const [, note] = failureOf(journal.run, error);
    await keepHeld(work, note);
  }
  return 'finished';
}

/** A decision that cannot be carried out: it is taken back, with the event that says why, and can be made again. */
export async function keepHeld(
  { engine, journal }: Pick<RunWork, 'engine' | 'journal'>,
  note: RunNote,
): Promise<void> {
  const { held } = journal.run;
  if (held === undefined) return;
  const { records, until, cause } = held;
  const now = engine.clock.now();
  const isOver = now.getTime() > Date.parse(until) + GIVE_UP_AFTER_MILLISECONDS;
  const nextTry = new Date(Math.max(Date.parse(until), now.getTime() + 3_600_000));
  await journal.commit(
    isOver
      ? { held: undefined, ...dueAfterEnd(journal.run, now, undefined) }
      : { held: { records, until, cause }, ...dueAfterEnd(journal.run, now, nextTry.toISOString()) },
    [note],
  );
}

async function approve(work: RunWork, held: HeldIndex): Promise<void> {
  const { records, cause } = held;
  if (await swap(work, { records, mayBeMoved: held.isBegun === true })) {
    const reason = `The run was held and then approved: the new index took the place of the live one. ${cause}`;
    await endHold(work, { outcome: 'success', reasonCode: 'ok', reason }, replaced(work));
    return;
  }
  const { reasonCode, reason } = superseded(work.journal.run, { mayBeMoved: held.isBegun === true });
  await endHold(
    work,
    { reasonCode, reason: `${cause} It was approved too late. ${reason}` },
    await discard(work),
  );
}

function discarded({ journal }: RunWork, { cause, decision }: HeldIndex): RunChanges {
  const how = decision === undefined ? 'Nobody decided in time, so it was discarded.' : 'It was discarded.';
  return { reason: `${cause} ${how}${kept(journal.run)}` };
}

async function endHold({ engine, journal }: RunWork, changes: RunChanges, note: RunNote): Promise<void> {
  const now = engine.clock.now();
  const dueAt = notificationTime(now);
  await journal.commit(
    { ...changes, held: undefined, cleanUpAt: cleanUpTime(now), notification: 'pending', dueAt },
    [note],
  );
}
