import {
  ChangeMessageVisibilityCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { bodies, createQueue, receive, send, start } from './support/sqs.ts';

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
