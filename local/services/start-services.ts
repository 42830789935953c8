import type { Deliver } from './delivery/deliver.ts';
import { startDynamoDb } from './dynamodb/start-dynamo-db.ts';
import { startEventBridge } from './event-bridge/start-event-bridge.ts';
import { startKms } from './kms/start-kms.ts';
import type { StartedService } from './protocol/started-service.ts';
import { startS3 } from './s3/start-s3.ts';
import { startScheduler } from './scheduler/start-scheduler.ts';
import { startSecretsManager } from './secrets-manager/start-secrets-manager.ts';
import { startSqs } from './sqs/start-sqs.ts';

/** As in `AWS_ENDPOINT_URL_<name>`, the environment variables by which the SDK's clients find a service. */
export type ServiceName =
  | 'DYNAMODB'
  | 'SQS'
  | 'SNS'
  | 'S3'
  | 'KMS'
  | 'SECRETS_MANAGER'
  | 'EVENTBRIDGE'
  | 'SCHEDULER';

export interface ServicesOptions {
  readonly dataDirectory: string;
  /** Called as soon as something is due, even before `startServices` resolves: let it wait for the targets. */
  readonly deliver: Deliver;
  /** The region of what exists from the start; `us-east-1` when not given. */
  readonly region?: string;
  /** Called once if a service ends though nobody stopped it; the machine should then stop. */
  readonly onUnexpectedExit?: (error: Error) => void;
}

export interface StartedServices {
  readonly endpoints: Record<ServiceName, string>;
  stop(): Promise<void>;
}

/** Starts all embedded services at once on free ports of 127.0.0.1. When one fails, the others are stopped again. */
export async function startServices(options: ServicesOptions): Promise<StartedServices> {
  const starting = [
    startDynamoDb(options),
    startSqs(options),
    startS3(options),
    startKms(options),
    startSecretsManager(options),
    startEventBridge(options),
    startScheduler(options),
  ] as const;
  const settled = await Promise.allSettled(starting);
  const started = settled.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const failure = settled.find((result) => result.status === 'rejected');
  if (failure) {
    await stopAll(started);
    throw failure.reason;
  }
  const [dynamoDb, sqs, s3, kms, secretsManager, eventBridge, scheduler] = await Promise.all(starting);
  return {
    endpoints: {
      DYNAMODB: dynamoDb.endpoint,
      SQS: sqs.endpoint,
      SNS: sqs.topicsEndpoint,
      S3: s3.endpoint,
      KMS: kms.endpoint,
      SECRETS_MANAGER: secretsManager.endpoint,
      EVENTBRIDGE: eventBridge.endpoint,
      SCHEDULER: scheduler.endpoint,
    },
    // Those that deliver to the others end first.
    stop: async () => {
      await stopAll([eventBridge, scheduler]);
      await stopAll([dynamoDb, sqs, s3, kms, secretsManager]);
    },
  };
}

async function stopAll(services: readonly StartedService[]): Promise<void> {
  await Promise.all(services.map((service) => service.stop()));
}
