import type { RunCounts } from './run.ts';

export const NO_COUNTS: RunCounts = { received: 0, applied: 0, unchanged: 0, rejected: 0 };

export function addCounts(a: RunCounts, b: RunCounts): RunCounts {
  const dropped = droppedOf(a) + droppedOf(b);
  return {
    ...(dropped > 0 ? { dropped } : {}),
    received: a.received + b.received,
    applied: a.applied + b.applied,
    unchanged: a.unchanged + b.unchanged,
    rejected: a.rejected + b.rejected,
  };
}

/** Every record read is accounted for: a run whose books do not balance is never a success. */
export function isBalanced(counts: RunCounts): boolean {
  return counts.received === settledOf(counts);
}

/** How many of the records received have come to their end, whichever it is. */
export function settledOf(counts: RunCounts): number {
  return counts.applied + counts.unchanged + counts.rejected + droppedOf(counts);
}

function droppedOf({ dropped = 0 }: RunCounts): number {
  return dropped;
}

/** Whether more failed than the task accepts: 0 accepts none, 100 accepts all. */
export function breachesThreshold({ received, rejected }: RunCounts, thresholdPercent: number): boolean {
  return rejected * 100 > thresholdPercent * received;
}
