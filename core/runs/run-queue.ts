import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { UnavailableError } from '../foundation/errors.ts';
import type { RunMessage } from './run-message.ts';

/** SQS holds a message back for at most this long. */
const MAX_DELAY_SECONDS = 900;

/** SendMessageBatch takes so many entries. */
const BATCH_SIZE = 10;
const MAX_ATTEMPTS = 3;

export interface DelayedRunMessage {
  readonly message: RunMessage;
  readonly delaySeconds: number;
}

/** The way to the workers. At least once, in no order. */
export interface RunQueue {
  send(message: RunMessage, delaySeconds?: number): Promise<void>;
  /** Sends all, and again those that were refused; an error if some remain. */
  sendAll(messages: readonly DelayedRunMessage[]): Promise<void>;
}

export function createRunQueue(options: { client: SQSClient; queueUrl: string }): RunQueue {
  const sendAll = async (messages: readonly DelayedRunMessage[]) => {
    for (let start = 0; start < messages.length; start += BATCH_SIZE) {
      await sendBatch(options, messages.slice(start, start + BATCH_SIZE));
    }
  };
  return {
    send: (message, delaySeconds = 0) => sendAll([{ message, delaySeconds }]),
    sendAll,
  };
}

async function sendBatch(
  { client, queueUrl }: { client: SQSClient; queueUrl: string },
  messages: readonly DelayedRunMessage[],
): Promise<void> {
  let unsent = messages;
  for (let attempt = 1; unsent.length > 0; attempt += 1) {
    // The call succeeds though single entries fail, so what failed is sent again here.
    const { Failed = [] } = await client.send(
      new SendMessageBatchCommand({
        QueueUrl: queueUrl,
        Entries: unsent.map(({ message, delaySeconds }, index) => ({
          Id: String(index),
          MessageBody: JSON.stringify(message),
          // No two tenants wait for each other: standard queues share the workers fairly among groups.
          MessageGroupId: message.appID,
          DelaySeconds: Math.min(MAX_DELAY_SECONDS, Math.max(0, Math.ceil(delaySeconds))),
        })),
      }),
    );
    const failed = new Set(Failed.map((entry) => entry.Id));
    unsent = unsent.filter((_, index) => failed.has(String(index)));
    if (unsent.length > 0 && attempt === MAX_ATTEMPTS) {
      throw new UnavailableError('queue.unsent', `${unsent.length} messages could not be sent.`, {
        details: Failed.map((entry) => ({ label: entry.Code ?? 'unknown', message: entry.Message ?? '' })),
      });
    }
  }
}
