import type { DestinationStore } from '../destinations/destination-store.ts';
import { InvalidInputError } from '../foundation/errors.ts';
import type { Run } from '../runs/run.ts';
import type { StartRun } from '../runs/start-run.ts';
import type { TaskStore } from './task-store.ts';

interface RunTaskRequest {
  readonly appID: string;
  readonly taskID: string;
  /** The same key again answers with the same run. */
  readonly triggerKey: string;
  readonly runMetadata?: Readonly<Record<string, unknown>> | undefined;
}

/** Starts a run of a task at somebody's request; refused for a task that is disabled or cannot write. */
export type RunTask = (request: RunTaskRequest) => Promise<Run>;

export function createRunTask(dependencies: {
  readonly tasks: TaskStore;
  readonly destinations: DestinationStore;
  readonly startRun: StartRun;
}): RunTask {
  const { tasks, destinations, startRun } = dependencies;
  return async ({ appID, taskID, triggerKey, runMetadata }) => {
    const { body: task } = await tasks.get(appID, taskID);
    if (!task.enabled) {
      const why = task.blocked === undefined ? '' : ` It was disabled because ${task.blocked.reason}`;
      throw new InvalidInputError('task.disabled', `The task is disabled: enable it to run it.${why}`);
    }
    const destination = await destinations.get(appID, task.destinationID);
    if (destination.body.authenticationID === undefined) {
      throw new InvalidInputError(
        'task.destination_without_authentication',
        `The destination ${task.destinationID} has no authenticationID, so a run could not write to its index: ` +
          'update it with an authentication of type algolia.',
      );
    }
    return startRun({
      appID,
      task: { taskID, action: task.action, failureThreshold: task.failureThreshold },
      trigger: { kind: 'api', key: triggerKey },
      ...(runMetadata === undefined ? {} : { runMetadata }),
    });
  };
}
