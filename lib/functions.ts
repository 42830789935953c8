import type { AdminKey } from './admin-key.ts';
import { alertMeansOf } from './alert-means.ts';
import type { Alerts } from './alerts.ts';
import { HouseFunction } from './constructs/house-function.ts';
import { Connectors } from './connectors.ts';
import type { CredentialsKey } from './credentials-key.ts';
import type { MessageBus } from './message-bus.ts';
import type { PushPayloads } from './push-payloads.ts';
import { POLL_LINK_TIMEOUT_SECONDS, type LinkQueue } from './link-queue.ts';
import { WORK_RUN_TIMEOUT_SECONDS, type RunQueue } from './run-queue.ts';
import type { Stage } from './stage.ts';
import { START_RUN_TIMEOUT_SECONDS, type StartQueue } from './start-queue.ts';
import type { Table } from './table.ts';
import type { TaskSchedules } from './task-schedules.ts';
import { Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

export interface FunctionSurroundings {
  readonly stage: Stage;
  /** Function name → directory of its bundle. */
  readonly bundles: Readonly<Record<string, string>>;
  readonly table: Table;
  readonly runs: RunQueue;
  readonly starts: StartQueue;
  readonly links: LinkQueue;
  readonly schedules: TaskSchedules;
  readonly bus: MessageBus;
  readonly adminKey: AdminKey;
  readonly credentialsKey: CredentialsKey;
  readonly runTransform: HouseFunction;
  readonly pushPayloads: PushPayloads;
  readonly alerts: Alerts;
}

/** Answers every request to the API. */
export function createApi(scope: Construct, around: FunctionSurroundings): HouseFunction {
  const { ALERT_SENDER, ALERT_TOPIC_ARNS } = alertMeansOf(around.stage);
  return new HouseFunction(scope, 'Api', {
    ...around,
    name: 'api',
    // API Gateway gives up after 30 seconds.
    timeoutSeconds: 29,
    memoryMB: 512,
    environment: {
      TABLE_NAME: around.table.tableName,
      RUNS_QUEUE_URL: around.runs.url,
      LINKS_QUEUE_URL: around.links.url,
      ...around.schedules.environment,
      ADMIN_SECRET_ARN: around.adminKey.secretArn,
      LIMITS: JSON.stringify(around.stage.limits),
      RUN_TRANSFORM_NAME: around.runTransform.function.functionName,
      PUSH_BUCKET: around.pushPayloads.bucketName,
      PUSH_MAX_BYTES: String(around.stage.pushMaxBytes),
      WATCH_SECONDS: String(around.stage.watchSeconds),
      KEY_ARN: around.credentialsKey.keyArn,
      RUN_RETENTION_DAYS: String(around.stage.runRetentionDays),
      COMMERCETOOLS_PROJECTS: JSON.stringify(around.stage.commercetoolsProjects),
      ALERTS_QUEUE_URL: around.alerts.url,
      ALERT_SENDER,
      ALERT_TOPIC_ARNS,
    },
    failureMeans: 'Requests to the API fail: tasks cannot be changed, started or looked at.',
  });
}

/** Starts what schedules and other triggers ask for. */
export function createStartRun(scope: Construct, around: FunctionSurroundings): HouseFunction {
  return new HouseFunction(scope, 'StartRun', {
    ...around,
    name: 'start-run',
    timeoutSeconds: START_RUN_TIMEOUT_SECONDS,
    memoryMB: 256,
    environment: {
      TABLE_NAME: around.table.tableName,
      RUNS_QUEUE_URL: around.runs.url,
      LINKS_QUEUE_URL: around.links.url,
      STARTS_QUEUE_URL: around.starts.url,
      RUN_RETENTION_DAYS: String(around.stage.runRetentionDays),
    },
    failureMeans: 'Runs that schedules and other triggers ask for start late, or not at all.',
  });
}

/** Works on one run for one slice; where the stage has it so, with what runs connectors for it and for nobody else. */
export function createWorkRun(scope: Construct, around: FunctionSurroundings): HouseFunction {
  const { stage } = around;
  const connectors = stage.connectors ? new Connectors(scope, 'Connectors', { stage }) : undefined;
  const workRun = new HouseFunction(scope, 'WorkRun', {
    ...around,
    name: 'work-run',
    timeoutSeconds: WORK_RUN_TIMEOUT_SECONDS,
    memoryMB: 1024,
    environment: {
      TABLE_NAME: around.table.tableName,
      RUNS_QUEUE_URL: around.runs.url,
      BUS_NAME: around.bus.busName,
      RUN_TRANSFORM_NAME: around.runTransform.function.functionName,
      PUSH_BUCKET: around.pushPayloads.bucketName,
      KEY_ARN: around.credentialsKey.keyArn,
      SEARCH_HOSTS: JSON.stringify(stage.searchHosts),
      VENDOR_HOSTS: JSON.stringify(stage.vendorHosts),
      ALLOW_PRIVATE: stage.allowPrivate.join(','),
      TRUSTED_HOSTS: stage.trustedHosts.join(','),
      LEASE_SECONDS: String(stage.leaseSeconds),
      MAX_RECORD_BYTES: String(stage.maxRecordBytes),
      LOCAL_CONTAINERS: stage.localContainers,
      CONTAINER_TASKS: connectors?.settings ?? '',
      RUN_RETENTION_DAYS: String(stage.runRetentionDays),
    },
    failureMeans: 'A worker died in the middle of a run: the run goes on later from its last checkpoint.',
  });
  connectors?.grantRun(workRun);
  return workRun;
}

/** Runs transformations: strangers' code, so it may do nothing but write logs and is told nothing but its work. */
export function createRunTransform(
  scope: Construct,
  around: Pick<FunctionSurroundings, 'stage' | 'bundles'>,
): HouseFunction {
  return new HouseFunction(scope, 'RunTransform', {
    ...around,
    name: 'run-transform',
    // An answer goes back after 4 seconds, and a sandbox that is silent is given up after 10 more.
    timeoutSeconds: 20,
    // The sandbox is a second process, killed at 256 MB.
    memoryMB: 512,
    environment: {},
    failureMeans: 'Records could not be transformed: runs and pushes with a transformation wait, then fail.',
  });
}

/** Copies what happens in linked applications at Algolia, and asks them for runs. */
export function createPollLink(scope: Construct, around: FunctionSurroundings): HouseFunction {
  const { stage } = around;
  return new HouseFunction(scope, 'PollLink', {
    ...around,
    name: 'poll-link',
    timeoutSeconds: POLL_LINK_TIMEOUT_SECONDS,
    memoryMB: 256,
    environment: {
      TABLE_NAME: around.table.tableName,
      KEY_ARN: around.credentialsKey.keyArn,
      INGESTION_HOSTS: JSON.stringify(stage.ingestionHosts),
      ALLOW_PRIVATE: stage.allowPrivate.join(','),
      TRUSTED_HOSTS: stage.trustedHosts.join(','),
      RUN_RETENTION_DAYS: String(stage.runRetentionDays),
    },
    failureMeans:
      'What happens in a linked application at Algolia shows here late, or runs are asked for late.',
  });
}

/** Sends again what is due. */
export function createPollRuns(scope: Construct, around: FunctionSurroundings): HouseFunction {
  return new HouseFunction(scope, 'PollRuns', {
    ...around,
    name: 'poll-runs',
    timeoutSeconds: 60,
    memoryMB: 256,
    environment: {
      TABLE_NAME: around.table.tableName,
      RUNS_QUEUE_URL: around.runs.url,
      LINKS_QUEUE_URL: around.links.url,
      STARTS_QUEUE_URL: around.starts.url,
      ...around.schedules.environment,
      BUS_NAME: around.bus.busName,
      ALERTS_QUEUE_URL: around.alerts.url,
    },
    failureMeans: 'A sweep failed: runs that lost a message wait for the next one.',
    // The next sweep is at most a minute away and finds the same things due.
    asynchronous: { retryAttempts: 0, maxEventAge: Duration.minutes(1) },
  });
}
