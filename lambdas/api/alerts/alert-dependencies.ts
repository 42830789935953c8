import { SQSClient } from '@aws-sdk/client-sqs';
import { createAlertQueue, type AlertQueue } from '../../../core/alerts/alert-queue.ts';
import {
  createAlertService,
  type AlertMeans,
  type AlertService,
} from '../../../core/alerts/alert-service.ts';
import { createAlertStore, type AlertStore } from '../../../core/alerts/alert-store.ts';
import { createCheckStore } from '../../../core/alerts/check-store.ts';
import { createDeliveryStore, type DeliveryStore } from '../../../core/alerts/delivery-store.ts';
import { createIncidentStore, type IncidentStore } from '../../../core/alerts/incident-store.ts';
import { createTestAlert, type TestAlert } from '../../../core/alerts/test-alert.ts';
import type { DataKeys } from '../../../core/foundation/data-keys.ts';
import type { Environment } from '../../../core/foundation/environment.ts';
import type { StoreDependencies } from '../../../core/resources/resource-store.ts';
import type { TaskStore } from '../../../core/tasks/task-store.ts';

/** What alerts stand on, besides the table. */
export interface AlertPorts {
  readonly queue: AlertQueue;
  readonly means: AlertMeans;
}

export interface AlertDependencies {
  readonly alertStore: AlertStore;
  readonly alerts: AlertService;
  readonly testAlert: TestAlert;
  readonly incidentStore: IncidentStore;
  readonly deliveryStore: Pick<DeliveryStore, 'list'>;
}

export function createAlertPorts(
  environment: Pick<
    Environment,
    'ALERTS_QUEUE_URL' | 'ALERT_SENDER' | 'ALERT_TOPIC_ARNS' | 'RUN_RETENTION_DAYS'
  >,
): AlertPorts {
  return {
    queue: createAlertQueue({ client: new SQSClient({}), queueUrl: environment.ALERTS_QUEUE_URL }),
    means: {
      hasEmail: environment.ALERT_SENDER !== '',
      topicARNs: environment.ALERT_TOPIC_ARNS.split(',').filter((arn) => arn !== ''),
      runRetentionDays: Number(environment.RUN_RETENTION_DAYS),
    },
  };
}

export function createAlertDependencies(
  ports: StoreDependencies & {
    readonly alerts: AlertPorts;
    readonly dataKeys: DataKeys;
    readonly watchSeconds: number;
  },
  { taskStore }: { readonly taskStore: TaskStore },
): AlertDependencies {
  const { queue, means } = ports.alerts;
  const alertStore = createAlertStore(ports);
  const deliveryStore = createDeliveryStore({ ...ports, retentionDays: means.runRetentionDays });
  return {
    alertStore,
    alerts: createAlertService({
      store: alertStore,
      tasks: taskStore,
      checks: createCheckStore(ports),
      dataKeys: ports.dataKeys,
      means,
    }),
    testAlert: createTestAlert({
      deliveries: deliveryStore,
      queue,
      clock: ports.clock,
      waitSeconds: ports.watchSeconds,
    }),
    incidentStore: createIncidentStore(ports),
    deliveryStore,
  };
}
