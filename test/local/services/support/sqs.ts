import {
  CreateQueueCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
  type QueueAttributeName,
} from '@aws-sdk/client-sqs';
import { onTestFinished } from 'vitest';
import { startSqs } from '../../../../local/services/sqs/start-sqs.ts';
import { clientOptions } from './client-options.ts';
import { temporaryDirectory } from './temporary-directory.ts';

export type Attributes = Partial<Record<QueueAttributeName, string>>;

/** The service on a data directory, and a client; stopped at the end of the test. */
export async function start(dataDirectory = temporaryDirectory()) {
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

export async function createQueue(
  client: SQSClient,
  QueueName: string,
  attributes: Attributes = {},
): Promise<string> {
  const { QueueUrl = '' } = await client.send(new CreateQueueCommand({ QueueName, Attributes: attributes }));
  return QueueUrl;
}

/** Up to ten messages with all that SQS tells about them. */
export async function receive(client: SQSClient, QueueUrl: string, more: object = {}) {
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

export const send = (client: SQSClient, QueueUrl: string, MessageBody: string, more: object = {}) =>
  client.send(new SendMessageCommand({ QueueUrl, MessageBody, ...more }));

export const bodies = (messages: { Body?: string | undefined }[]) => messages.map(({ Body }) => Body);
