import {
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  SetQueueAttributesCommand,
} from '@aws-sdk/client-sqs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openQueueDatabase } from '../../../local/services/sqs/queue-database.ts';
import { bodies, createQueue, receive, send, start, type Attributes } from './support/sqs.ts';
import { temporaryDirectory } from './support/temporary-directory.ts';

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
    await send(second.client, QueueUrl, 'sent after the restart');
    await second.stop();
    const third = await start(first.dataDirectory);
    const kept = await receive(third.client, `${third.endpoint}/000000000000/q`);
    expect(bodies(kept).sort()).toEqual(['kept', 'sent after the restart']);
  });
});

test('what a request changes is kept as a whole or not at all', () => {
  const directory = temporaryDirectory();
  const database = openQueueDatabase(directory);
  const arn = 'arn:aws:sqs:eu-west-1:000000000000:q';
  const queue = database.store.createQueue('q', 'http://127.0.0.1/000000000000/q', arn);
  const half = () => {
    queue.setAttributes({ VisibilityTimeout: '1' });
    throw new Error('killed here');
  };
  expect(() => database.transact(half)).toThrow('killed here');
  database.close();
  const reopened = openQueueDatabase(directory);
  onTestFinished(() => reopened.close());
  expect(reopened.store.getQueueByName('q')?.attributes['VisibilityTimeout']).toBe('30');
});
