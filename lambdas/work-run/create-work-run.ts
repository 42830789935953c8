import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { createAuthenticationStore } from '../../core/authentications/authentication-store.ts';
import { createDestinationStore } from '../../core/destinations/destination-store.ts';
import { systemClock } from '../../core/foundation/clock.ts';
import { createKmsDataKeys } from '../../core/foundation/data-keys.ts';
import type { Environment } from '../../core/foundation/environment.ts';
import { newTimeOrderedID } from '../../core/foundation/ids.ts';
import type { Log } from '../../core/foundation/logging.ts';
import { createTableClient } from '../../core/foundation/table-client.ts';
import { createLeaseStore } from '../../core/leases/lease-store.ts';
import { createPushPayloads } from '../../core/push/push-payloads.ts';
import { createWorkPush } from '../../core/push/work-push.ts';
import { createRejectedRecordStore } from '../../core/rejected-records/rejected-record-store.ts';
import type { StoreDependencies } from '../../core/resources/resource-store.ts';
import { DEFAULT_ENGINE_SETTINGS, type Engine } from '../../core/runs/engine.ts';
import { createHandOff } from '../../core/runs/hand-off.ts';
import { createRunBus } from '../../core/runs/run-bus.ts';
import { createRunQueue } from '../../core/runs/run-queue.ts';
import { createRunStore } from '../../core/runs/run-store.ts';
import { createWorkRun, type WorkRun } from '../../core/runs/work-run.ts';
import { createSourceStates } from '../../core/sources/source-states.ts';
import { createSourceStore } from '../../core/sources/source-store.ts';
import { createBlockTask } from '../../core/tasks/block-task.ts';
import { createTaskStore } from '../../core/tasks/task-store.ts';
import { createRunTransform } from '../../core/transformations/run-transform-function.ts';
import { createTransformationStore } from '../../core/transformations/transformation-store.ts';
import { createRegistrationStore } from '../../core/webhooks/registration-store.ts';
import { createWebhookStore } from '../../core/webhooks/webhook-store.ts';
import { createArrangeHooks } from './arrange-hooks.ts';
import { createOpenConnection, type ConnectionDependencies } from './open-connection.ts';
import { openContainers } from './open-containers.ts';
import { createOpenPush } from './open-push.ts';
import { createReadSample } from './read-sample.ts';
import type { NetworkPolicy } from '../../connectors/http/network-policy.ts';

type WorkRunEnvironment = Pick<
  Environment,
  | 'TABLE_NAME'
  | 'PUSH_BUCKET'
  | 'RUN_TRANSFORM_NAME'
  | 'RUNS_QUEUE_URL'
  | 'BUS_NAME'
  | 'KEY_ARN'
  | 'SEARCH_HOSTS'
  | 'VENDOR_HOSTS'
  | 'ALLOW_PRIVATE'
  | 'TRUSTED_HOSTS'
  | 'LEASE_SECONDS'
  | 'RUN_RETENTION_DAYS'
  | 'MAX_RECORD_BYTES'
  | 'LOCAL_CONTAINERS'
  | 'CONTAINER_TASKS'
>;

const hostsSchema = z.record(z.string(), z.string());

/** The engine over AWS, as the environment names it. */
export function createAwsWorkRun(environment: WorkRunEnvironment, log: Log): WorkRun {
  const clock = systemClock;
  const table = { client: createTableClient(), tableName: environment.TABLE_NAME, clock };
  const leaseSeconds = Number(environment.LEASE_SECONDS);
  const retentionDays = Number(environment.RUN_RETENTION_DAYS);
  const runStore = createRunStore({ ...table, retentionDays });
  const rejectedRecords = createRejectedRecordStore({ ...table, retentionDays });
  const tasks = createTaskStore(table);
  const runBus = createRunBus({ client: new EventBridgeClient({}), busName: environment.BUS_NAME });
  const connections = createConnections(environment, { ...table, tasks, rejectedRecords });
  const engine: Engine = {
    runStore,
    leaseStore: createLeaseStore({ ...table, leaseSeconds }),
    rejectedRecords,
    runQueue: createRunQueue({ client: new SQSClient({}), queueUrl: environment.RUNS_QUEUE_URL }),
    handOff: createHandOff({ runStore, runBus, blockTask: createBlockTask({ tasks }) }),
    openConnection: createOpenConnection(connections),
    readSample: createReadSample(connections),
    arrangeHooks: createArrangeHooks({
      ...connections,
      webhooks: createWebhookStore(table),
      registrations: createRegistrationStore(table),
    }),
    clock,
    random: Math.random,
    newEventID: newTimeOrderedID,
    log,
    settings: { ...DEFAULT_ENGINE_SETTINGS, leaseSeconds },
  };
  const workPush = createWorkPush(engine, {
    table,
    payloads: createPushPayloads({ client: new S3Client({}), bucket: environment.PUSH_BUCKET }),
    openDestination: createOpenPush(connections),
  });
  return createWorkRun(engine, workPush);
}

/** What a run's source and destination are opened with. */
function createConnections(
  environment: WorkRunEnvironment,
  {
    tasks,
    rejectedRecords,
    ...table
  }: StoreDependencies & Pick<ConnectionDependencies, 'tasks' | 'rejectedRecords'>,
): ConnectionDependencies {
  return {
    tasks,
    sources: createSourceStore(table),
    destinations: createDestinationStore(table),
    authentications: createAuthenticationStore(table),
    dataKeys: createKmsDataKeys(environment.KEY_ARN),
    searchHosts: hostsSchema.parse(JSON.parse(environment.SEARCH_HOSTS)),
    vendorHosts: hostsSchema.parse(JSON.parse(environment.VENDOR_HOSTS)),
    network: networkOf(environment),
    clock: table.clock,
    transformations: createTransformationStore(table),
    runTransform: createRunTransform(environment.RUN_TRANSFORM_NAME),
    table,
    rejectedRecords,
    maxRecordBytes: Number(environment.MAX_RECORD_BYTES),
    sourceStates: createSourceStates({ ...table, retentionDays: Number(environment.RUN_RETENTION_DAYS) }),
    containers: openContainers(environment),
  };
}

function networkOf({ ALLOW_PRIVATE, TRUSTED_HOSTS }: WorkRunEnvironment): NetworkPolicy {
  return { allowPrivate: toList(ALLOW_PRIVATE), trustedHosts: toList(TRUSTED_HOSTS) };
}

function toList(text: string): string[] {
  return text.split(',').filter((entry) => entry !== '');
}
