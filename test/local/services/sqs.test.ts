import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
  type QueueAttributeName,
} from '@aws-sdk/client-sqs';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startSqs } from '../../../local/services/sqs/start-sqs.ts';
import { clientOptions } from './support/client-options.ts';
import { temporaryDirectory } from './support/temporary-directory.ts';

type Attributes = Partial<Record<QueueAttributeName, string>>;

async function start(dataDirectory = temporaryDirectory()) {
  const service = await startSqs({ dataDirectory });
  let isStopped = false;
  const stop = async () => {
    if (isStopped) return;
    isStopped = true;
    await service.stop();
  };
  onTestFinished(stop);
  const client = new SQSClient(clientOptions(service.endpoint));
  onTestFinished(() => client.destroy());
  return { ...service, stop, client, dataDirectory };
}

async function createQueue(
  client: SQSClient,
  QueueName: string,
  attributes: Attributes = {},
): Promise<string> {
  const { QueueUrl = '' } = await client.send(new CreateQueueCommand({ QueueName, Attributes: attributes }));
  return QueueUrl;
}

async function receive(client: SQSClient, QueueUrl: string, more: object = {}) {
  const { Messages = [] } = await client.send(
    new ReceiveMessageCommand({
      QueueUrl,
      MaxNumberOfMessages: 10,
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['All'],
      ...more,
    }),
  );
  return Messages;
}

const send = (client: SQSClient, QueueUrl: string, MessageBody: string, more: object = {}) =>
  client.send(new SendMessageCommand({ QueueUrl, MessageBody, ...more }));

const bodies = (messages: { Body?: string | undefined }[]) => messages.map(({ Body }) => Body);

describe('queues', () => {
  test('take every attribute that the template sets and give it back', async () => {
    const { client } = await start();
    const dlq = await createQueue(client, 'dlq');
    const { Attributes } = await client.send(
      new GetQueueAttributesCommand({ QueueUrl: dlq, AttributeNames: ['QueueArn'] }),
    );
    expect(Attributes).toEqual({ QueueArn: 'arn:aws:sqs:eu-west-1:000000000000:dlq' });
    const attributes: Attributes = {
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: Attributes?.QueueArn, maxReceiveCount: 3 }),
      VisibilityTimeout: '5400',
      MessageRetentionPeriod: '1209600',
      KmsMasterKeyId: 'alias/millrace',
      KmsDataKeyReusePeriodSeconds: '300',
      Policy: '{}',
      RedriveAllowPolicy: '{}',
      SqsManagedSseEnabled: 'false',
    };
    const url = await createQueue(client, 'runs', attributes);
    const described = await client.send(
      new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] }),
    );
    expect(described.Attributes).toMatchObject(attributes);
  });

  test('are made once: the same again is the same, other attributes are refused', async () => {
    const { client } = await start();
    const url = await createQueue(client, 'q', { VisibilityTimeout: '60' });
    expect(await createQueue(client, 'q', { VisibilityTimeout: '60' })).toBe(url);
    await expect(createQueue(client, 'q', { VisibilityTimeout: '61' })).rejects.toMatchObject({
      name: 'QueueNameExists',
    });
  });

  test.each([
    ['an unknown attribute', { Surprise: '1' }, 'InvalidAttributeName'],
    ['a value out of range', { VisibilityTimeout: '43201' }, 'InvalidAttributeValue'],
    ['a FIFO queue', { FifoQueue: 'true' }, 'InvalidAttributeName'],
    [
      'a dead-letter queue that is not there',
      {
        RedrivePolicy: '{"deadLetterTargetArn":"arn:aws:sqs:eu-west-1:000000000000:no","maxReceiveCount":1}',
      },
      'InvalidParameterValue',
    ],
    ['a broken redrive policy', { RedrivePolicy: '{' }, 'InvalidParameterValue'],
  ])('%s is refused', async (_, attributes, name) => {
    const { client } = await start();
    await expect(createQueue(client, 'q', attributes as Attributes)).rejects.toMatchObject({ name });
  });

  test('change their attributes, are listed and deleted', async () => {
    const { client } = await start();
    const url = await createQueue(client, 'a-queue');
    await createQueue(client, 'b-queue');
    await client.send(
      new SetQueueAttributesCommand({ QueueUrl: url, Attributes: { VisibilityTimeout: '7' } }),
    );
    const { Attributes } = await client.send(
      new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['VisibilityTimeout'] }),
    );
    expect(Attributes).toEqual({ VisibilityTimeout: '7' });
    expect((await client.send(new ListQueuesCommand({ QueueNamePrefix: 'a' }))).QueueUrls).toEqual([url]);
    await client.send(new DeleteQueueCommand({ QueueUrl: url }));
    await expect(client.send(new GetQueueUrlCommand({ QueueName: 'a-queue' }))).rejects.toMatchObject({
      name: 'QueueDoesNotExist',
      Code: 'AWS.SimpleQueueService.NonExistentQueue',
    });
  });

  test('keep attributes, messages and receive counts over a restart, under the URL of the new port', async () => {
    const first = await start();
    const old = await createQueue(first.client, 'q', { VisibilityTimeout: '0' });
    await first.client.send(
      new SetQueueAttributesCommand({ QueueUrl: old, Attributes: { DelaySeconds: '0' } }),
    );
    await send(first.client, old, 'kept', { MessageGroupId: 'tenant' });
    await receive(first.client, old);
    await first.stop();
    const second = await start(first.dataDirectory);
    const { QueueUrl = '' } = await second.client.send(new GetQueueUrlCommand({ QueueName: 'q' }));
    expect(QueueUrl).toBe(`${second.endpoint}/000000000000/q`);
    const [message] = await receive(second.client, QueueUrl);
    expect(message).toMatchObject({
      Body: 'kept',
      Attributes: { ApproximateReceiveCount: '2', MessageGroupId: 'tenant' },
    });
    expect(await createQueue(second.client, 'q')).toBe(QueueUrl);
  });
});

describe('messages', () => {
  test('carry text, attributes and what SQS says about them', async () => {
    const { client } = await start();
    const url = await createQueue(client, 'q');
    const attributes = {
      RULE_ARN: { DataType: 'String', StringValue: 'arn:x' },
      bytes: { DataType: 'Binary', BinaryValue: Uint8Array.of(0, 255) },
    };
    await send(client, url, 'zażółć 🦫', { MessageAttributes: attributes });
    const [message] = await receive(client, url);
    expect(message?.Body).toBe('zażółć 🦫');
    expect(message?.MessageAttributes).toMatchObject({ RULE_ARN: { StringValue: 'arn:x' } });
    expect(message?.Attributes).toMatchObject({ ApproximateReceiveCount: '1' });
    expect(Number(message?.Attributes?.SentTimestamp)).toBeGreaterThan(Date.now() - 10_000);
  });

  test('come without attributes that nobody asked for', async () => {
    const { client } = await start();
    const url = await createQueue(client, 'q');
    await send(client, url, 'x', { MessageAttributes: { a: { DataType: 'String', StringValue: '1' } } });
    const [message] = await receive(client, url, {
      MessageSystemAttributeNames: [],
      MessageAttributeNames: [],
    });
    expect(message?.MessageAttributes).toBeUndefined();
    expect(message?.Attributes).toBeUndefined();
  });

  test('in a batch succeed and fail one by one', async () => {
    const { client } = await start();
    const url = await createQueue(client, 'q');
    const { Successful, Failed } = await client.send(
      new SendMessageBatchCommand({
        QueueUrl: url,
        Entries: [
          { Id: 'a', MessageBody: 'good' },
          { Id: 'b', MessageBody: 'bad \u0001' },
        ],
      }),
    );
    expect(Successful?.map(({ Id }) => Id)).toEqual(['a']);
    expect(Failed).toMatchObject([{ Id: 'b', Code: 'InvalidMessageContents', SenderFault: true }]);
    expect(bodies(await receive(client, url))).toEqual(['good']);
  });

  test.each([
    ['an empty batch', [], 'EmptyBatchRequest'],
    ['eleven entries', Array.from({ length: 11 }, (_, n) => `${n}`), 'TooManyEntriesInBatchRequest'],
    ['an id twice', ['a', 'a'], 'BatchEntryIdsNotDistinct'],
    ['an id with a blank', ['a b'], 'InvalidBatchEntryId'],
  ])('%s is refused', async (_, ids, name) => {
    const { client } = await start();
    const QueueUrl = await createQueue(client, 'q');
    const Entries = ids.map((Id) => ({ Id, MessageBody: 'x' }));
    await expect(client.send(new SendMessageBatchCommand({ QueueUrl, Entries }))).rejects.toMatchObject({
      name,
    });
  });

  test('of 1 MiB are taken and longer ones refused', async () => {
    const { client } = await start();
    const url = await createQueue(client, 'q');
    await send(client, url, 'x'.repeat(1_048_576));
    await expect(send(client, url, 'x'.repeat(1_048_577))).rejects.toMatchObject({
      name: 'InvalidParameterValue',
    });
  });

  test('a parameter that is not supported is refused by its name', async () => {
    const { client } = await start();
    const url = await createQueue(client, 'q');
    await expect(send(client, url, 'x', { MessageDeduplicationId: 'd' })).rejects.toMatchObject({
      name: 'InvalidParameterValue',
      message: expect.stringContaining('MessageDeduplicationId') as string,
    });
  });

  test('stay away for their delay', async () => {
    const { client } = await start();
    const url = await createQueue(client, 'q');
    await send(client, url, 'later', { DelaySeconds: 1 });
    expect(await receive(client, url)).toEqual([]);
    expect(bodies(await receive(client, url, { WaitTimeSeconds: 3 }))).toEqual(['later']);
  });

  test('are gone after they were deleted, one or many', async () => {
    const { client } = await start();
    const url = await createQueue(client, 'q', { VisibilityTimeout: '1' });
    for (const body of ['a', 'b', 'c']) await send(client, url, body);
    const [first, ...rest] = await receive(client, url);
    await client.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: first?.ReceiptHandle }));
    const { Successful } = await client.send(
      new DeleteMessageBatchCommand({
        QueueUrl: url,
        Entries: rest.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle })),
      }),
    );
    expect(Successful).toHaveLength(2);
    await delay(1100);
    expect(await receive(client, url)).toEqual([]);
  });

  test('can be deleted after their visibility ran out, but not by a stranger', async () => {
    const { client } = await start();
    const url = await createQueue(client, 'q', { VisibilityTimeout: '0' });
    await send(client, url, 'late');
    const [message] = await receive(client, url);
    await client.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: message?.ReceiptHandle }));
    expect(await receive(client, url)).toEqual([]);
    const wrong = new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: 'nonsense' });
    await expect(client.send(wrong)).rejects.toMatchObject({ name: 'ReceiptHandleIsInvalid' });
  });

  test('an old receipt does not delete what was received again', async () => {
    const { client } = await start();
    const url = await createQueue(client, 'q', { VisibilityTimeout: '0' });
    await send(client, url, 'twice');
    const [old] = await receive(client, url);
    await receive(client, url);
    await client.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: old?.ReceiptHandle }));
    expect(bodies(await receive(client, url))).toEqual(['twice']);
  });

  test('older than the retention are gone', async () => {
    const { client } = await start();
    const url = await createQueue(client, 'q', { MessageRetentionPeriod: '60' });
    await send(client, url, 'x');
    const now = Date.now;
    onTestFinished(() => {
      Date.now = now;
    });
    Date.now = () => now() + 61_000;
    expect(await receive(client, url)).toEqual([]);
  });

  test('are all gone after a purge', async () => {
    const { client } = await start();
    const url = await createQueue(client, 'q');
    await send(client, url, 'x');
    await client.send(new PurgeQueueCommand({ QueueUrl: url }));
    expect(await receive(client, url)).toEqual([]);
  });
});

describe('visibility', () => {
  test('set to 0 gives the message back at once, with its count', async () => {
    const { client, dataDirectory, stop } = await start();
    const url = await createQueue(client, 'q');
    await send(client, url, 'again');
    const [message] = await receive(client, url);
    await client.send(
      new ChangeMessageVisibilityCommand({
        QueueUrl: url,
        ReceiptHandle: message?.ReceiptHandle,
        VisibilityTimeout: 0,
      }),
    );
    await stop();
    const next = await start(dataDirectory);
    const { QueueUrl = '' } = await next.client.send(new GetQueueUrlCommand({ QueueName: 'q' }));
    const [again] = await receive(next.client, QueueUrl);
    expect(again).toMatchObject({ Body: 'again', Attributes: { ApproximateReceiveCount: '2' } });
  });

  test('keeps a message from others until it runs out, and can be made longer', async () => {
    const { client } = await start();
    const url = await createQueue(client, 'q', { VisibilityTimeout: '1' });
    await send(client, url, 'x');
    const [message] = await receive(client, url);
    await client.send(
      new ChangeMessageVisibilityCommand({
        QueueUrl: url,
        ReceiptHandle: message?.ReceiptHandle,
        VisibilityTimeout: 2,
      }),
    );
    expect(await receive(client, url, { WaitTimeSeconds: 1 })).toEqual([]);
    expect(bodies(await receive(client, url, { WaitTimeSeconds: 3 }))).toEqual(['x']);
  });

  test('cannot be changed for a message that is not in flight', async () => {
    const { client } = await start();
    const QueueUrl = await createQueue(client, 'q');
    const change = new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle: 'x', VisibilityTimeout: 1 });
    await expect(client.send(change)).rejects.toMatchObject({ name: 'MessageNotInflight' });
  });

  test('running out too often moves the message to the dead-letter queue, with its attributes', async () => {
    const { client, dataDirectory, stop } = await start();
    const dlq = await createQueue(client, 'dlq');
    const RedrivePolicy = JSON.stringify({
      deadLetterTargetArn: 'arn:aws:sqs:eu-west-1:000000000000:dlq',
      maxReceiveCount: 2,
    });
    const url = await createQueue(client, 'q', { VisibilityTimeout: '0', RedrivePolicy });
    await send(client, url, 'poison', {
      MessageAttributes: { why: { DataType: 'String', StringValue: 'y' } },
    });
    expect([await receive(client, url), await receive(client, url)].flat()).toHaveLength(2);
    expect(await receive(client, url)).toEqual([]);
    await stop();
    const next = await start(dataDirectory);
    const moved = await receive(next.client, dlq.replace(/^http:\/\/[^/]+/, next.endpoint));
    expect(moved).toMatchObject([{ Body: 'poison', MessageAttributes: { why: { StringValue: 'y' } } }]);
  });
});

describe('long polls', () => {
  test('end as soon as a message arrives', async () => {
    const { client } = await start();
    const url = await createQueue(client, 'q');
    const polling = receive(client, url, { WaitTimeSeconds: 10 });
    await delay(50);
    const sentAt = performance.now();
    await send(client, url, 'now');
    expect(bodies(await polling)).toEqual(['now']);
    expect(performance.now() - sentAt).toBeLessThan(500);
  });

  test('of many pollers each wait for a message of their own', async () => {
    const { client } = await start();
    const url = await createQueue(client, 'q');
    const polls = ['a', 'b', 'c'].map(() =>
      receive(client, url, { WaitTimeSeconds: 5, MaxNumberOfMessages: 1 }),
    );
    await delay(50);
    for (const body of ['a', 'b', 'c']) await send(client, url, body);
    expect(bodies((await Promise.all(polls)).flat()).sort()).toEqual(['a', 'b', 'c']);
  });

  test('of a client that has gone take nothing', async () => {
    const { client } = await start();
    const url = await createQueue(client, 'q');
    const abort = new AbortController();
    const gone = client.send(new ReceiveMessageCommand({ QueueUrl: url, WaitTimeSeconds: 10 }), {
      abortSignal: abort.signal,
    });
    gone.catch(() => {});
    await delay(100);
    abort.abort();
    await delay(50);
    await send(client, url, 'for somebody else');
    expect(bodies(await receive(client, url, { WaitTimeSeconds: 1 }))).toEqual(['for somebody else']);
  });

  test('end when the service stops', async () => {
    const { client, stop } = await start();
    const url = await createQueue(client, 'q');
    const polling = receive(client, url, { WaitTimeSeconds: 20 });
    await delay(50);
    const stoppedAt = performance.now();
    await stop();
    expect(await polling).toEqual([]);
    expect(performance.now() - stoppedAt).toBeLessThan(900);
  });
});

test('a tenant with a long backlog does not keep the others waiting', async () => {
  const { client } = await start();
  const url = await createQueue(client, 'q');
  for (let n = 0; n < 8; n += 1) await send(client, url, `big ${n}`, { MessageGroupId: 'big' });
  await send(client, url, 'small 0', { MessageGroupId: 'small' });
  await send(client, url, 'tiny 0', { MessageGroupId: 'tiny' });
  expect(bodies(await receive(client, url, { MaxNumberOfMessages: 3 }))).toEqual([
    'big 0',
    'small 0',
    'tiny 0',
  ]);
  await send(client, url, 'other 0', { MessageGroupId: 'other' });
  expect(bodies(await receive(client, url, { MaxNumberOfMessages: 2 }))).toEqual(['other 0', 'big 1']);
});
