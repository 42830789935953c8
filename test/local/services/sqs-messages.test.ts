import {
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  PurgeQueueCommand,
  SendMessageBatchCommand,
} from '@aws-sdk/client-sqs';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { bodies, createQueue, receive, send, start } from './support/sqs.ts';

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
    // Reading the count is what makes the service notice that the time has run out.
    const count = new GetQueueAttributesCommand({
      QueueUrl: url,
      AttributeNames: ['ApproximateNumberOfMessages'],
    });
    expect((await client.send(count)).Attributes).toEqual({ ApproximateNumberOfMessages: '1' });
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
