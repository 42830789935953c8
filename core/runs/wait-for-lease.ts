import type { LeaseAnswer } from '../leases/lease-store.ts';
import type { Engine } from './engine.ts';
import type { Run } from './run.ts';
import { toRunMessage } from './run-message.ts';

const MIN_WAIT_SECONDS = 2;
const MAX_WAIT_SECONDS = 30;
/** Clocks and queues are not exact: what is due so soon counts as due. */
const TOLERANCE_MILLISECONDS = 1_000;

/** How long a run waits before it asks again: a quarter of its age, so that many waiting runs cost little. */
export function waitSeconds(run: Pick<Run, 'createdAt'>, now: Date): number {
  const ageSeconds = (now.getTime() - Date.parse(run.createdAt)) / 1000;
  return Math.min(MAX_WAIT_SECONDS, Math.max(MIN_WAIT_SECONDS, Math.ceil(ageSeconds / 4)));
}

/**
 * Sees to it that a run which did not get its lease is tried again. Of several messages for one run only the one that
 * moved `dueAt` begets another, so doubled messages never multiply.
 */
export async function waitForLease(
  { runStore, runQueue, clock }: Pick<Engine, 'runStore' | 'runQueue' | 'clock'>,
  run: Run,
  answer: Exclude<LeaseAnswer, { lease: unknown }>,
): Promise<void> {
  const now = clock.now();
  const dueAt = new Date(run.dueAt ?? now);
  if (answer.heldBy === run.runID) {
    // Another worker is at it. Should it stop, the run is due when its lease ends.
    if (dueAt < answer.heldUntil) await runStore.postpone(run, answer.heldUntil);
    return;
  }
  const waits = run.waits ?? 0;
  if (waits > 0 && dueAt.getTime() > now.getTime() + TOLERANCE_MILLISECONDS) return;
  const delaySeconds = waitSeconds(run, now);
  const nextDueAt = new Date(now.getTime() + delaySeconds * 1000);
  if (await runStore.postpone(run, nextDueAt, waits + 1)) {
    await runQueue.send(toRunMessage(run), delaySeconds);
  }
}
