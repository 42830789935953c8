import type { Run } from './run.ts';

/** What becomes of a run that starts while earlier ones of its task have not ended. */
export const OVERLAP_POLICIES = ['skip', 'queue', 'cancelOld'] as const;
export type OverlapPolicy = (typeof OVERLAP_POLICIES)[number];

/** Either the new run makes way for an earlier one, or it runs, and some earlier ones make way for it. */
export type OverlapDecision =
  | { readonly givesWayTo: Run; readonly because: string }
  | { readonly cancels: readonly Run[] };

/**
 * `skip`: makes way for any earlier run. `queue`: waits for one, and makes way for the one that waits already, which
 * will read what this one would. `cancelOld`: the earlier ones make way. `active` are the task's runs that have not
 * ended and are not being cancelled, in the order of their start; those that one trigger asked for, one for each record set,
 * count as one.
 */
export function decideOverlap(policy: OverlapPolicy, active: readonly Run[]): OverlapDecision {
  if (policy === 'cancelOld') return { cancels: active };
  const [oldest] = active;
  const youngest = active.at(-1);
  if (oldest === undefined || youngest === undefined) return { cancels: [] };
  if (policy === 'skip') {
    const because = `The run ${oldest.runID} of the same task has not ended yet, and the task skips runs that overlap.`;
    return { givesWayTo: oldest, because };
  }
  if (new Set(active.map(({ runID, dividedFrom }) => dividedFrom ?? runID)).size === 1)
    return { cancels: [] };
  const because = `The run ${youngest.runID} of the same task waits already and will read what this one would.`;
  return { givesWayTo: youngest, because };
}
