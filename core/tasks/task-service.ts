import type { DestinationStore } from '../destinations/destination-store.ts';
import { InvalidInputError } from '../foundation/errors.ts';
import { invalidField } from '../foundation/validation.ts';
import type { Resource } from '../resources/resource.ts';
import type { RunPolicy } from '../runs/run-policy.ts';
import type { SourceStore } from '../sources/source-store.ts';
import type { TriggerInput } from './task-input.ts';
import { requireAction } from './require-action.ts';
import { parseTaskInput } from './task-source-input.ts';
import type { TaskStore } from './task-store.ts';
import { createTaskWrites, type TrySyncSchedules } from './task-writes.ts';
import type { Task } from './task.ts';

/** What a request may say of a task; what it leaves out takes its default on create and replace, and stays on update. */
interface TaskSettings {
  readonly enabled?: boolean | undefined;
  readonly failureThreshold?: number | undefined;
  readonly notifications?: Task['notifications'];
  readonly policies?: Task['policies'];
  readonly subscriptionAction?: Task['subscriptionAction'];
  readonly cron?: string | undefined;
  /** Checked against the type of the task's source. */
  readonly input?: Readonly<Record<string, unknown>> | undefined;
}

interface TaskReplacement extends TaskSettings {
  readonly destinationID: string;
  readonly action: Task['action'];
  readonly cursor?: Date | undefined;
  /** As the older generation names it; the current one has a cron, a subscriptionAction, or neither. */
  readonly trigger?: TriggerInput | undefined;
}

type NewTask = TaskReplacement & { readonly sourceID: string };

type TaskChange = TaskSettings & { readonly destinationID?: string | undefined };

/** Creates and changes tasks. */
export interface TaskService {
  create(appID: string, id: string, request: NewTask): Promise<Resource<Task>>;
  /** Sets everything but the source anew. */
  replace(appID: string, taskID: string, request: TaskReplacement): Promise<Resource<Task>>;
  /** Merges the fields given; source and action stay. */
  update(appID: string, taskID: string, change: TaskChange): Promise<Resource<Task>>;
  setRunPolicy(appID: string, taskID: string, runPolicy: RunPolicy): Promise<Resource<Task>>;
  /** Puts a schedule of ours on a hosted task, or takes it away. */
  setHostedCron(appID: string, taskID: string, cron: string | undefined): Promise<Resource<Task>>;
  /** When it was deleted. */
  delete(appID: string, taskID: string): Promise<Date>;
}

export function createTaskService(dependencies: {
  readonly store: TaskStore;
  readonly sources: SourceStore;
  readonly destinations: DestinationStore;
  readonly trySyncSchedules: TrySyncSchedules;
  /** Told of each task that was deleted; what it does not get done is done by the sweep. */
  readonly onDeleted: (task: { readonly appID: string; readonly taskID: string }) => Promise<void>;
}): TaskService {
  const { store, sources, destinations, onDeleted } = dependencies;
  const writes = createTaskWrites(dependencies);
  const requireDestination = createRequireDestination(destinations);
  return {
    async create(appID, id, request) {
      const source = await sources.find(appID, request.sourceID);
      if (!source) throw invalidField('sourceID', `no such source: ${request.sourceID}`);
      await requireDestination(appID, request);
      const { sourceID } = request;
      return writes.create(appID, id, toTask(request, { sourceID, sourceType: source.body.type }));
    },
    async replace(appID, taskID, request) {
      return writes.update(appID, taskID, async (task) => {
        requireOwn(task);
        await requireDestination(appID, request);
        return toTask(request, task);
      });
    },
    async update(appID, taskID, change) {
      return writes.update(appID, taskID, async (task) => {
        requireOwn(task);
        const merged = mergeTask(task, change);
        if (change.destinationID !== undefined) await requireDestination(appID, merged);
        return {
          ...merged,
          ...(change.enabled === true ? { criticalRuns: undefined, blocked: undefined } : {}),
        };
      });
    },
    setRunPolicy: (appID, taskID, runPolicy) =>
      writes.update(appID, taskID, (task) => ({ ...requireOwn(task), runPolicy })),
    setHostedCron: (appID, taskID, cron) => writes.update(appID, taskID, (task) => ({ ...task, cron })),
    async delete(appID, taskID) {
      const task = await store.get(appID, taskID);
      requireOwn(task.body);
      const deletedAt = await writes.delete(appID, task);
      await onDeleted({ appID, taskID });
      return deletedAt;
    },
  };
}

/** Refuses a task whose destination is not there, or cannot take its action. */
function createRequireDestination(destinations: DestinationStore) {
  return async (appID: string, { destinationID, action }: Pick<Task, 'destinationID' | 'action'>) => {
    const destination = await destinations.find(appID, destinationID);
    if (!destination) throw invalidField('destinationID', `no such destination: ${destinationID}`);
    requireAction(action, destination.body);
  };
}

/** What a hosted task is, its owner says at Algolia: here it would be overwritten a minute later. */
function requireOwn(task: Task): Task {
  const { hosted } = task;
  if (hosted === undefined) return task;
  throw new InvalidInputError(
    'task.hosted',
    `The task is at Algolia and copied here by the link ${hosted.linkID}: change it there. ` +
      'PUT /ext/1/links/LINK/tasks/TASK/schedule puts a schedule of ours on it.',
  );
}

function toTask(
  request: TaskReplacement,
  { sourceID, sourceType, runPolicy }: Pick<Task, 'sourceID' | 'sourceType' | 'runPolicy'>,
): Task {
  const { trigger } = request;
  const cron = trigger?.type === 'schedule' ? trigger.cron : request.cron;
  const triggerType = trigger?.type ?? triggerTypeOf({ ...request, sourceType });
  return {
    sourceID,
    sourceType,
    destinationID: request.destinationID,
    action: request.action,
    subscriptionAction: request.subscriptionAction,
    triggerType,
    cron,
    input: parseTaskInput(request.input, { sourceType, isScheduled: cron !== undefined }),
    enabled: request.enabled ?? true,
    failureThreshold: request.failureThreshold ?? 0,
    cursor: request.cursor?.toISOString(),
    notifications: request.notifications,
    policies: request.policies,
    runPolicy,
  };
}

/** What starts a task of the current generation, which does not say so itself. */
export function triggerTypeOf(task: {
  readonly sourceType: Task['sourceType'];
  readonly cron?: string | undefined;
  readonly subscriptionAction?: Task['subscriptionAction'];
  readonly input?: unknown;
}): Task['triggerType'] {
  if (task.cron !== undefined) return 'schedule';
  if (task.sourceType === 'ga4BigqueryExport' && task.input !== undefined) return 'streaming';
  return task.subscriptionAction === undefined ? 'onDemand' : 'subscription';
}

function mergeTask(task: Task, change: TaskChange): Task {
  const cron = change.cron ?? task.cron;
  const isScheduled = cron !== undefined;
  const { sourceType } = task;
  const subscriptionAction = change.subscriptionAction ?? task.subscriptionAction;
  // What the older generation said outright stays, unless a schedule or a subscription comes to a task on demand.
  const triggerType =
    isScheduled || task.triggerType === 'onDemand'
      ? triggerTypeOf({ sourceType, cron, subscriptionAction, input: change.input ?? task.input })
      : task.triggerType;
  return {
    ...task,
    destinationID: change.destinationID ?? task.destinationID,
    subscriptionAction,
    triggerType,
    cron,
    // What was right for a task on demand may be wrong for one on a schedule.
    input: parseTaskInput(change.input ?? task.input, { sourceType, isScheduled }),
    enabled: change.enabled ?? task.enabled,
    failureThreshold: change.failureThreshold ?? task.failureThreshold,
    notifications: change.notifications ?? task.notifications,
    policies: change.policies ?? task.policies,
  };
}
