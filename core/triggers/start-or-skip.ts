import type { Clock } from '../foundation/clock.ts';
import { InvalidInputError } from '../foundation/errors.ts';
import type { Run } from '../runs/run.ts';
import type { RunStore } from '../runs/run-store.ts';
import { newRun } from '../runs/start-run.ts';
import type { RunTask, RunTaskRequest } from '../tasks/run-task.ts';
import type { TaskStore } from '../tasks/task-store.ts';

/**
 * Starts the run that a trigger asks for. Nobody waits for the answer, so what a request would be refused for (the task
 * is disabled, or cannot be run) is told by a run that was skipped.
 */
export type StartOrSkip = (request: RunTaskRequest) => Promise<Run>;

interface StartOrSkipDependencies {
  readonly runTask: RunTask;
  readonly tasks: TaskStore;
  readonly runStore: Pick<RunStore, 'claim'>;
  readonly clock: Clock;
}

export function createStartOrSkip(dependencies: StartOrSkipDependencies): StartOrSkip {
  return async (request) => {
    try {
      return await dependencies.runTask(request);
    } catch (error) {
      if (!(error instanceof InvalidInputError)) throw error;
      return skip(dependencies, request, error.message);
    }
  };
}

async function skip(
  { tasks, runStore, clock }: StartOrSkipDependencies,
  { appID, taskID, ...request }: RunTaskRequest,
  reason: string,
): Promise<Run> {
  const { body: task } = await tasks.get(appID, taskID);
  const now = clock.now();
  const skipped: Run = {
    ...newRun({ ...request, appID, task: { ...task, taskID } }, now),
    status: 'skipped',
    outcome: 'failure',
    reasonCode: 'blocking',
    reason,
    finishedAt: now.toISOString(),
    // The sweep tells of it.
    notification: 'pending',
    dueAt: now.toISOString(),
  };
  const { run } = await runStore.claim(skipped, { also: request.also?.(skipped) ?? [] });
  return run;
}
