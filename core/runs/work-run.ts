import { MillraceError } from '../foundation/errors.ts';
import type { WorkPush } from '../push/work-push.ts';
import { holdLease, type HeldLease } from '../leases/held-lease.ts';
import { LeaseLostError } from '../leases/lease-lost-error.ts';
import { leaseKeyOf } from '../leases/lease.ts';
import type { LeaseAnswer } from '../leases/lease-store.ts';
import { checkSource } from './check-source.ts';
import { cleanUp } from './clean-up.ts';
import { divideRun } from './divide-run.ts';
import { decideHeld, keepHeld } from './decide-held.ts';
import type { Engine, RunConnection } from './engine.ts';
import { isEnded, needsWorker, type Run } from './run.ts';
import { RunCommitRefusedError } from './run-commit-refused-error.ts';
import { RunJournal } from './run-journal.ts';
import { toRunMessage } from './run-message.ts';
import { cancelled, failureOf, finishRun } from './settle-run.ts';
import { waitForLease, waitSeconds } from './wait-for-lease.ts';
import { workSlice } from './work-slice.ts';
import type { SliceEnd } from './run-work.ts';

/** How long a run keeps the first place for its lease beyond the moment when it should ask again. */
const RESERVATION_SECONDS = 30;

interface Invocation {
  /** Until the function is ended, whatever it does. */
  remainingMilliseconds(): number;
}

/**
 * Does what is due for a run: a slice of its work, its end, or the telling of its end. Resolves when the message that
 * asked for it has served its purpose: its effect is stored, and what follows is due or done. Throws otherwise.
 */
export type WorkRun = (
  reference: { readonly appID: string; readonly runID: string },
  invocation: Invocation,
) => Promise<void>;

/** Either a connection, or the reason why there cannot be one. */
type Opened =
  | {
      readonly connection: RunConnection;
      /** From now on the connection's requests ask this lease. */
      readonly holdBy: (lease: HeldLease) => void;
    }
  | { readonly failure: MillraceError };

/** Runs of type `push` are handed to `workPush`, which applies all that was pushed to their index. */
export function createWorkRun(engine: Engine, workPush: WorkPush = refusePush): WorkRun {
  return async ({ appID, runID }, invocation) => {
    const run = await engine.runStore.get(appID, runID);
    if (run === undefined) {
      engine.log.info('The run of a message is not there any more', { appID, runID });
      return;
    }
    if (!needsWorker(run, engine.clock.now())) return engine.handOff(run);
    if (run.type === 'push') return workPush(run, invocation);
    if (run.cancelRequestedAt !== undefined && run.attempts === 0) return endUnbegun(engine, run);
    if (run.type === 'validate' || run.type === 'discover') {
      const journal = new RunJournal(engine, run);
      return engage(engine, journal, () => checkSource(engine, journal));
    }
    const opened = await open(engine, run);
    const plan = 'connection' in opened ? opened.connection.plan : undefined;
    if (plan === undefined) return workOn(engine, run, opened, invocation);
    const journal = new RunJournal(engine, run);
    await engage(engine, journal, () => divideRun(engine, journal, plan));
  };
}

/** Cancelled before a worker took it up: it has touched nothing, and waits for nobody. */
async function endUnbegun(engine: Engine, run: Run): Promise<void> {
  const journal = new RunJournal(engine, run);
  await engage(engine, journal, async () => {
    await finishRun({ engine, journal }, cancelled(run));
    return 'finished';
  });
}

async function refusePush({ runID }: Run): Promise<void> {
  throw new Error(`This worker takes no pushes: ${runID}`);
}

async function open(engine: Engine, run: Run): Promise<Opened> {
  let lease: HeldLease | undefined;
  const holdBy = (held: HeldLease) => void (lease = held);
  try {
    return { connection: await engine.openConnection(run, () => lease?.assertHeld()), holdBy };
  } catch (error) {
    if (error instanceof MillraceError && error.disposition === 'fatal') return { failure: error };
    throw error;
  }
}

async function workOn(engine: Engine, run: Run, opened: Opened, invocation: Invocation): Promise<void> {
  if (isEnded(run) && run.held === undefined) {
    const journal = new RunJournal(engine, run);
    return engage(engine, journal, async () => {
      await cleanUp(engine, journal, 'connection' in opened ? opened.connection : undefined);
      return 'finished';
    });
  }
  const key = 'connection' in opened ? leaseKeyOf(opened.connection.index) : run.leaseKey;
  if (key === undefined) {
    // It was never taken up, so it has touched no index and needs no lease to end.
    const journal = new RunJournal(engine, run);
    await engage(engine, journal, async () => {
      if ('failure' in opened) await endUnopened(engine, journal, opened.failure);
      return 'finished';
    });
    return;
  }
  const answer = await engine.leaseStore.acquire({
    appID: run.appID,
    key,
    runID: run.runID,
    createdAt: run.createdAt,
    reserveSeconds: waitSeconds(run, engine.clock.now()) + RESERVATION_SECONDS,
  });
  if ('lease' in answer) await workUnderLease({ engine, run, opened, invocation }, answer);
  else await waitForLease(engine, run, answer);
}

async function workUnderLease(
  { engine, run, opened, invocation }: { engine: Engine; run: Run; opened: Opened; invocation: Invocation },
  { lease: acquired, abandonedBy }: Extract<LeaseAnswer, { lease: unknown }>,
): Promise<void> {
  const lease = holdLease({ ...engine, leaseSeconds: engine.settings.leaseSeconds }, acquired);
  if ('connection' in opened) opened.holdBy(lease);
  // Read again under the lease: now nobody else moves the run.
  const current = await releasingOnFailure(lease, run, () => engine.runStore.get(run.appID, run.runID));
  if (current === undefined || !needsWorker(current, engine.clock.now())) {
    await lease.release();
    if (current !== undefined) await engine.handOff(current);
    return;
  }
  const journal = new RunJournal(engine, current, lease);
  await engage(engine, journal, async () => {
    const end = await releasingOnFailure(lease, run, async (): Promise<SliceEnd> => {
      if ('connection' in opened) {
        const remainingMilliseconds = () => invocation.remainingMilliseconds();
        // Opened before the lease was held: another worker may have begun anew meanwhile.
        opened.connection.destination.useGeneration?.(current.generation ?? 0);
        const work = { engine, journal, lease, connection: opened.connection, remainingMilliseconds };
        return isEnded(current) ? decideHeld(work) : workSlice(work, abandonedBy);
      }
      await endUnopened(engine, journal, opened.failure);
      return 'finished';
    });
    if (end === 'handed_over') {
      // The lease's term is not waited for: the run is due now, by message or else by the sweep.
      await releasingOnFailure(lease, run, () => journal.commit({ dueAt: engine.clock.now().toISOString() }));
      await lease.release(reservationOf(run));
    } else await lease.release();
    return end;
  });
}

/** Runs a slice and passes on what follows from it. */
async function engage(engine: Engine, journal: RunJournal, slice: () => Promise<SliceEnd>): Promise<void> {
  let end: SliceEnd;
  try {
    end = await slice();
  } catch (error) {
    await assertMovedOn(engine, journal.run, error);
    return;
  }
  if (end === 'finished') await engine.handOff(journal.run);
  else await engine.runQueue.send(toRunMessage(journal.run));
}

/** The task, its source, its destination or their credentials are gone or broken. */
async function endUnopened(engine: Engine, journal: RunJournal, failure: MillraceError): Promise<void> {
  const [settlement, note] = failureOf(journal.run, failure);
  if (isEnded(journal.run)) await keepHeld({ engine, journal }, note);
  else await finishRun({ engine, journal }, settlement, [note]);
}

async function releasingOnFailure<Result>(
  lease: HeldLease,
  run: Run,
  act: () => Promise<Result>,
): Promise<Result> {
  try {
    return await act();
  } catch (error) {
    // The failure counts, not that of giving back: a lease that is kept runs out by itself.
    await lease.release(reservationOf(run)).catch(() => undefined);
    throw error;
  }
}

function reservationOf({ createdAt }: Run): { createdAt: string; seconds: number } {
  return { createdAt, seconds: RESERVATION_SECONDS };
}

/**
 * A worker that was overtaken may drop its message only if the run went on without it; otherwise the message goes back
 * to the queue, or the step would be lost.
 */
async function assertMovedOn(engine: Engine, known: Run, error: unknown): Promise<void> {
  const isOvertaken = error instanceof LeaseLostError || error instanceof RunCommitRefusedError;
  if (!isOvertaken) throw error;
  const stored = await engine.runStore.get(known.appID, known.runID);
  if (stored !== undefined && !isEnded(stored) && stored.revision <= known.revision) throw error;
  engine.log.info('Another worker took the run over', { appID: known.appID, runID: known.runID });
}
