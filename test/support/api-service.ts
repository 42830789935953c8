import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { NO_LIMITS, type Limits } from '../../core/foundation/limits.ts';
import { startLambda } from '../../local/services/lambda/start-lambda.ts';
import { startS3 } from '../../local/services/s3/start-s3.ts';
import { startKms } from '../../local/services/kms/start-kms.ts';
import { startScheduler } from '../../local/services/scheduler/start-scheduler.ts';
import { startSecretsManager } from '../../local/services/secrets-manager/start-secrets-manager.ts';
import { startSqs } from '../../local/services/sqs/start-sqs.ts';
import {
  callHandler,
  createIngestionClient,
  type ApiHandler,
  type IngestionClient,
  type RawRequest,
  type RawResponse,
} from './api-client.ts';
import { createTransformHandler } from './run-transform.ts';
import { startTable, TEST_CREDENTIALS, type TestTable } from './table.ts';

export const KEYS = { appID: 'TESTAPP', apiKey: 'an-admin-key-for-the-tests-of-the-api' };

/** The API function over embedded services, as its environment variables name them. */
export interface ApiService {
  readonly client: IngestionClient;
  readonly handler: ApiHandler;
  readonly table: TestTable;
  readonly keyARN: string;
  readonly queueUrl: string;
  readonly linksQueueUrl: string;
  readonly endpoints: Readonly<Record<'kms' | 'sqs' | 's3' | 'scheduler', string>>;
  /** Lines that the function has logged so far. */
  readonly logLines: readonly string[];
  /** A request as is, with the admin key's headers unless it brings its own. */
  send(request: RawRequest): Promise<RawResponse>;
  stop(): Promise<void>;
}

export async function startApi(options: { readonly limits?: Partial<Limits> } = {}): Promise<ApiService> {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'millrace-api-'));
  const [table, kms, secrets, sqs, s3, scheduler, lambda] = await Promise.all([
    startTable(),
    startKms({ dataDirectory }),
    startSecretsManager({ dataDirectory }),
    startSqs({ dataDirectory }),
    startS3({ dataDirectory }),
    // What fires is looked at where schedules are tested.
    startScheduler({ dataDirectory, deliver: async () => {} }),
    startTransforms(),
  ]);
  const keyARN = await createKey(kms.endpoint);
  const queueUrl = await createQueue(sqs.endpoint, 'runs');
  const linksQueueUrl = await createQueue(sqs.endpoint, 'links');
  Object.assign(process.env, {
    AWS_REGION: TEST_CREDENTIALS.region,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL_DYNAMODB: table.endpoint,
    AWS_ENDPOINT_URL_KMS: kms.endpoint,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.endpoint,
    AWS_ENDPOINT_URL_SQS: sqs.endpoint,
    AWS_ENDPOINT_URL_S3: s3.endpoint,
    AWS_ENDPOINT_URL_LAMBDA: lambda.endpoint,
    TABLE_NAME: table.tableName,
    AWS_ENDPOINT_URL_SCHEDULER: scheduler.endpoint,
    RUNS_QUEUE_URL: queueUrl,
    SCHEDULE_GROUP: 'default',
    STARTS_QUEUE_ARN: 'arn:aws:sqs:us-east-1:000000000000:starts',
    SCHEDULE_ROLE_ARN: 'arn:aws:iam::000000000000:role/schedules',
    SCHEDULE_DEAD_LETTERS_ARN: 'arn:aws:sqs:us-east-1:000000000000:undelivered',
    PUSH_BUCKET: await createBucket(s3.endpoint),
    PUSH_MAX_BYTES: '2000000',
    WATCH_SECONDS: '1',
    ADMIN_SECRET_ARN: await createAdminSecret(secrets.endpoint),
    KEY_ARN: keyARN,
    LIMITS: JSON.stringify({ ...NO_LIMITS, ...options.limits }),
    RUN_RETENTION_DAYS: '30',
    COMMERCETOOLS_PROJECTS: '{}',
    LINKS_QUEUE_URL: linksQueueUrl,
    ALERTS_QUEUE_URL: await createQueue(sqs.endpoint, 'alerts'),
    ALERT_SENDER: 'alerts@example.com',
    ALERT_TOPIC_ARNS: 'arn:aws:sns:eu-west-1:123456789012:alerts',
    RUN_TRANSFORM_NAME: RUN_TRANSFORM,
  });
  const log = captureLog();
  const { handler } = await import('../../lambdas/api/index.ts');
  return {
    client: createIngestionClient(handler, KEYS),
    handler,
    table,
    keyARN,
    queueUrl,
    linksQueueUrl,
    endpoints: { kms: kms.endpoint, sqs: sqs.endpoint, s3: s3.endpoint, scheduler: scheduler.endpoint },
    logLines: log.lines,
    send: (request) => callHandler(handler, { ...request, headers: { ...KEY_HEADERS, ...request.headers } }),
    async stop() {
      log.restore();
      await Promise.all([
        table.stop(),
        kms.stop(),
        secrets.stop(),
        sqs.stop(),
        s3.stop(),
        scheduler.stop(),
        lambda.stop(),
      ]);
      rmSync(dataDirectory, { recursive: true, force: true });
    },
  };
}

const KEY_HEADERS = {
  'x-algolia-application-id': KEYS.appID,
  'x-algolia-api-key': KEYS.apiKey,
};

const RUN_TRANSFORM = 'run-transform';

/** The function that runs transformations, behind Lambda's own protocol. */
async function startTransforms() {
  const transform = createTransformHandler();
  return startLambda({
    isFunction: (name) => name === RUN_TRANSFORM,
    invoke: async (_, payload) => ({ payload: JSON.stringify(await transform(JSON.parse(payload))) }),
  });
}

async function createKey(endpoint: string): Promise<string> {
  const { KeyMetadata } = await new KMSClient({ ...TEST_CREDENTIALS, endpoint }).send(
    new CreateKeyCommand({}),
  );
  return KeyMetadata?.Arn ?? '';
}

async function createQueue(endpoint: string, QueueName: string): Promise<string> {
  const client = new SQSClient({ ...TEST_CREDENTIALS, endpoint });
  const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName }));
  return QueueUrl ?? '';
}

async function createBucket(endpoint: string): Promise<string> {
  const Bucket = 'pushes';
  await new S3Client({ ...TEST_CREDENTIALS, endpoint }).send(new CreateBucketCommand({ Bucket }));
  return Bucket;
}

async function createAdminSecret(endpoint: string): Promise<string> {
  const client = new SecretsManagerClient({ ...TEST_CREDENTIALS, endpoint });
  const SecretString = JSON.stringify({ applicationID: KEYS.appID, apiKey: KEYS.apiKey });
  const { ARN } = await client.send(new CreateSecretCommand({ Name: 'admin', SecretString }));
  return ARN ?? '';
}

/** The function logs to stdout: its lines are kept, the test runner's own go on. */
function captureLog(): { readonly lines: string[]; restore(): void } {
  const lines: string[] = [];
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = ((chunk: string | Uint8Array, ...rest: never[]) => {
    if (typeof chunk === 'string' && chunk.startsWith('{"level"')) {
      lines.push(chunk);
      return true;
    }
    return write(chunk, ...rest);
  }) as typeof process.stdout.write;
  return {
    lines,
    restore: () => {
      process.stdout.write = write;
    },
  };
}
