import type { DestinationStore } from '../destinations/destination-store.ts';
import { newID } from '../foundation/ids.ts';
import { invalidField } from '../foundation/validation.ts';
import type { Resource } from '../resources/resource.ts';
import type { RunPolicy } from '../runs/run-policy.ts';
import type { SourceStore } from '../sources/source-store.ts';
import type { TaskStore } from './task-store.ts';
import type { Task } from './task.ts';

/** What a request may say of a task; what it leaves out takes its default on create and replace, and stays on update. */
interface TaskSettings {
  readonly enabled?: boolean | undefined;
  readonly failureThreshold?: number | undefined;
  readonly cursor?: Date | undefined;
  readonly notifications?: Task['notifications'];
  readonly policies?: Task['policies'];
}

interface NewTask extends TaskSettings {
  readonly sourceID: string;
  readonly destinationID: string;
  readonly action: Task['action'];
}

type TaskReplacement = Omit<NewTask, 'sourceID'>;

type TaskChange = TaskSettings & { readonly destinationID?: string | undefined };

/** Creates and changes tasks. */
export interface TaskService {
  create(appID: string, request: NewTask): Promise<Resource<Task>>;
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
    async create(appID, request) {
      const source = await sources.find(appID, request.sourceID);
      if (!source) throw invalidField('sourceID', `no such source: ${request.sourceID}`);
      await requireDestination(appID, request.destinationID);
      const { sourceID } = request;
      return store.create(appID, newID(), toTask(request, { sourceID, sourceType: source.body.type }));
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
          ...body,
          destinationID: change.destinationID ?? body.destinationID,
          enabled: change.enabled ?? body.enabled,
          failureThreshold: change.failureThreshold ?? body.failureThreshold,
          notifications: change.notifications ?? body.notifications,
          policies: change.policies ?? body.policies,
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
  return {
    sourceID,
    sourceType,
    destinationID: request.destinationID,
    action: request.action,
    triggerType: 'onDemand',
    enabled: request.enabled ?? true,
    failureThreshold: request.failureThreshold ?? 0,
    cursor: request.cursor?.toISOString(),
    notifications: request.notifications,
    policies: request.policies,
    runPolicy,
  };
}
