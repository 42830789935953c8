import type { DestinationStore } from '../destinations/destination-store.ts';
import { InvalidInputError } from '../foundation/errors.ts';
import type { TransactionItem } from '../foundation/transactions.ts';
import type { RunHostedTask } from '../links/run-hosted-task.ts';
import type { SourceStore } from '../sources/source-store.ts';
import type { Run } from '../runs/run.ts';
import type { RunNote } from '../runs/run-journal.ts';
import { DEFAULT_RUN_POLICY } from '../runs/run-policy.ts';
import type { StartRun } from '../runs/start-run.ts';
import type { EntityType } from '../runs/run-entities.ts';
import { requireEntityFit } from './entity-fit.ts';
import { requireRunnable } from './require-runnable.ts';
import { updateActionOf } from './subscription.ts';
import type { Task } from './task.ts';
import type { TaskStore } from './task-store.ts';

export interface RunTaskRequest {
  readonly appID: string;
  readonly taskID: string;
  /** The same trigger again answers with the same run. */
  readonly trigger: Run['trigger'];
  readonly runMetadata?: Readonly<Record<string, unknown>> | undefined;
  /** The first event of the run. */
  readonly note?: RunNote | undefined;
  /** `update` takes single entities, with the task's action for these; all there is otherwise. */
  readonly type?: 'reindex' | 'update' | undefined;
  /** What the single entities are. */
  readonly entityType?: EntityType | undefined;
  /** Written with the run. */
  readonly also?: ((run: Run) => readonly TransactionItem[]) | undefined;
}

/** Starts a run of a task; refused for a task that is disabled or cannot be run. */
export type RunTask = (request: RunTaskRequest) => Promise<Run>;

export function createRunTask(dependencies: {
  readonly tasks: TaskStore;
  readonly sources: SourceStore;
  readonly destinations: DestinationStore;
  readonly startRun: StartRun;
  readonly runHostedTask: RunHostedTask;
}): RunTask {
  const { tasks, sources, destinations, startRun, runHostedTask } = dependencies;
  return async ({ appID, taskID, trigger, runMetadata, note, type = 'reindex', entityType, also }) => {
    const { body: task } = await tasks.get(appID, taskID);
    requireEnabled(task);
    // At Algolia a run takes the whole source, whatever asks for it.
    if (task.hosted) return runHostedTask({ appID, taskID, task, linkID: task.hosted.linkID, trigger, also });
    const [{ body: source }, { body: destination }] = await Promise.all([
      sources.get(appID, task.sourceID),
      destinations.get(appID, task.destinationID),
    ]);
    const action = type === 'update' ? updateActionOf(task) : task.action;
    requireRunnable({ task: { ...task, action }, source, destination });
    if (type === 'update') requireEntityFit(destination, entityType);
    return startRun({
      appID,
      task: { taskID, action, failureThreshold: task.failureThreshold },
      // What a webhook tells of, or who names entities, may have come after an earlier run read the source: such a run never
      // makes way.
      ...(trigger.kind === 'webhook' || type === 'update'
        ? {}
        : { overlap: (task.runPolicy ?? DEFAULT_RUN_POLICY).overlap }),
      trigger,
      type,
      runMetadata,
      note,
      also,
    });
  };
}

/** Refuses whatever would run a task that is disabled, and says why it is. */
export function requireEnabled({ enabled, blocked }: Pick<Task, 'enabled' | 'blocked'>): void {
  if (enabled) return;
  const why = blocked === undefined ? '' : ` It was disabled because ${blocked.reason}`;
  throw new InvalidInputError('task.disabled', `The task is disabled: enable it to run it.${why}`);
}
