import { createAdminKey } from '../../core/applications/admin-key.ts';
import { createSecretReader } from '../../core/applications/admin-secret.ts';
import type { ApiKeys } from '../../core/applications/api-keys.ts';
import { createAuthenticationService } from '../../core/authentications/authentication-service.ts';
import { createAuthenticationStore } from '../../core/authentications/authentication-store.ts';
import { createDestinationService } from '../../core/destinations/destination-service.ts';
import { createDestinationStore } from '../../core/destinations/destination-store.ts';
import type { Clock } from '../../core/foundation/clock.ts';
import { createKmsDataKeys, type DataKeys } from '../../core/foundation/data-keys.ts';
import type { Environment } from '../../core/foundation/environment.ts';
import type { Log } from '../../core/foundation/logging.ts';
import { createTableClient } from '../../core/foundation/table-client.ts';
import { createRunEventStore } from '../../core/run-events/run-event-store.ts';
import { createRunStore, type RunStore } from '../../core/runs/run-store.ts';
import { createRunControl, type RunControl } from '../../core/runs/run-control.ts';
import type { Run } from '../../core/runs/run.ts';
import type { RunQueue } from '../../core/runs/run-queue.ts';
import { createStartRun, type StartRun } from '../../core/runs/start-run.ts';
import type { StoreDependencies } from '../../core/resources/resource-store.ts';
import { createSourceService } from '../../core/sources/source-service.ts';
import { createSourceStore } from '../../core/sources/source-store.ts';
import { createRunTask } from '../../core/tasks/run-task.ts';
import { createTaskService } from '../../core/tasks/task-service.ts';
import { createTaskStore } from '../../core/tasks/task-store.ts';
import type { ApiDependencies } from './dependencies.ts';

type ApiEnvironment = Pick<
  Environment,
  'TABLE_NAME' | 'RUNS_QUEUE_URL' | 'ADMIN_SECRET_ARN' | 'KEY_ARN' | 'RUN_RETENTION_DAYS'
>;

/** What the operations stand on, besides the table. */
export interface ApiPorts extends StoreDependencies {
  readonly apiKeys: ApiKeys;
  readonly dataKeys: DataKeys;
  readonly startRun: StartRun;
  readonly runStore: RunStore;
  readonly runControl: RunControl;
}

/** The services over AWS, as the environment names them. */
export function createAwsPorts(
  environment: ApiEnvironment,
  { clock, log }: { clock: Clock; log: Log },
): ApiPorts {
  const table = { client: createTableClient(), tableName: environment.TABLE_NAME, clock };
  const runStore = createRunStore({ ...table, retentionDays: Number(environment.RUN_RETENTION_DAYS) });
  const runQueue = createRunQueueOnDemand(environment.RUNS_QUEUE_URL);
  const onUnsent = (run: Run, error: unknown) =>
    log.error('A run waits for the sweep: its message was not sent', error, { runID: run.runID });
  return {
    ...table,
    apiKeys: createAdminKey({ readSecret: createSecretReader(environment.ADMIN_SECRET_ARN), clock }),
    dataKeys: createKmsDataKeys(environment.KEY_ARN),
    runStore,
    startRun: createStartRun({ runStore, runQueue, clock, onUnsent }),
    runControl: createRunControl({ runStore, runQueue, clock, onUnsent }),
  };
}

export function createApiDependencies(ports: ApiPorts): ApiDependencies {
  const authenticationStore = createAuthenticationStore(ports);
  const sourceStore = createSourceStore(ports);
  const destinationStore = createDestinationStore(ports);
  const taskStore = createTaskStore(ports);
  return {
    apiKeys: ports.apiKeys,
    clock: ports.clock,
    authenticationStore,
    authentications: createAuthenticationService({ store: authenticationStore, dataKeys: ports.dataKeys }),
    sourceStore,
    sources: createSourceService({ store: sourceStore, authentications: authenticationStore }),
    destinationStore,
    destinations: createDestinationService({ store: destinationStore, authentications: authenticationStore }),
    taskStore,
    tasks: createTaskService({ store: taskStore, sources: sourceStore, destinations: destinationStore }),
    runTask: createRunTask({ tasks: taskStore, destinations: destinationStore, startRun: ports.startRun }),
    runStore: ports.runStore,
    runControl: ports.runControl,
    runEventStore: createRunEventStore(ports),
  };
}

/** The queue's client is loaded with the first message: most requests never need it. */
function createRunQueueOnDemand(queueUrl: string): RunQueue {
  let loaded: Promise<RunQueue> | undefined;
  const load = async (): Promise<RunQueue> => {
    const [{ SQSClient }, { createRunQueue }] = await Promise.all([
      import('@aws-sdk/client-sqs'),
      import('../../core/runs/run-queue.ts'),
    ]);
    return createRunQueue({ client: new SQSClient({}), queueUrl });
  };
  const queue = () => (loaded ??= load());
  return {
    send: async (message, delaySeconds) => (await queue()).send(message, delaySeconds),
    sendAll: async (messages) => (await queue()).sendAll(messages),
  };
}
