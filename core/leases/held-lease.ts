import type { Clock } from '../foundation/clock.ts';
import type { Lease } from './lease.ts';
import { LeaseLostError } from './lease-lost-error.ts';
import type { LeaseStore } from './lease-store.ts';

/** A lease that is kept by a heartbeat until it is released or lost. */
export interface HeldLease {
  readonly current: Lease;
  /** Aborts with `LeaseLostError`. */
  readonly signal: AbortSignal;
  /** Throws if the term is over, even though no heartbeat noticed it yet (the process may have been stopped). */
  assertHeld(): void;
  /** Holds it for another term now; throws `LeaseLostError`. To be called right before what cannot be taken back. */
  confirm(): Promise<void>;
  /** Ends the heartbeat and gives the lease back; `reserve` as in `LeaseStore.release`. */
  release(reserve?: { createdAt: string; seconds: number }): Promise<void>;
}

export function holdLease(
  { leaseStore, clock, leaseSeconds }: { leaseStore: LeaseStore; clock: Clock; leaseSeconds: number },
  acquired: Lease,
): HeldLease {
  let current = acquired;
  const lost = new AbortController();
  const stopped = new AbortController();
  const isOver = () => clock.now() >= current.heldUntil;

  const confirm = async () => {
    lost.signal.throwIfAborted();
    const renewed = await leaseStore.renew(current);
    if (renewed === undefined) lost.abort(new LeaseLostError(current.key));
    else current = renewed;
    lost.signal.throwIfAborted();
  };
  const heartbeat = beat({
    clock,
    intervalMilliseconds: (leaseSeconds * 1000) / 3,
    stopped: stopped.signal,
    renew: async () => {
      try {
        await confirm();
      } catch {
        // One missed beat is nothing: the term is three intervals long.
        if (isOver()) lost.abort(new LeaseLostError(current.key));
      }
      return !lost.signal.aborted;
    },
  });

  return {
    get current() {
      return current;
    },
    signal: lost.signal,
    assertHeld() {
      if (isOver()) lost.abort(new LeaseLostError(current.key));
      lost.signal.throwIfAborted();
    },
    confirm,
    async release(reserve) {
      stopped.abort();
      await heartbeat;
      if (!lost.signal.aborted) await leaseStore.release(current, reserve);
    },
  };
}

async function beat(heart: {
  readonly clock: Clock;
  readonly intervalMilliseconds: number;
  readonly stopped: AbortSignal;
  readonly renew: () => Promise<boolean>;
}): Promise<void> {
  do {
    try {
      await heart.clock.sleep(heart.intervalMilliseconds, heart.stopped);
    } catch {
      return;
    }
  } while (await heart.renew());
}
