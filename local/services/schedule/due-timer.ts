/** Node's timers overflow beyond this; a longer wait is done in pieces. */
const MAX_DELAY_MILLISECONDS = 2 ** 31 - 1;

/** One timer for whatever is due first. */
export interface DueTimer {
  /** Runs the work at `dueAt` (epoch milliseconds; never with undefined) instead of the instant set before. */
  set(dueAt: number | undefined): void;
  stop(): void;
}

export function createDueTimer(work: () => void): DueTimer {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const set = (dueAt: number | undefined) => {
    clearTimeout(timer);
    if (stopped || dueAt === undefined) return;
    const remaining = dueAt - Date.now();
    timer = setTimeout(
      () => {
        if (Date.now() < dueAt) set(dueAt);
        else work();
      },
      Math.min(Math.max(remaining, 0), MAX_DELAY_MILLISECONDS),
    );
  };
  return {
    set,
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
