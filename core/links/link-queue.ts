import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { UnavailableError } from '../foundation/errors.ts';
import type { Log } from '../foundation/logging.ts';
import type { LinkMessage } from './link-message.ts';

/** SendMessageBatch takes so many entries. */
const BATCH_SIZE = 10;

/** The way to the function that talks with Algolia. At least once, in no order; what is not sent is due in the table. */
export interface LinkQueue {
  sendAll(messages: readonly LinkMessage[]): Promise<void>;
}

export function createLinkQueue(options: { client: SQSClient; queueUrl: string }): LinkQueue {
  return {
    async sendAll(messages) {
      for (let start = 0; start < messages.length; start += BATCH_SIZE) {
        await sendBatch(options, messages.slice(start, start + BATCH_SIZE));
      }
    },
  };
}

/** Has the poller look at once. What cannot be sent is no failure: the sweep finds it due. */
export type AskPoller = (message: LinkMessage) => Promise<void>;

export function createAskPoller(linkQueue: LinkQueue, log: Log): AskPoller {
  return async (message) => {
    try {
      await linkQueue.sendAll([message]);
    } catch (error) {
      log.error('A link waits for the sweep: its message was not sent', error, { linkID: message.linkID });
    }
  };
}

async function sendBatch(
  { client, queueUrl }: { client: SQSClient; queueUrl: string },
  messages: readonly LinkMessage[],
): Promise<void> {
  const { Failed = [] } = await client.send(
    new SendMessageBatchCommand({
      QueueUrl: queueUrl,
      Entries: messages.map((message, index) => ({
        Id: String(index),
        MessageBody: JSON.stringify(message),
        // No two tenants wait for each other: standard queues share the workers fairly among groups.
        MessageGroupId: message.appID,
      })),
    }),
  );
  if (Failed.length > 0) {
    throw new UnavailableError('queue.unsent', `${Failed.length} messages could not be sent.`);
  }
}
