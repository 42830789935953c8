import type { AuthenticationStore } from '../authentications/authentication-store.ts';
import type { DestinationStore } from '../destinations/destination-store.ts';
import { DESTINATION_AUTHENTICATION_TYPES, indexNameOf } from '../destinations/destination.ts';
import { leaseOwnerOf } from '../destinations/lease-owner.ts';
import type { Clock } from '../foundation/clock.ts';
import { InvalidInputError } from '../foundation/errors.ts';
import { deriveID, newID, newTimeOrderedID } from '../foundation/ids.ts';
import { invalidField } from '../foundation/validation.ts';
import type { TableAccess } from '../foundation/table-client.ts';
import { leaseKeyOf } from '../leases/lease.ts';
import type { PushAction, Run, TaskAction } from '../runs/run.ts';
import { toRunMessage, type RunMessage } from '../runs/run-message.ts';
import type { RunStore } from '../runs/run-store.ts';
import type { Task } from '../tasks/task.ts';
import type { TaskStore } from '../tasks/task-store.ts';
import { joinLine, takePlace } from './push-line.ts';
import { toPayload, type PushedRecord } from './push-records.ts';
import type { StorePayload } from './store-payload.ts';

/** How long a message may take before the sweep sends the push again: clients wait for its event. */
const FIRST_MESSAGE_SECONDS = 15;

/** What a run says of itself on the bus: a task's action, which a push does not have, as near as it comes. */
const RUN_ACTIONS: Readonly<Record<PushAction, TaskAction>> = {
  addObject: 'save',
  updateObject: 'save',
  partialUpdateObject: 'partial',
  partialUpdateObjectNoCreate: 'partialNoCreate',
  deleteObject: 'save',
  delete: 'save',
  clear: 'save',
};

interface PushRequest {
  readonly appID: string;
  readonly taskID: string;
  /** The index to write where it is not that of the task's destination. */
  readonly indexName?: string | undefined;
  readonly action: PushAction;
  readonly records: readonly PushedRecord[];
  /** The same key again answers with the same run. */
  readonly triggerKey: string;
}

/** Takes records in for good: when it resolves, they will be applied whatever stops, in the order of acceptance. */
export type AcceptPush = (request: PushRequest) => Promise<Run & { readonly push: NonNullable<Run['push']> }>;

interface AcceptDependencies {
  readonly table: TableAccess;
  readonly tasks: TaskStore;
  readonly destinations: DestinationStore;
  readonly authentications: AuthenticationStore;
  readonly runStore: Pick<RunStore, 'claim'>;
  readonly storePayload: StorePayload;
  readonly sendMessage: (message: RunMessage) => Promise<void>;
  readonly clock: Clock;
  /** Told of a message that could not be sent: no failure of the request, because the sweep sends the run. */
  readonly onUnsent: (run: Run, error: unknown) => void;
}

export function createAcceptPush(dependencies: AcceptDependencies): AcceptPush {
  const { table, tasks, runStore, storePayload, sendMessage, onUnsent } = dependencies;
  return async (request) => {
    const { appID, taskID, action } = request;
    const { body: task } = await tasks.get(appID, taskID);
    const index = await requireIndex(dependencies, request, task);
    const records = action === 'delete' || action === 'clear' ? [] : request.records;
    const payloadKey = records.length === 0 ? undefined : `${appID}/${newID()}`;
    if (payloadKey !== undefined) await storePayload(payloadKey, toPayload(idsOnly(action, records)));
    const line = { appID, leaseKey: leaseKeyOf(index) };
    const place = { indexName: index.indexName, sequence: await takePlace(table, line), payloadKey };
    const fresh = toRun(dependencies, { ...request, records, task, leaseKey: line.leaseKey, place });
    const { runID, createdAt } = fresh;
    const { run, isNew } = await runStore.claim(fresh, {
      also: [joinLine(table.tableName, line, { runID, createdAt, sequence: place.sequence })],
    });
    if (isNew) await sendMessage(toRunMessage(run)).catch((error: unknown) => onUnsent(run, error));
    return { ...run, push: run.push ?? fresh.push };
  };
}

/** Where the push goes: refused where it could not be written whatever is in it. */
async function requireIndex(
  { destinations, authentications }: AcceptDependencies,
  { appID, taskID, indexName, action }: PushRequest,
  task: Task,
): Promise<{ searchAppID: string; indexName: string }> {
  if (task.hosted) {
    throw refuse('hosted', `records cannot be pushed to the task ${taskID} here: it is at Algolia`);
  }
  if (task.sourceType !== 'push') {
    throw refuse(
      'not_push',
      `records cannot be pushed to the task ${taskID}: its source is of type ${task.sourceType}, not push`,
    );
  }
  if (!task.enabled) throw refuse('disabled', `the task ${taskID} is disabled: enable it to push to it`);
  const { body: destination } = await destinations.get(appID, task.destinationID);
  if (destination.type === 'insights' && action !== 'addObject') {
    throw invalidField(
      'action',
      'must be addObject for destinations of type insights: events are only added',
    );
  }
  if (destination.authenticationID === undefined) {
    const types = DESTINATION_AUTHENTICATION_TYPES[destination.type].join(' or ');
    throw refuse(
      'destination_without_authentication',
      `the destination ${task.destinationID} has no authenticationID: update it with an authentication of type ${types}`,
    );
  }
  const { body: authentication } = await authentications.get(appID, destination.authenticationID);
  const searchAppID = authentication.input['appID'];
  if (typeof searchAppID !== 'string') {
    throw refuse(
      'authentication',
      `the authentication ${destination.authenticationID} names no application ID`,
    );
  }
  const owner = leaseOwnerOf(destination.type, searchAppID);
  return { searchAppID: owner, indexName: indexName ?? indexNameOf(destination, 'push') };
}

function idsOnly(action: PushAction, records: readonly PushedRecord[]): readonly PushedRecord[] {
  return action === 'deleteObject' ? records.map(({ objectID }) => ({ objectID })) : records;
}

function toRun(
  { clock }: AcceptDependencies,
  push: PushRequest & {
    readonly task: Task;
    readonly leaseKey: string;
    readonly place: { indexName: string; sequence: number; payloadKey: string | undefined };
  },
): Run & { readonly push: NonNullable<Run['push']> } {
  const { appID, taskID, action, records, task, leaseKey, place } = push;
  const { payloadKey, ...where } = place;
  const now = clock.now();
  const createdAt = now.toISOString();
  return {
    runID: deriveID(taskID, 'push', push.triggerKey),
    appID,
    taskID,
    type: 'push',
    action: RUN_ACTIONS[action],
    status: 'created',
    failureThreshold: task.failureThreshold,
    trigger: { kind: 'api', key: push.triggerKey },
    push: {
      ...where,
      action,
      eventID: newTimeOrderedID(now),
      recordCount: records.length,
      ...(payloadKey === undefined ? {} : { payloadKey }),
    },
    counts: { received: 0, applied: 0, unchanged: 0, rejected: 0 },
    fence: 0,
    attempts: 0,
    stalls: 0,
    restarts: 0,
    revision: 0,
    leaseKey,
    dueAt: new Date(now.getTime() + FIRST_MESSAGE_SECONDS * 1000).toISOString(),
    createdAt,
    updatedAt: createdAt,
  };
}

function refuse(code: string, message: string): InvalidInputError {
  return new InvalidInputError(`push.${code}`, message);
}
