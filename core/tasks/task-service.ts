import type { DestinationStore } from '../destinations/destination-store.ts';
import { invalidField } from '../foundation/validation.ts';
import type { Resource } from '../resources/resource.ts';
import type { RunPolicy } from '../runs/run-policy.ts';
import type { SourceStore } from '../sources/source-store.ts';
import type { TriggerInput } from './task-input.ts';
import { parseTaskInput } from './task-source-input.ts';
import type { TaskStore } from './task-store.ts';
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
}

export function createTaskService(dependencies: {
  readonly store: TaskStore;
  readonly sources: SourceStore;
  readonly destinations: DestinationStore;
}): TaskService {
  const { store, sources, destinations } = dependencies;
  const requireDestination = async (appID: string, destinationID: string | undefined) => {
    if (destinationID === undefined || (await destinations.find(appID, destinationID))) return;
    throw invalidField('destinationID', `no such destination: ${destinationID}`);
  };
  return {
    async create(appID, id, request) {
      const source = await sources.find(appID, request.sourceID);
      if (!source) throw invalidField('sourceID', `no such source: ${request.sourceID}`);
      await requireDestination(appID, request.destinationID);
      const { sourceID } = request;
      return store.create(appID, id, toTask(request, { sourceID, sourceType: source.body.type }));
    },
    async replace(appID, taskID, request) {
      return store.update(appID, taskID, async ({ body }) => {
        await requireDestination(appID, request.destinationID);
        return toTask(request, body);
      });
    },
    async update(appID, taskID, change) {
      return store.update(appID, taskID, async ({ body }) => {
        await requireDestination(appID, change.destinationID);
        return {
          ...mergeTask(body, change),
          ...(change.enabled === true ? { criticalRuns: undefined, blocked: undefined } : {}),
        };
      });
    },
    async setRunPolicy(appID, taskID, runPolicy) {
      return store.update(appID, taskID, ({ body }) => ({ ...body, runPolicy }));
    },
  };
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
function triggerTypeOf(task: {
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
