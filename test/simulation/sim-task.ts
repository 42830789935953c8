import type { OverlapPolicy } from '../../core/runs/overlap.ts';
import type { RunPolicy } from '../../core/runs/run-policy.ts';
import type { Run, TaskAction } from '../../core/runs/run.ts';
import type { Chance } from './chance.ts';
import type { SimSource, Row } from './sim-source.ts';

export interface SimTask {
  readonly taskID: string;
  readonly action: TaskAction;
  readonly failureThreshold: number;
  readonly overlap: OverlapPolicy;
  readonly indexName: string;
  readonly source: SimSource;
  readonly policy: RunPolicy;
  /** What each of its updates fetches, by the key of its trigger. */
  readonly updates: ReadonlyMap<string, readonly string[]>;
  /** What it is of each record set of its source; of a source without sets, none. */
  readonly sets: ReadonlyMap<string, SimTask>;
}

/** Something from outside, so many milliseconds after the start. */
export type Occurrence = { readonly at: number } & (
  | { readonly kind: 'trigger' | 'update'; readonly task: SimTask; readonly key: string }
  | { readonly kind: 'cancel'; readonly task: SimTask; readonly key: string }
  | { readonly kind: 'change'; readonly task: SimTask; readonly rows: readonly Row[] }
);

/** What a run is of: its task, or the part of it that its record set is. */
export function taskOf(
  tasks: readonly SimTask[],
  { taskID, recordSet = '' }: Pick<Run, 'taskID' | 'recordSet'>,
): SimTask {
  const task = tasks.find((candidate) => candidate.taskID === taskID) as SimTask;
  return task.sets.get(recordSet) ?? task;
}

/** The task, and what it is of each record set. */
export function partsOf(task: SimTask): SimTask[] {
  return [task, ...task.sets.values()];
}

export function drawRows(chance: Chance, taskID: string): Row[] {
  const isClean = chance.is(0.6);
  const count = chance.is(0.05) ? 0 : chance.whole(1, 10);
  return Array.from({ length: count }, (): Row => {
    const objectID = `${taskID}-${chance.whole(0, 11)}`;
    if (isClean || chance.is(0.85)) return { objectID };
    return chance.is(0.5) ? { objectID, isBroken: true } : { objectID, isRefused: true };
  });
}
