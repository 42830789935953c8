import type { Run } from '../runs/run.ts';
import type { RunStore } from '../runs/run-store.ts';
import type { TaskStore } from '../tasks/task-store.ts';
import type { HostedStarts } from './hosted-starts.ts';
import { standIn } from './run-hosted-task.ts';

/** The run that a start of ours led to at Algolia, or what stands for it until it is known; nothing for other ids. */
export type FindHostedRun = (appID: string, startID: string) => Promise<Run | undefined>;

export function createFindHostedRun(dependencies: {
  readonly starts: HostedStarts;
  readonly runStore: Pick<RunStore, 'get'>;
  readonly tasks: TaskStore;
}): FindHostedRun {
  const { starts, runStore, tasks } = dependencies;
  return async (appID, startID) => {
    const start = await starts.find(appID, startID);
    if (start === undefined) return undefined;
    const run = start.runID === undefined ? undefined : await runStore.get(appID, start.runID);
    if (run !== undefined) return run;
    const task = await tasks.find(appID, start.taskID);
    return standIn(start, task?.body ?? { action: 'replace', failureThreshold: 0 });
  };
}
