import type { Clock } from '../foundation/clock.ts';
import type { Log } from '../foundation/logging.ts';
import type { HandOff } from './hand-off.ts';
import { isEnded, needsWorker, type Run } from './run.ts';
import { toRunMessage } from './run-message.ts';
import type { DelayedRunMessage, RunQueue } from './run-queue.ts';
import type { DueRun, RunStore } from './run-store.ts';

/** What falls due before the next sweep is sent now, held back by the queue until then. */
const AHEAD_SECONDS = 60;
/** A run still due so long after it was sent waits for a free worker, or its message was lost. */
const OVERDUE_SECONDS = 60;
const MAX_POSTPONE_SECONDS = 900;
/** Bounds one invocation; what is left over is due at the next. */
const MAX_RUNS = 500;
const PARALLEL_READS = 25;
/** A run that has committed nothing for so long, nor come to its end, is stuck: a worker commits every few seconds. */
const STUCK_SECONDS = 30 * 60;

interface SweepResult {
  readonly sent: number;
  readonly handedOff: number;
  readonly failed: number;
}

/** Sends every run again that has something due, and tells of ends that were not told yet. */
export type SweepRuns = () => Promise<SweepResult>;

interface SweepDependencies {
  readonly runStore: RunStore;
  readonly runQueue: RunQueue;
  readonly handOff: HandOff;
  /** Told of each run that is stuck, again and again. */
  readonly reportStuck: (run: Run) => Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
}

export function createSweepRuns(dependencies: SweepDependencies): SweepRuns {
  const { runStore, runQueue, clock } = dependencies;
  return async () => {
    const due = await runStore.listDue(new Date(clock.now().getTime() + AHEAD_SECONDS * 1000), MAX_RUNS);
    const result = { sent: 0, handedOff: 0, failed: 0 };
    for (let start = 0; start < due.length; start += PARALLEL_READS) {
      const runs = await readAll(runStore, due.slice(start, start + PARALLEL_READS));
      const unfinished = runs.filter((run) => needsWorker(run, clock.now()));
      await runQueue.sendAll(unfinished.map((run) => toDelayed(run, clock.now())));
      await Promise.all(unfinished.map((run) => postponeIfOverdue(dependencies, run)));
      await Promise.all(unfinished.filter((run) => isStuck(run, clock.now())).map(dependencies.reportStuck));
      result.sent += unfinished.length;
      for (const run of runs) {
        if (run.notification !== 'pending') continue;
        if (await tell(dependencies, run)) result.handedOff += 1;
        else result.failed += 1;
      }
    }
    return result;
  };
}

/** The index may be out of date, so what counts is read strongly. */
async function readAll(runStore: RunStore, due: readonly DueRun[]): Promise<Run[]> {
  const runs = await Promise.all(due.map(({ appID, runID }) => runStore.get(appID, runID)));
  return runs.filter((run) => run?.dueAt !== undefined).filter((run) => run !== undefined);
}

function toDelayed(run: Run, now: Date): DelayedRunMessage {
  return { message: toRunMessage(run), delaySeconds: Math.max(0, secondsUntilDue(run, now)) };
}

function secondsUntilDue({ dueAt }: Run, now: Date): number {
  return dueAt === undefined ? 0 : Math.ceil((Date.parse(dueAt) - now.getTime()) / 1000);
}

function isStuck(run: Run, now: Date): boolean {
  return !isEnded(run) && now.getTime() - Date.parse(run.updatedAt) > STUCK_SECONDS * 1000;
}

/** Without this every sweep would add a message for each run that waits for a free worker. */
async function postponeIfOverdue({ runStore, clock }: SweepDependencies, run: Run): Promise<void> {
  const now = clock.now();
  if (secondsUntilDue(run, now) > -OVERDUE_SECONDS) return;
  const idleSeconds = (now.getTime() - Date.parse(run.updatedAt)) / 1000;
  const postponed = Math.min(MAX_POSTPONE_SECONDS, Math.max(OVERDUE_SECONDS, idleSeconds));
  await runStore.postpone(run, new Date(now.getTime() + postponed * 1000));
}

async function tell({ handOff, runStore, clock, log }: SweepDependencies, run: Run): Promise<boolean> {
  try {
    await handOff(run);
    return true;
  } catch (error) {
    log.error('RunFinished could not be handed off', error, { appID: run.appID, runID: run.runID });
    // To the back of the line, so that these never keep the others out.
    await runStore.postpone(run, new Date(clock.now().getTime() + OVERDUE_SECONDS * 1000));
    return false;
  }
}
