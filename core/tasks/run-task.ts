import type { DestinationStore } from '../destinations/destination-store.ts';
import { InvalidInputError } from '../foundation/errors.ts';
import type { SourceStore } from '../sources/source-store.ts';
import type { Run } from '../runs/run.ts';
import { DEFAULT_RUN_POLICY } from '../runs/run-policy.ts';
import type { StartRun } from '../runs/start-run.ts';
import { requireRunnable } from './require-runnable.ts';
import type { Task } from './task.ts';
import type { TaskStore } from './task-store.ts';

interface RunTaskRequest {
  readonly appID: string;
  readonly taskID: string;
  /** The same key again answers with the same run. */
  readonly triggerKey: string;
  readonly runMetadata?: Readonly<Record<string, unknown>> | undefined;
}

/** Starts a run of a task at somebody's request; refused for a task that is disabled or cannot be run. */
export type RunTask = (request: RunTaskRequest) => Promise<Run>;

export function createRunTask(dependencies: {
  readonly tasks: TaskStore;
  readonly sources: SourceStore;
  readonly destinations: DestinationStore;
  readonly startRun: StartRun;
}): RunTask {
  const { tasks, sources, destinations, startRun } = dependencies;
  return async ({ appID, taskID, triggerKey, runMetadata }) => {
    const { body: task } = await tasks.get(appID, taskID);
    requireEnabled(task);
    const [{ body: source }, { body: destination }] = await Promise.all([
      sources.get(appID, task.sourceID),
      destinations.get(appID, task.destinationID),
    ]);
    requireRunnable({ task, source, destination });
    return startRun({
      appID,
      task: { taskID, action: task.action, failureThreshold: task.failureThreshold },
      overlap: (task.runPolicy ?? DEFAULT_RUN_POLICY).overlap,
      trigger: { kind: 'api', key: triggerKey },
      ...(runMetadata === undefined ? {} : { runMetadata }),
    });
  };
}

/** Refuses whatever would run a task that is disabled, and says why it is. */
export function requireEnabled({ enabled, blocked }: Pick<Task, 'enabled' | 'blocked'>): void {
  if (enabled) return;
  const why = blocked === undefined ? '' : ` It was disabled because ${blocked.reason}`;
  throw new InvalidInputError('task.disabled', `The task is disabled: enable it to run it.${why}`);
}
