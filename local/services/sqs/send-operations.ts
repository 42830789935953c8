import * as z from 'zod';
import { SqsStore } from '../../../node_modules/fauxqs/dist/sqs/sqsStore.js';
import {
  calculateMessageSize,
  INVALID_MESSAGE_BODY_CHAR,
} from '../../../node_modules/fauxqs/dist/sqs/sqsTypes.js';
import { AwsError } from '../protocol/aws-error.ts';
import { operation, type Operation } from '../protocol/operation.ts';
import { batchSchema, runBatch } from './batch.ts';
import type { Queue, QueueDatabase } from './queue-database.ts';
import { findQueue } from './queue-operations.ts';

const MAX_BATCH_BYTES = 1_048_576;

const messageFields = {
  MessageBody: z.string().min(1),
  DelaySeconds: z.int().min(0).max(900).optional(),
  MessageGroupId: z.string().min(1).max(128).optional(),
  MessageAttributes: z
    .record(
      z.string().min(1).max(256),
      z.strictObject({
        DataType: z.string().regex(/^(String|Number|Binary)(\..+)?$/),
        StringValue: z.string().optional(),
        BinaryValue: z.string().optional(),
      }),
    )
    .default({}),
};
const messageSchema = z.object(messageFields);
type Message = z.infer<typeof messageSchema>;

/** SendMessage and SendMessageBatch to standard queues; answered when the messages are on disk. */
export function createSendOperations(database: QueueDatabase): Record<string, Operation> {
  return {
    SendMessage: operation(z.strictObject({ QueueUrl: z.string(), ...messageFields }), (input) => {
      const queue = findQueue(database, input.QueueUrl);
      return database.transact(() => send(queue, input));
    }),
    SendMessageBatch: operation(batchSchema(messageFields), (input) => {
      const queue = findQueue(database, input.QueueUrl);
      const sizeBytes = input.Entries.reduce((sum, entry) => sum + sizeOf(entry), 0);
      if (sizeBytes > MAX_BATCH_BYTES) {
        throw new AwsError(
          'BatchRequestTooLong',
          `Batch requests cannot be longer than ${MAX_BATCH_BYTES} bytes.`,
        );
      }
      return database.transact(() => runBatch(input.Entries, (entry) => send(queue, entry)));
    }),
  };
}

function send(queue: Queue, input: Message): object {
  checkMessage(queue, input);
  const delaySeconds = input.DelaySeconds ?? Number(queue.attributes['DelaySeconds'] ?? 0);
  const delay = delaySeconds > 0 ? delaySeconds : undefined;
  // fauxqs drops the group of messages on standard queues in its own send action.
  const message = SqsStore.createMessage(
    input.MessageBody,
    input.MessageAttributes,
    delay,
    input.MessageGroupId,
  );
  queue.enqueue(message);
  return {
    MessageId: message.messageId,
    MD5OfMessageBody: message.md5OfBody,
    MD5OfMessageAttributes: message.md5OfMessageAttributes || undefined,
  };
}

function checkMessage(queue: Queue, input: Message): void {
  if (INVALID_MESSAGE_BODY_CHAR.test(input.MessageBody.replaceAll(/[\u{10000}-\u{10FFFF}]/gu, ''))) {
    throw new AwsError('InvalidMessageContents', 'The message holds characters that are not allowed in SQS.');
  }
  if (Object.keys(input.MessageAttributes).length > 10) {
    throw new AwsError('InvalidParameterValue', 'A message has at most 10 attributes.');
  }
  const limitBytes = Number(queue.attributes['MaximumMessageSize']);
  if (sizeOf(input) > limitBytes) {
    throw new AwsError(
      'InvalidParameterValue',
      `One or more parameters are invalid. Reason: Message must be shorter than ${limitBytes} bytes.`,
    );
  }
}

function sizeOf(input: Message): number {
  return calculateMessageSize(input.MessageBody, input.MessageAttributes);
}
