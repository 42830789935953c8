import { SQSClient } from '@aws-sdk/client-sqs';
import { createAnswerOnce } from '../../core/applications/answer-once.ts';
import { createAdminKey } from '../../core/applications/admin-key.ts';
import { createSecretReader } from '../../core/applications/admin-secret.ts';
import { createApiKeyService } from '../../core/applications/api-key-service.ts';
import { createApiKeyStore } from '../../core/applications/api-key-store.ts';
import { createApiKeyUses } from '../../core/applications/api-key-uses.ts';
import type { ApiKeys } from '../../core/applications/api-keys.ts';
import { createIdempotencyStore } from '../../core/applications/idempotency-store.ts';
import { createApiKeys, createIssuedKeys } from '../../core/applications/issued-keys.ts';
import { createRateLimiter } from '../../core/applications/rate-limiter.ts';
import { createAuthenticationService } from '../../core/authentications/authentication-service.ts';
import { createAuthenticationStore } from '../../core/authentications/authentication-store.ts';
import { createDestinationService } from '../../core/destinations/destination-service.ts';
import { createDestinationStore } from '../../core/destinations/destination-store.ts';
import type { Clock } from '../../core/foundation/clock.ts';
import { createKmsDataKeys, type DataKeys } from '../../core/foundation/data-keys.ts';
import type { Environment } from '../../core/foundation/environment.ts';
import { readLimits, type Limits } from '../../core/foundation/limits.ts';
import type { Log } from '../../core/foundation/logging.ts';
import { createTableClient } from '../../core/foundation/table-client.ts';
import {
  createRejectedRecordStore,
  type RejectedRecordStore,
} from '../../core/rejected-records/rejected-record-store.ts';
import { createReplayRejected } from '../../core/rejected-records/replay-rejected.ts';
import { createAskPoller, createLinkQueue } from '../../core/links/link-queue.ts';
import { createRunEventStore } from '../../core/run-events/run-event-store.ts';
import { createFindLastRuns, type FindLastRuns } from '../../core/runs/last-runs.ts';
import { createRunStore, type RunStore } from '../../core/runs/run-store.ts';
import { createRunControl, type RunControl } from '../../core/runs/run-control.ts';
import type { Run } from '../../core/runs/run.ts';
import { createRunQueue } from '../../core/runs/run-queue.ts';
import { createStartRun, type StartRun } from '../../core/runs/start-run.ts';
import { createWaitForEnd } from '../../core/runs/wait-for-end.ts';
import type { StoreDependencies } from '../../core/resources/resource-store.ts';
import { createCancelPush } from '../../core/push/cancel-push.ts';
import { createIndexDestinations } from '../../core/push/index-destinations.ts';
import { createSourceService } from '../../core/sources/source-service.ts';
import { createSourceStore } from '../../core/sources/source-store.ts';
import { createAskSource } from '../../core/sources/ask-source.ts';
import type { TrySyncSchedules } from '../../core/tasks/task-writes.ts';
import { createTaskStore, type TaskStore } from '../../core/tasks/task-store.ts';
import { createRunTransform } from '../../core/transformations/run-transform-function.ts';
import type { SchedulesEnvironment } from '../../core/triggers/schedules.ts';
import { readCommercetoolsProjects } from '../../core/webhooks/commercetools-projects.ts';
import type { RunTransform } from '../../core/transformations/transform-message.ts';
import { createTransformationService } from '../../core/transformations/transformation-service.ts';
import { createTransformationStore } from '../../core/transformations/transformation-store.ts';
import { createTryTransformation } from '../../core/transformations/try-transformation.ts';
import { createAlertDependencies, createAlertPorts, type AlertPorts } from './alerts/alert-dependencies.ts';
import type { AskPoller } from '../../core/links/link-queue.ts';
import { createLinkDependencies } from './links/link-dependencies.ts';
import { createTaskDependencies, createTrySyncSchedules } from './tasks/task-dependencies.ts';
import { createWebhookDependencies } from './webhooks/webhook-dependencies.ts';
import { createPushDependencies, createPushPorts, type PushPorts } from './push/push-dependencies.ts';
import type { ApiDependencies } from './dependencies.ts';

type ApiEnvironment = Pick<
  Environment,
  | 'TABLE_NAME'
  | 'PUSH_BUCKET'
  | 'RUN_TRANSFORM_NAME'
  | 'PUSH_MAX_BYTES'
  | 'WATCH_SECONDS'
  | 'LIMITS'
  | 'RUNS_QUEUE_URL'
  | 'ADMIN_SECRET_ARN'
  | 'KEY_ARN'
  | 'RUN_RETENTION_DAYS'
  | 'LINKS_QUEUE_URL'
  | 'ALERTS_QUEUE_URL'
  | 'ALERT_SENDER'
  | 'ALERT_TOPIC_ARNS'
  | 'COMMERCETOOLS_PROJECTS'
> &
  SchedulesEnvironment;

/** What the operations stand on, besides the table. */
export interface ApiPorts extends StoreDependencies {
  /** Knows the keys that were not made through the API. */
  readonly adminKey: ApiKeys;
  readonly limits: Limits;
  readonly dataKeys: DataKeys;
  readonly startRun: StartRun;
  readonly runStore: RunStore;
  readonly runControl: RunControl;
  readonly rejectedRecords: RejectedRecordStore;
  /** How long a request may wait for a worker, within the half minute that API Gateway gives it. */
  readonly watchSeconds: number;
  readonly push: PushPorts;
  readonly alerts: AlertPorts;
  readonly runTransform: RunTransform;
  readonly trySyncSchedules: TrySyncSchedules;
  /** commercetools project → the application whose tasks it may notify. */
  readonly commercetoolsProjects: Readonly<Record<string, string>>;
  readonly findLastRuns: FindLastRuns;
  readonly askPoller: AskPoller;
  /** Days that runs and their events are kept. */
  readonly retentionDays: number;
}

/** The services over AWS, as the environment names them. */
export function createAwsPorts(
  environment: ApiEnvironment,
  { clock, log }: { clock: Clock; log: Log },
): ApiPorts {
  const table = { client: createTableClient(), tableName: environment.TABLE_NAME, clock };
  const retentionDays = Number(environment.RUN_RETENTION_DAYS);
  const runStore = createRunStore({ ...table, retentionDays });
  const sqs = new SQSClient({});
  const runQueue = createRunQueue({ client: sqs, queueUrl: environment.RUNS_QUEUE_URL });
  const onUnsent = (run: Run, error: unknown) =>
    log.error('A run waits for the sweep: its message was not sent', error, { runID: run.runID });
  return {
    ...table,
    adminKey: createAdminKey({ readSecret: createSecretReader(environment.ADMIN_SECRET_ARN), clock }),
    limits: readLimits(environment.LIMITS),
    dataKeys: createKmsDataKeys(environment.KEY_ARN),
    runStore,
    startRun: createStartRun({ runStore, runQueue, clock, onUnsent }),
    rejectedRecords: createRejectedRecordStore({ ...table, retentionDays }),
    runControl: createRunControl({
      runStore,
      runQueue,
      clock,
      onUnsent,
      cancelPush: createCancelPush({ runStore, tableName: table.tableName, clock }),
    }),
    watchSeconds: Number(environment.WATCH_SECONDS),
    push: createPushPorts(environment, runQueue, log),
    alerts: createAlertPorts(environment),
    runTransform: createRunTransform(environment.RUN_TRANSFORM_NAME),
    commercetoolsProjects: readCommercetoolsProjects(environment.COMMERCETOOLS_PROJECTS),
    trySyncSchedules: createTrySyncSchedules(environment, table, log),
    findLastRuns: createFindLastRuns(table),
    askPoller: createAskPoller(createLinkQueue({ client: sqs, queueUrl: environment.LINKS_QUEUE_URL }), log),
    retentionDays,
  };
}

export function createApiDependencies(ports: ApiPorts): ApiDependencies {
  const authenticationStore = createAuthenticationStore(ports);
  const sourceStore = createSourceStore(ports);
  const destinationStore = createDestinationStore(ports);
  const taskStore = createTaskStore(ports);
  const transformationStore = createTransformationStore(ports);
  const runEventStore = createRunEventStore(ports);
  const waitForEnd = createWaitForEnd({
    ...ports,
    runEvents: runEventStore,
    waitSeconds: ports.watchSeconds,
  });
  const ofWebhooks = createWebhookDependencies(ports, { tasks: taskStore, sources: sourceStore, waitForEnd });
  const { runHostedTask, ...ofLinks } = createLinkDependencies(ports, taskStore);
  return {
    ...createAccess(ports),
    clock: ports.clock,
    authenticationStore,
    authentications: createAuthenticationService({ store: authenticationStore, dataKeys: ports.dataKeys }),
    sourceStore,
    sources: createSourceService({ store: sourceStore, authentications: authenticationStore }),
    destinationStore,
    destinations: createDestinationService({
      store: destinationStore,
      authentications: authenticationStore,
      indexDestinations: createIndexDestinations(ports),
    }),
    transformationStore,
    transformations: createTransformationService({
      store: transformationStore,
      authentications: authenticationStore,
    }),
    tryTransformation: createTryTransformation(ports),
    ...createTaskDependencies(
      ports,
      { tasks: taskStore, sources: sourceStore, destinations: destinationStore },
      { runHostedTask, ...ofWebhooks },
    ),
    ...ofLinks,
    askSource: createAskSource({ ...ports, authentications: authenticationStore, waitForEnd }),
    ...createAlertDependencies(ports, { taskStore }),
    ...createPushDependencies(ports, { authenticationStore, destinationStore, taskStore, runEventStore }),
    ...createRunDependencies(ports, taskStore),
    runEventStore,
    ...ofWebhooks,
  };
}

function createRunDependencies(
  ports: ApiPorts,
  tasks: TaskStore,
): Pick<ApiDependencies, 'runStore' | 'findLastRuns' | 'runControl' | 'rejectedRecords' | 'replayRejected'> {
  const { runStore, findLastRuns, runControl, rejectedRecords } = ports;
  const replayRejected = createReplayRejected({ ...ports, table: ports, tasks });
  return { runStore, findLastRuns, runControl, rejectedRecords, replayRejected };
}

/** Who may call, how often, and what is answered to a repeat. */
function createAccess(
  ports: ApiPorts,
): Pick<ApiDependencies, 'apiKeys' | 'countRequest' | 'answerOnce' | 'keyStore' | 'keyUses' | 'keys'> {
  const { clock } = ports;
  const keyStore = createApiKeyStore(ports);
  const keyUses = createApiKeyUses(ports);
  const issuedKeys = createIssuedKeys({ store: keyStore, uses: keyUses, clock });
  return {
    apiKeys: createApiKeys({ issuedKeys, adminKey: ports.adminKey }),
    countRequest: createRateLimiter(ports, ports.limits),
    answerOnce: createAnswerOnce({ store: createIdempotencyStore(ports), clock }),
    keyStore,
    keyUses,
    keys: createApiKeyService({ store: keyStore, issuedKeys, clock }),
  };
}
