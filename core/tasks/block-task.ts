import type { Run } from '../runs/run.ts';
import type { TaskStore } from './task-store.ts';
import type { Task } from './task.ts';

/** Algolia's own: a task is turned off after five critical failures in a row. */
const DEFAULT_CRITICAL_THRESHOLD = 5;

/**
 * Counts a task's critical failures in a row and disables it when `policies.criticalThreshold` is reached. The same
 * run told again counts once; any other end, but for runs that were cancelled or superseded, begins the count anew. Of runs
 * for several record sets, which one trigger asked for, only the first counts.
 */
export function createBlockTask({ tasks }: { readonly tasks: TaskStore }): (run: Run) => Promise<void> {
  return async (run) => {
    // Algolia blocks its own.
    if (run.hosted || run.dividedFrom !== undefined) return;
    const task = await tasks.find(run.appID, run.taskID);
    if (task === undefined || !changes(task.body, run)) return;
    await tasks.update(run.appID, run.taskID, ({ body }) => (changes(body, run) ? count(body, run) : body));
  };
}

function changes({ criticalRuns = [] }: Task, { reasonCode, runID, finishedAt = '' }: Run): boolean {
  if (reasonCode === 'cancelled' || reasonCode === 'blocking') return false;
  if (reasonCode === 'critical') return criticalRuns.every((counted) => counted.runID !== runID);
  const last = criticalRuns.at(-1);
  return last !== undefined && finishedAt > last.finishedAt;
}

function count(task: Task, { reasonCode, reason = '', runID, finishedAt = '' }: Run): Task {
  if (reasonCode !== 'critical') return { ...task, criticalRuns: undefined };
  const criticalRuns = [...(task.criticalRuns ?? []), { runID, finishedAt }];
  const threshold = task.policies?.criticalThreshold ?? DEFAULT_CRITICAL_THRESHOLD;
  if (criticalRuns.length < threshold || !task.enabled)
    return { ...task, criticalRuns: criticalRuns.slice(-10) };
  const blocked = {
    at: finishedAt,
    reason: `${criticalRuns.length} runs in a row failed critically, the last one because: ${reason}`,
  };
  return { ...task, criticalRuns: undefined, enabled: false, blocked };
}
