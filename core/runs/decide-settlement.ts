import { number, percent } from './amounts.ts';
import { findObjection, type GateEvidence } from './gate.ts';
import type { Run, Settlement } from './run.ts';
import { breachesThreshold } from './run-counts.ts';
import type { RunPolicy } from './run-policy.ts';

interface GateCheck {
  readonly evidence: GateEvidence;
  readonly policy: RunPolicy;
  readonly now: Date;
}

const DAY_MILLISECONDS = 86_400_000;

/**
 * How a run that read its source to the end has ended. The rules, in order: more failed than the task accepts →
 * `too_many_errors`; the gate of a replace run objects → the run is held, with the gate's code; else `ok`.
 */
export function decideSettlement(run: Run, check?: GateCheck): Settlement {
  if (breachesThreshold(run.counts, run.failureThreshold)) return tooManyErrors(run);
  const objection = check === undefined ? undefined : findObjection(run.counts, check.evidence, check.policy);
  if (check !== undefined && objection !== undefined) return refuse(run, check, objection);
  return {
    outcome: 'success',
    reasonCode: 'ok',
    reason: successReason(run),
    ...(check === undefined ? {} : { records: check.evidence.written }),
  };
}

/** `isCutShort`: it was not read to its end, because what was read decided it. */
export function tooManyErrors(run: Run, { isCutShort = false }: { isCutShort?: boolean } = {}): Settlement {
  const { received, rejected } = run.counts;
  const rest = isCutShort ? ' Reading stopped there, since the run could not succeed any more.' : '';
  const reason = `${number(rejected)} of ${number(received)} records (${percent(rejected, received)}) were rejected; the task accepts ${run.failureThreshold} %.${rest}${kept(run)}`;
  return { outcome: 'failure', reasonCode: 'too_many_errors', reason };
}

/** What a run that was to replace an index says of it when it failed. */
export const INDEX_UNTOUCHED = ' The index was left as it was.';

/** What a failure leaves behind, in the words of the index's owner. */
export function kept({ action, counts, attempts }: Pick<Run, 'action' | 'counts' | 'attempts'>): string {
  if (action === 'replace') return INDEX_UNTOUCHED;
  // A worker that stopped may have written more than it came to count.
  if (attempts > 1) return ` At least ${number(counts.applied)} records were written before.`;
  return counts.applied === 0
    ? ' Nothing was written.'
    : ` ${number(counts.applied)} records were written before.`;
}

function refuse(
  run: Run,
  { evidence, policy, now }: GateCheck,
  { reasonCode, cause }: { reasonCode: Settlement['reasonCode']; cause: string },
): Settlement {
  const failure = { outcome: 'failure', reasonCode } as const;
  // Nothing in place of nothing: there is nothing to decide.
  if (evidence.written === 0 && evidence.live === 0) return { ...failure, reason: cause + kept(run) };
  const until = new Date(now.getTime() + policy.heldDays * DAY_MILLISECONDS).toISOString();
  const held = ` The run is held until ${until.slice(0, 10)}: approve it to put the new index in the place of the live one all the same, or discard it.`;
  return {
    ...failure,
    reason: cause + kept(run) + held,
    held: { records: evidence.written, until, cause },
  };
}

function successReason({ action, counts, failureThreshold }: Run): string {
  const { received, applied, unchanged, rejected } = counts;
  const why = action === 'append' ? 'in the index already and stayed as they were' : 'repeats of an objectID';
  const repeats = unchanged === 0 ? '' : ` ${number(unchanged)} were ${why}.`;
  if (received === 0) return 'The source has no records: there was nothing to do.';
  // The Search API does not say which records it did not find.
  const found = action === 'partialNoCreate' ? ', as far as the index has them' : '';
  const done = `${number(applied)} of ${number(received)} records were applied${found}.${repeats}`;
  if (rejected === 0) return done;
  return `${done} ${number(rejected)} (${percent(rejected, received)}) were rejected; the task accepts ${failureThreshold} %.`;
}
