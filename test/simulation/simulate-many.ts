import type { Run } from '../../core/runs/run.ts';
import { simulate } from './simulate.ts';
import { FAULTS, type Fault } from './faults.ts';

/** Of every seed, on average: ten thousand live through a hundred thousand of them. */
const LEAST_FAULTS = 10;
/** At least so many of the runs that can succeed must, once the faults have stopped. */
const LEAST_SUCCESS_PERCENT = 95;

export interface ManyResults {
  readonly first: number;
  readonly last: number;
  readonly violations: { readonly seed: number; readonly message: string }[];
  readonly injected: ReadonlyMap<Fault, number>;
  /** How the runs ended. */
  readonly ends: ReadonlyMap<string, number>;
  readonly seconds: number;
}

/** Lives one life per seed. */
export async function simulateMany(first: number, last: number): Promise<ManyResults> {
  const startedAt = performance.now();
  const violations: { seed: number; message: string }[] = [];
  const injected = new Map<Fault, number>();
  const ends = new Map<string, number>();
  for (let seed = first; seed <= last; seed += 1) {
    const result = await simulate(seed);
    if (result.violation !== undefined) violations.push({ seed, message: result.violation });
    for (const [fault, count] of result.injected) injected.set(fault, (injected.get(fault) ?? 0) + count);
    for (const run of result.runs) ends.set(endOf(run), (ends.get(endOf(run)) ?? 0) + 1);
    // Nothing else of the process gets its turn in virtual time.
    if (seed % 20 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  return { first, last, violations, injected, ends, seconds: (performance.now() - startedAt) / 1000 };
}

/** `success`, `failure` where only the faults can be to blame, or why the run had to end otherwise. */
function endOf({ outcome, reasonCode, reason = '', counts }: Run): string {
  if (outcome === 'success') return 'success';
  const isAsked = reasonCode === 'cancelled' || reasonCode === 'blocking' || reasonCode === 'too_many_errors';
  const isEmpty = reasonCode === 'no_events' && counts.applied === 0;
  const isDrop = reasonCode === 'lacking_events' && reason.includes('fewer, where the task accepts');
  return isAsked || isEmpty || isDrop ? `as it must: ${reasonCode}` : `failure: ${reasonCode}`;
}

export function successPercent({ ends }: ManyResults): number {
  const successes = ends.get('success') ?? 0;
  let failures = 0;
  for (const [end, count] of ends) if (end.startsWith('failure')) failures += count;
  return (successes * 100) / Math.max(1, successes + failures);
}

export function faultCount({ injected }: ManyResults): number {
  return FAULTS.reduce((sum, fault) => sum + (injected.get(fault) ?? 0), 0);
}

export function summarise(results: ManyResults): { lines: string[]; isGood: boolean } {
  const { first, last, violations, injected, ends, seconds } = results;
  const list = (counts: ReadonlyMap<string, number>) =>
    [...counts]
      .sort(([, one], [, other]) => other - one)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ');
  const percent = successPercent(results);
  return {
    isGood:
      violations.length === 0 &&
      percent >= LEAST_SUCCESS_PERCENT &&
      faultCount(results) >= (last - first + 1) * LEAST_FAULTS,
    lines: [
      `seeds ${first}-${last} in ${seconds.toFixed(1)} s: ${violations.length} violations`,
      ...violations.slice(0, 20).map(({ seed, message }) => `  seed ${seed}: ${message}`),
      `${faultCount(results)} faults: ${list(injected)}`,
      `runs: ${list(ends)}`,
      `${percent.toFixed(2)} % of the runs that could succeed did`,
    ],
  };
}
