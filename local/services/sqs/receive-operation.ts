import * as z from 'zod';
import type { ReceivedMessage } from '../../../node_modules/fauxqs/dist/sqs/sqsTypes.js';
import { LOCAL_ACCOUNT_ID } from '../protocol/call.ts';
import { operation, type Operation } from '../protocol/operation.ts';
import { bringFairMessagesForward } from './fair-order.ts';
import type { Queue, QueueDatabase } from './queue-database.ts';
import { findQueue } from './queue-operations.ts';

const receiveSchema = z.strictObject({
  QueueUrl: z.string(),
  MaxNumberOfMessages: z.int().min(1).max(10).default(1),
  VisibilityTimeout: z.int().min(0).max(43_200).optional(),
  WaitTimeSeconds: z.int().min(0).max(20).optional(),
  AttributeNames: z.array(z.string()).default([]),
  MessageSystemAttributeNames: z.array(z.string()).default([]),
  MessageAttributeNames: z.array(z.string()).default([]),
});
type ReceiveInput = z.infer<typeof receiveSchema>;

/**
 * ReceiveMessage: a long poll waits until there is something for this very poller. A poller that has gone takes
 * nothing: its messages would be invisible for the whole visibility timeout.
 */
export function createReceiveOperation(database: QueueDatabase): Operation {
  return operation(receiveSchema, async (input, call) => {
    const first = findQueue(database, input.QueueUrl);
    const waitSeconds = input.WaitTimeSeconds ?? Number(first.attributes['ReceiveMessageWaitTimeSeconds']);
    const deadline = Date.now() + waitSeconds * 1000;
    for (;;) {
      if (call.signal.aborted) return {};
      // Found again in each round: the queue may have been deleted while this poller waited.
      const queue = findQueue(database, input.QueueUrl);
      const messages = database.transact(() => take(database, queue, input));
      if (messages.length > 0) return { Messages: messages };
      const remaining = deadline - Date.now();
      if (remaining <= 0) return {};
      await queue.waitForMessages(remaining / 1000);
    }
  });
}

function take(database: QueueDatabase, queue: Queue, input: ReceiveInput): object[] {
  queue.processTimers();
  dropExpired(queue);
  bringFairMessagesForward(queue, input.MaxNumberOfMessages);
  const received = queue.dequeue(input.MaxNumberOfMessages, input.VisibilityTimeout, (arn) =>
    database.store.getQueueByArn(arn),
  );
  const wanted = new Set([...input.AttributeNames, ...input.MessageSystemAttributeNames]);
  return received.map((message) => ({
    MessageId: message.MessageId,
    ReceiptHandle: message.ReceiptHandle,
    MD5OfBody: message.MD5OfBody,
    Body: message.Body,
    Attributes: describe(queue, message, wanted),
    ...pickAttributes(message, input.MessageAttributeNames),
  }));
}

/** fauxqs keeps messages for ever. */
function dropExpired(queue: Queue): void {
  const oldest = Date.now() - Number(queue.attributes['MessageRetentionPeriod']) * 1000;
  if (!queue.messages.some((message) => message.sentTimestamp < oldest)) return;
  for (const message of queue.messages) {
    if (message.sentTimestamp < oldest) queue.persistence?.deleteMessage(message.messageId);
  }
  queue.messages = queue.messages.filter((message) => message.sentTimestamp >= oldest);
}

function describe(queue: Queue, received: ReceivedMessage, wanted: ReadonlySet<string>): object | undefined {
  const message = queue.inflightMessages.get(received.ReceiptHandle)?.message;
  if (!message || wanted.size === 0) return undefined;
  const all: Record<string, string | undefined> = {
    SenderId: LOCAL_ACCOUNT_ID,
    SentTimestamp: String(message.sentTimestamp),
    ApproximateReceiveCount: String(message.approximateReceiveCount),
    ApproximateFirstReceiveTimestamp: String(message.approximateFirstReceiveTimestamp),
    MessageGroupId: message.messageGroupId,
  };
  return Object.fromEntries(Object.entries(all).filter(([name]) => wanted.has('All') || wanted.has(name)));
}

function pickAttributes(message: ReceivedMessage, wanted: readonly string[]): object {
  const matches = (name: string) =>
    wanted.some((pattern) =>
      pattern === 'All' || pattern === '.*' || pattern === name
        ? true
        : pattern.endsWith('.*') && name.startsWith(pattern.slice(0, -1)),
    );
  const attributes = Object.entries(message.MessageAttributes ?? {});
  const picked = attributes.filter(([name]) => matches(name));
  if (picked.length === 0) return {};
  return {
    MessageAttributes: Object.fromEntries(picked),
    // The digest covers all attributes; the client would refuse it for a part of them.
    ...(picked.length === attributes.length
      ? { MD5OfMessageAttributes: message.MD5OfMessageAttributes }
      : {}),
  };
}
