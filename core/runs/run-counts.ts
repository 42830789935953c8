import type { RunCounts } from './run.ts';

export const NO_COUNTS: RunCounts = { received: 0, applied: 0, unchanged: 0, rejected: 0 };

export function addCounts(a: RunCounts, b: RunCounts): RunCounts {
  return {
    received: a.received + b.received,
    applied: a.applied + b.applied,
    unchanged: a.unchanged + b.unchanged,
    rejected: a.rejected + b.rejected,
  };
}

/** Every record read is accounted for: a run whose books do not balance is never a success. */
export function isBalanced({ received, applied, unchanged, rejected }: RunCounts): boolean {
  return received === applied + unchanged + rejected;
}

/** Whether more failed than the task accepts: 0 accepts none, 100 accepts all. */
export function breachesThreshold({ received, rejected }: RunCounts, thresholdPercent: number): boolean {
  return rejected * 100 > thresholdPercent * received;
}
