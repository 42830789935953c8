import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { StartMessage } from './start-message.ts';

/** The way to what starts runs. At least once, in no order. */
export interface StartQueue {
  send(message: StartMessage, delaySeconds?: number): Promise<void>;
}

export function createStartQueue(options: { client: SQSClient; queueUrl: string }): StartQueue {
  return {
    async send(message, delaySeconds = 0) {
      await options.client.send(
        new SendMessageCommand({
          QueueUrl: options.queueUrl,
          MessageBody: JSON.stringify(message),
          // No two tenants wait for each other: standard queues share the workers fairly among groups.
          MessageGroupId: message.appID,
          DelaySeconds: delaySeconds,
        }),
      );
    },
  };
}
