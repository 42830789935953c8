import type { Run, Settlement } from './run.ts';
import { breachesThreshold } from './run-counts.ts';

/** What a replace run's temporary index was found to hold, and what it should. */
export interface WrittenCount {
  readonly written: number;
  /** The least and the most that can be right; the same number unless the run was taken up again in between. */
  readonly atLeast: number;
  readonly atMost: number;
}

/**
 * How a run that read its source to the end has ended. The rules, in order: more failed than the task accepts →
 * `too_many_errors`; a replace without a single record → `no_events`; a new index that holds fewer records than were
 * sent → `lacking_events`, more → `internal`; else `ok`.
 */
export function decideSettlement(run: Run, found?: WrittenCount): Settlement {
  const { received, applied, rejected } = run.counts;
  if (breachesThreshold(run.counts, run.failureThreshold)) {
    return failure(
      'too_many_errors',
      `${number(rejected)} of ${number(received)} records (${percent(rejected, received)}) were rejected; the task accepts ${run.failureThreshold} %.${kept(run)}`,
    );
  }
  if (run.action === 'replace' && applied === 0) {
    return failure('no_events', `The source has no records to put into the index.${kept(run)}`);
  }
  if (found !== undefined && found.written < found.atLeast) {
    return failure(
      'lacking_events',
      `The new index holds ${number(found.written)} records though ${number(found.atLeast)} were sent.${kept(run)}`,
    );
  }
  if (found !== undefined && found.written > found.atMost) {
    return failure(
      'internal',
      `The new index holds ${number(found.written)} records though only ${number(found.atMost)} were sent.${kept(run)}`,
    );
  }
  return { outcome: 'success', reasonCode: 'ok', reason: successReason(run) };
}

/** What a failure leaves behind, in the words of the index's owner. */
export function kept({ action, counts }: Pick<Run, 'action' | 'counts'>): string {
  if (action === 'replace') return ' The index was left as it was.';
  return counts.applied === 0
    ? ' Nothing was written.'
    : ` ${number(counts.applied)} records were written before.`;
}

function successReason({ counts, failureThreshold }: Run): string {
  const { received, applied, unchanged, rejected } = counts;
  const repeats = unchanged === 0 ? '' : ` ${number(unchanged)} were repeats of an objectID.`;
  if (received === 0) return 'The source has no records: there was nothing to do.';
  if (rejected === 0) return `${number(applied)} of ${number(received)} records were applied.${repeats}`;
  return `${number(applied)} of ${number(received)} records were applied.${repeats} ${number(rejected)} (${percent(rejected, received)}) were rejected; the task accepts ${failureThreshold} %.`;
}

function failure(reasonCode: Settlement['reasonCode'], reason: string): Settlement {
  return { outcome: 'failure', reasonCode, reason };
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}

function percent(part: number, whole: number): string {
  const share = whole === 0 ? 0 : (part / whole) * 100;
  return `${share > 0 && share < 0.01 ? '<0.01' : share.toFixed(2).replace(/\.?0+$/, '')} %`;
}
