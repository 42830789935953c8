import { CreateTableCommand, DynamoDBClient, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import {
  CreateEventBusCommand,
  EventBridgeClient,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { CreateKeyCommand, DecryptCommand, GenerateDataKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { CreateScheduleCommand, ListSchedulesCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import {
  CreateSecretCommand,
  GetSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { startKms } from '../../../local/services/kms/start-kms.ts';
import { startServices, type ServiceName } from '../../../local/services/start-services.ts';
import { clientOptions } from './support/client-options.ts';
import { eventually } from './support/eventually.ts';
import { temporaryDirectory } from './support/temporary-directory.ts';

const TARGET = 'arn:aws:lambda:eu-west-1:000000000000:function:f';
const deliver = async () => {};

describe('all services', () => {
  test('start in a second, are found by the environment variables of the SDK, and stop', async () => {
    const startedAt = performance.now();
    const { endpoints, stop } = await startServices({ dataDirectory: temporaryDirectory(), deliver });
    expect(performance.now() - startedAt).toBeLessThan(1000);
    const before = { ...process.env };
    onTestFinished(() => {
      process.env = before;
    });
    for (const [name, url] of Object.entries(endpoints)) process.env[`AWS_ENDPOINT_URL_${name}`] = url;
    Object.assign(process.env, {
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'x',
      AWS_SECRET_ACCESS_KEY: 'x',
    });
    const table = await new DynamoDBClient({})
      .send(new ScanCommand({ TableName: 'none' }))
      .catch((e: Error) => e.name);
    expect(table).toBe('ResourceNotFoundException');
    await expect(new SQSClient({}).send(new CreateQueueCommand({ QueueName: 'q' }))).resolves.toMatchObject({
      QueueUrl: `${endpoints.SQS}/000000000000/q`,
    });
    await expect(new KMSClient({}).send(new CreateKeyCommand({}))).resolves.toHaveProperty('KeyMetadata');
    await expect(
      new SecretsManagerClient({}).send(new CreateSecretCommand({ Name: 's', SecretString: 'x' })),
    ).resolves.toHaveProperty('ARN');
    await expect(
      new EventBridgeClient({}).send(new CreateEventBusCommand({ Name: 'b' })),
    ).resolves.toBeDefined();
    await expect(new SchedulerClient({}).send(new ListSchedulesCommand({}))).resolves.toMatchObject({
      Schedules: [],
    });
    const stoppingAt = performance.now();
    await stop();
    expect(performance.now() - stoppingAt).toBeLessThan(1500);
    for (const url of Object.values(endpoints)) await expect(fetch(url)).rejects.toThrow('fetch failed');
  });

  test('are stopped again when one of them cannot start', async () => {
    const dataDirectory = temporaryDirectory();
    await (await startKms({ dataDirectory })).stop();
    chmodSync(join(dataDirectory, 'kms', 'key'), 0o644);
    await expect(startServices({ dataDirectory, deliver })).rejects.toThrow(/may be read by others/);
    expect(existsSync(join(dataDirectory, 'dynamodb', 'pid'))).toBe(false);
  });
});

describe('kill -9 of the process that runs them', () => {
  const script = fileURLToPath(new URL('./support/run-services.ts', import.meta.url));
  const children: ChildProcess[] = [];
  afterAll(() => {
    // Only what a failed test left: SIGTERM lets it end its own child.
    for (const child of children) child.kill('SIGTERM');
  });

  async function run(dataDirectory: string) {
    const child = spawn(process.execPath, [script, dataDirectory], { stdio: ['ignore', 'pipe', 'ignore'] });
    children.push(child);
    const lines: string[] = [];
    const reader = createInterface({ input: child.stdout });
    reader.on('line', (line) => lines.push(line));
    // What is due is delivered even before the start has ended, so the endpoints need not come first.
    const find = () => lines.find((line) => line.includes('"DYNAMODB"'));
    await eventually(() => find() !== undefined, 10_000);
    const endpoints = JSON.parse(find() ?? '{}') as Record<ServiceName, string>;
    const end = async (signal: NodeJS.Signals) => {
      child.kill(signal);
      await once(child, 'exit');
    };
    return { endpoints, lines, end };
  }

  test('loses nothing that any of them acknowledged', async () => {
    const dataDirectory = temporaryDirectory();
    const first = await run(dataDirectory);
    const on = (name: ServiceName) => clientOptions(first.endpoints[name]);
    const dynamoDb = new DynamoDBClient(on('DYNAMODB'));
    const sqs = new SQSClient(on('SQS'));
    const kms = new KMSClient(on('KMS'));
    const events = new EventBridgeClient(on('EVENTBRIDGE'));
    const scheduler = new SchedulerClient(on('SCHEDULER'));
    const secrets = new SecretsManagerClient(on('SECRETS_MANAGER'));
    await dynamoDb.send(
      new CreateTableCommand({
        TableName: 'table',
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      }),
    );
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'runs' }));
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
    await events.send(new PutRuleCommand({ Name: 'r', EventPattern: '{"source":["test"]}' }));
    await events.send(
      new PutTargetsCommand({ Rule: 'r', Targets: [{ Id: 't', Arn: TARGET, InputPath: '$.detail' }] }),
    );
    await secrets.send(new CreateSecretCommand({ Name: 's', SecretString: 'kept' }));
    const dataKey = await kms.send(
      new GenerateDataKeyCommand({ KeyId: KeyMetadata?.KeyId, KeySpec: 'AES_256' }),
    );

    const acknowledged = { items: 0, messages: 0, events: 0, schedules: 0 };
    const loops = [
      async (n: number) => {
        await dynamoDb.send(new PutItemCommand({ TableName: 'table', Item: { pk: { S: String(n) } } }));
        acknowledged.items += 1;
      },
      async (n: number) => {
        await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: String(n) }));
        acknowledged.messages += 1;
      },
      async (n: number) => {
        await events.send(
          new PutEventsCommand({ Entries: [{ Source: 'test', DetailType: 'd', Detail: `{"n":${n}}` }] }),
        );
        acknowledged.events += 1;
      },
      async (n: number) => {
        await scheduler.send(
          new CreateScheduleCommand({
            Name: `s-${n}`,
            ScheduleExpression: 'cron(0 3 * * ? *)',
            FlexibleTimeWindow: { Mode: 'OFF' },
            Target: { Arn: TARGET, RoleArn: 'arn:aws:iam::000000000000:role/r' },
          }),
        );
        acknowledged.schedules += 1;
      },
    ];
    const killed = new AbortController();
    const work = loops.map(async (step) => {
      // The child process of DynamoDB outlives the kill and would go on for ever.
      for (let n = 0; !killed.signal.aborted; n += 1) await step(n);
    });
    const working = Promise.allSettled(work);
    await eventually(() => Math.min(...Object.values(acknowledged)) >= 50, 20_000);
    killed.abort();
    await first.end('SIGKILL');
    await working;

    const second = await run(dataDirectory);
    const again = (name: ServiceName) => clientOptions(second.endpoints[name]);
    const scanned = await new DynamoDBClient(again('DYNAMODB')).send(new ScanCommand({ TableName: 'table' }));
    expect(scanned.Count).toBeGreaterThanOrEqual(acknowledged.items);
    const queue = await new SQSClient(again('SQS')).send(
      new GetQueueAttributesCommand({
        QueueUrl: `${second.endpoints.SQS}/000000000000/runs`,
        AttributeNames: ['ApproximateNumberOfMessages'],
      }),
    );
    expect(Number(queue.Attributes?.ApproximateNumberOfMessages)).toBeGreaterThanOrEqual(
      acknowledged.messages,
    );
    const opened = await new KMSClient(again('KMS')).send(
      new DecryptCommand({ CiphertextBlob: dataKey.CiphertextBlob }),
    );
    expect(opened.Plaintext).toEqual(dataKey.Plaintext);
    const secret = await new SecretsManagerClient(again('SECRETS_MANAGER')).send(
      new GetSecretValueCommand({ SecretId: 's' }),
    );
    expect(secret.SecretString).toBe('kept');
    const numbersOf = (lines: string[]) =>
      lines.flatMap((line) => {
        const { payload } = JSON.parse(line) as { payload?: string };
        return payload === undefined ? [] : [(JSON.parse(payload) as { n: number }).n];
      });
    const delivered = () => new Set([...numbersOf(first.lines), ...numbersOf(second.lines)]);
    await eventually(() =>
      Array.from({ length: acknowledged.events }, (_, n) => n).every((n) => delivered().has(n)),
    );
    let listed = 0;
    let NextToken: string | undefined;
    const schedules = new SchedulerClient(again('SCHEDULER'));
    do {
      const page = await schedules.send(new ListSchedulesCommand({ NextToken }));
      listed += page.Schedules?.length ?? 0;
      NextToken = page.NextToken;
    } while (NextToken);
    expect(listed).toBeGreaterThanOrEqual(acknowledged.schedules);
    await second.end('SIGTERM');
    expect(existsSync(join(dataDirectory, 'dynamodb', 'pid'))).toBe(false);
  });
});
