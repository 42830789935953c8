import {
  CreateTopicCommand,
  ListSubscriptionsByTopicCommand,
  ListTopicsCommand,
  PublishCommand,
  SNSClient,
  SubscribeCommand,
  TagResourceCommand,
  UnsubscribeCommand,
} from '@aws-sdk/client-sns';
import { expect, onTestFinished, test } from 'vitest';

import { clientOptions } from './support/client-options.ts';
import { createQueue, receive, start } from './support/sqs.ts';

async function startTopics(dataDirectory?: string) {
  const queues = await start(dataDirectory);
  const sns = new SNSClient(clientOptions(queues.topicsEndpoint));
  onTestFinished(() => sns.destroy());
  return { ...queues, sns };
}

const QUEUE_ARN = 'arn:aws:sqs:eu-west-1:000000000000:listener';

test('what is published to a topic is in each queue that is subscribed to it, also after a restart', async () => {
  const first = await startTopics();
  await createQueue(first.client, 'listener');
  const { TopicArn } = await first.sns.send(new CreateTopicCommand({ Name: 'alerts' }));
  expect(TopicArn).toBe('arn:aws:sns:eu-west-1:000000000000:alerts');
  await first.sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: QUEUE_ARN }));
  await first.sns.send(new PublishCommand({ TopicArn, Message: 'before <&>', Subject: 'one' }));
  await first.stop();

  const { sns, client } = await startTopics(first.dataDirectory);
  expect((await sns.send(new CreateTopicCommand({ Name: 'alerts' }))).TopicArn).toBe(TopicArn);
  await sns.send(new PublishCommand({ TopicArn, Message: 'after' }));
  const url = await createQueue(client, 'listener');
  const bodies = (await receive(client, url)).map(
    ({ Body }) => JSON.parse(Body ?? '') as Record<string, unknown>,
  );
  expect(bodies).toMatchObject([
    { Type: 'Notification', TopicArn, Message: 'before <&>', Subject: 'one' },
    { Message: 'after' },
  ]);
});

test('a queue hears nothing more once it is unsubscribed', async () => {
  const { sns, client } = await startTopics();
  const url = await createQueue(client, 'listener');
  const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: 'alerts' }));
  const subscribe = new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: QUEUE_ARN });
  const { SubscriptionArn } = await sns.send(subscribe);
  const { Subscriptions } = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn }));
  expect(Subscriptions).toMatchObject([{ SubscriptionArn, Endpoint: QUEUE_ARN }]);
  await sns.send(new UnsubscribeCommand({ SubscriptionArn }));
  await sns.send(new PublishCommand({ TopicArn, Message: 'unheard' }));
  expect(await receive(client, url)).toEqual([]);
});

test('what is not there or not served here is refused in words of SNS', async () => {
  const { sns, topicsEndpoint } = await startTopics();
  const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: 'alerts' }));
  expect((await sns.send(new ListTopicsCommand({}))).Topics).toEqual([{ TopicArn }]);
  await expect(
    sns.send(new PublishCommand({ TopicArn: `${TopicArn}-other`, Message: 'x' })),
  ).rejects.toMatchObject({ name: 'NotFoundException' });
  await expect(
    sns.send(new SubscribeCommand({ TopicArn, Protocol: 'https', Endpoint: 'https://shop.example' })),
  ).rejects.toThrow('must be sqs');
  await expect(sns.send(new CreateTopicCommand({ Name: 'a.fifo' }))).rejects.toThrow('Topic Name');
  await expect(sns.send(new TagResourceCommand({ ResourceArn: TopicArn, Tags: [] }))).rejects.toThrow(
    'TagResource is not supported here',
  );
  const unsigned = await fetch(topicsEndpoint, { method: 'POST', body: 'Action=ListTopics' });
  expect(unsigned.status).toBe(403);
});
