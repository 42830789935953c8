import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { KMSClient } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { ServiceName } from '../services/start-services.ts';

/** The embedded services check no signatures, but the SDK makes none without credentials. */
export const LOCAL_CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };

export interface AwsClients {
  readonly dynamoDb: DynamoDBClient;
  readonly eventBridge: EventBridgeClient;
  readonly kms: KMSClient;
  readonly s3: S3Client;
  readonly scheduler: SchedulerClient;
  readonly secretsManager: SecretsManagerClient;
  readonly sns: SNSClient;
  readonly sqs: SQSClient;
  /** Ends their connections. */
  destroy(): void;
}

/** AWS's own clients, pointed at the embedded services. */
export function createAwsClients(
  endpoints: Readonly<Record<ServiceName, string>>,
  region: string,
): AwsClients {
  const at = (service: ServiceName) => ({
    endpoint: endpoints[service],
    region,
    credentials: LOCAL_CREDENTIALS,
  });
  const clients = {
    dynamoDb: new DynamoDBClient(at('DYNAMODB')),
    eventBridge: new EventBridgeClient(at('EVENTBRIDGE')),
    kms: new KMSClient(at('KMS')),
    s3: new S3Client(at('S3')),
    scheduler: new SchedulerClient(at('SCHEDULER')),
    secretsManager: new SecretsManagerClient(at('SECRETS_MANAGER')),
    sns: new SNSClient(at('SNS')),
    sqs: new SQSClient(at('SQS')),
  };
  return { ...clients, destroy: () => Object.values(clients).forEach((client) => client.destroy()) };
}
