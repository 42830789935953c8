import { holdLease } from '../leases/held-lease.ts';
import { LeaseLostError } from '../leases/lease-lost-error.ts';
import type { Lease } from '../leases/lease.ts';
import type { Engine } from '../runs/engine.ts';
import type { Run } from '../runs/run.ts';
import { RunCommitRefusedError } from '../runs/run-commit-refused-error.ts';
import { toRunMessage } from '../runs/run-message.ts';
import { waitForLease, waitSeconds } from '../runs/wait-for-lease.ts';
import { applyPushes, OutOfTimeError } from './apply-pushes.ts';
import { listLine } from './push-line.ts';
import type { PushPorts, PushWork } from './push-work.ts';

/** As whom all pushes to an index ask for its lease: who has it applies them all, so they have one place among runs. */
const HOLDER = 'pushes';
/** How long they keep that place beyond the moment when they should ask again. */
const RESERVATION_SECONDS = 3;
/** Written one after the other and published together: a search service takes seconds to publish. */
const PUSHES_TOGETHER = 10;

/** Applies what was pushed to the index of a push, that push included, in the order in which it was accepted. */
export type WorkPush = (run: Run, invocation: { remainingMilliseconds(): number }) => Promise<void>;

/**
 * Any message applies all that waits, so that order never depends on the order of messages. A message that finds the
 * lease with another worker of pushes is done: that one looks again after it has given the lease back.
 */
export function createWorkPush(engine: Engine, ports: PushPorts): WorkPush {
  return async (run, invocation) => {
    const { appID, leaseKey } = run;
    if (leaseKey === undefined) throw new Error(`The push ${run.runID} names no index`);
    const line = { appID, leaseKey };
    for (;;) {
      const [oldest] = await listLine(ports.table, line, 1);
      if (oldest === undefined) return;
      const answer = await engine.leaseStore.acquire({
        appID,
        key: leaseKey,
        runID: HOLDER,
        createdAt: oldest.createdAt,
        reserveSeconds: waitSeconds(oldest, engine.clock.now()) + RESERVATION_SECONDS,
      });
      if (!('lease' in answer)) {
        // One of those that wait for a run is enough to ask again; should it get lost, the sweep sends all.
        if (answer.heldBy !== HOLDER && oldest.runID === run.runID) await waitForLease(engine, run, answer);
        return;
      }
      const remainingMilliseconds = () => invocation.remainingMilliseconds();
      const isDone = await workUnderLease({ engine, ports, line, remainingMilliseconds }, answer.lease);
      if (!isDone) return engine.runQueue.send(toRunMessage({ appID, runID: oldest.runID }));
    }
  };
}

/** False if the function's deadline came before the end of the line. */
async function workUnderLease(work: Omit<PushWork, 'lease'>, acquired: Lease): Promise<boolean> {
  const { engine } = work;
  const lease = holdLease({ ...engine, leaseSeconds: engine.settings.leaseSeconds }, acquired);
  try {
    return await workOffLine({ ...work, lease });
  } catch (error) {
    if (error instanceof OutOfTimeError) return false;
    if (!(error instanceof LeaseLostError || error instanceof RunCommitRefusedError)) throw error;
    // Or a push was cancelled since it was read: what waits is looked at again.
    engine.log.info('Another worker took the pushes over', { ...work.line });
    return true;
  } finally {
    await lease.release();
  }
}

async function workOffLine(work: PushWork): Promise<boolean> {
  const reserve = work.engine.settings.sliceReserveSeconds * 1000;
  for (;;) {
    if (work.remainingMilliseconds() < reserve) return false;
    const waiting = await listLine(work.ports.table, work.line, PUSHES_TOGETHER);
    if (waiting.length === 0) return true;
    await applyPushes(work, waiting);
  }
}
