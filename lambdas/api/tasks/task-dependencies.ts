import type { DestinationStore } from '../../../core/destinations/destination-store.ts';
import type { Log } from '../../../core/foundation/logging.ts';
import type { RunHostedTask } from '../../../core/links/run-hosted-task.ts';
import type { StoreDependencies } from '../../../core/resources/resource-store.ts';
import type { StartRun } from '../../../core/runs/start-run.ts';
import type { SourceStore } from '../../../core/sources/source-store.ts';
import { createRunSource } from '../../../core/tasks/run-source.ts';
import { createRunTask } from '../../../core/tasks/run-task.ts';
import { createTaskService } from '../../../core/tasks/task-service.ts';
import { createTaskStore, type TaskStore } from '../../../core/tasks/task-store.ts';
import type { TrySyncSchedules } from '../../../core/tasks/task-writes.ts';
import { createScheduleMarks } from '../../../core/triggers/schedule-marks.ts';
import { createSchedules, type SchedulesEnvironment } from '../../../core/triggers/schedules.ts';
import { createSyncSchedules } from '../../../core/triggers/sync-schedules.ts';
import type { WebhookRegistrar } from '../../../core/webhooks/webhook-registrar.ts';
import type { ApiDependencies } from '../dependencies.ts';

/** Makes a task's schedules in Scheduler at once; what fails is left to the sweep. */
export function createTrySyncSchedules(
  environment: SchedulesEnvironment,
  table: StoreDependencies,
  log: Log,
): TrySyncSchedules {
  const sync = createSyncSchedules({
    tasks: createTaskStore(table),
    marks: createScheduleMarks(table),
    schedules: createSchedules(environment),
    clock: table.clock,
  });
  return async (task) =>
    sync(task).catch((error: unknown) =>
      log.error('The schedules of a task wait for the sweep', error, task),
    );
}

/** What changes and runs tasks. */
export function createTaskDependencies(
  ports: StoreDependencies & { readonly startRun: StartRun; readonly trySyncSchedules: TrySyncSchedules },
  stores: {
    readonly tasks: TaskStore;
    readonly sources: SourceStore;
    readonly destinations: DestinationStore;
  },
  {
    runHostedTask,
    webhookRegistrar,
  }: {
    readonly runHostedTask: RunHostedTask;
    readonly webhookRegistrar: Pick<WebhookRegistrar, 'abandon'>;
  },
): Pick<ApiDependencies, 'taskStore' | 'tasks' | 'runTask' | 'runSource'> {
  const runTask = createRunTask({ ...ports, ...stores, runHostedTask });
  return {
    taskStore: stores.tasks,
    tasks: createTaskService({
      ...ports,
      ...stores,
      store: stores.tasks,
      onDeleted: webhookRegistrar.abandon,
    }),
    runTask,
    runSource: createRunSource({ ...stores, runTask, table: ports, clock: ports.clock }),
  };
}
