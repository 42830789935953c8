import type { AuthenticationStore } from '../../../core/authentications/authentication-store.ts';
import type { DestinationStore } from '../../../core/destinations/destination-store.ts';
import type { Environment } from '../../../core/foundation/environment.ts';
import type { Log } from '../../../core/foundation/logging.ts';
import { createAcceptPush } from '../../../core/push/accept-push.ts';
import { createFindPushTask } from '../../../core/push/find-push-task.ts';
import { createIndexDestinations } from '../../../core/push/index-destinations.ts';
import { createStorePayload, type StorePayload } from '../../../core/push/store-payload.ts';
import { createWatchPush } from '../../../core/push/watch-push.ts';
import type { StoreDependencies } from '../../../core/resources/resource-store.ts';
import type { RunEventStore } from '../../../core/run-events/run-event-store.ts';
import type { Run } from '../../../core/runs/run.ts';
import type { RunMessage } from '../../../core/runs/run-message.ts';
import type { RunQueue } from '../../../core/runs/run-queue.ts';
import type { RunStore } from '../../../core/runs/run-store.ts';
import type { TaskStore } from '../../../core/tasks/task-store.ts';
import type { ApiDependencies } from '../dependencies.ts';

/** What pushes stand on, besides the table. */
export interface PushPorts {
  readonly storePayload: StorePayload;
  readonly sendMessage: (message: RunMessage) => Promise<void>;
  readonly onUnsent: (run: Run, error: unknown) => void;
  readonly maxBytes: number;
}

export function createPushPorts(
  environment: Pick<Environment, 'PUSH_BUCKET' | 'PUSH_MAX_BYTES'>,
  runQueue: Pick<RunQueue, 'send'>,
  log: Log,
): PushPorts {
  return {
    storePayload: createStorePayload({ bucket: environment.PUSH_BUCKET }),
    sendMessage: (message) => runQueue.send(message),
    onUnsent: (run, error) =>
      log.error('A push waits for the sweep: its message was not sent', error, { runID: run.runID }),
    maxBytes: Number(environment.PUSH_MAX_BYTES),
  };
}

export function createPushDependencies(
  ports: StoreDependencies & {
    readonly push: PushPorts;
    readonly runStore: RunStore;
    readonly watchSeconds: number;
  },
  stores: {
    readonly authenticationStore: AuthenticationStore;
    readonly destinationStore: DestinationStore;
    readonly taskStore: TaskStore;
    readonly runEventStore: RunEventStore;
  },
): Pick<ApiDependencies, 'acceptPush' | 'findPushTask' | 'watchPush' | 'pushMaxBytes'> {
  const { clock, push, runStore, watchSeconds } = ports;
  const named = { destinations: stores.destinationStore, tasks: stores.taskStore };
  return {
    acceptPush: createAcceptPush({
      ...named,
      ...push,
      table: ports,
      authentications: stores.authenticationStore,
      runStore,
      clock,
    }),
    findPushTask: createFindPushTask({
      ...named,
      table: ports,
      indexDestinations: createIndexDestinations(ports),
    }),
    watchPush: createWatchPush({ runEvents: stores.runEventStore, clock, watchSeconds }),
    pushMaxBytes: push.maxBytes,
  };
}
