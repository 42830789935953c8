import * as z from 'zod';
import { AwsError } from '../protocol/aws-error.ts';
import { operation, type Operation } from '../protocol/operation.ts';
import { batchSchema, runBatch } from './batch.ts';
import type { Queue, QueueDatabase } from './queue-database.ts';
import { findQueue } from './queue-operations.ts';

const receiptFields = { ReceiptHandle: z.string() };
const visibilityFields = { ...receiptFields, VisibilityTimeout: z.int().min(0).max(43_200) };

/** What is done with a receipt handle: delete the message, or change how long it stays invisible. */
export function createReceiptOperations(database: QueueDatabase): Record<string, Operation> {
  return {
    DeleteMessage: operation(z.strictObject({ QueueUrl: z.string(), ...receiptFields }), (input) => {
      const queue = findQueue(database, input.QueueUrl);
      return database.transact(() => remove(database, queue, input.ReceiptHandle));
    }),
    DeleteMessageBatch: operation(batchSchema(receiptFields), (input) => {
      const queue = findQueue(database, input.QueueUrl);
      return database.transact(() =>
        runBatch(input.Entries, (entry) => remove(database, queue, entry.ReceiptHandle)),
      );
    }),
    ChangeMessageVisibility: operation(
      z.strictObject({ QueueUrl: z.string(), ...visibilityFields }),
      (input) => {
        const queue = findQueue(database, input.QueueUrl);
        return database.transact(() => changeVisibility(queue, input));
      },
    ),
    ChangeMessageVisibilityBatch: operation(batchSchema(visibilityFields), (input) => {
      const queue = findQueue(database, input.QueueUrl);
      return database.transact(() => runBatch(input.Entries, (entry) => changeVisibility(queue, entry)));
    }),
  };
}

function remove(database: QueueDatabase, queue: Queue, receiptHandle: string): object {
  if (!/^[0-9a-f-]{36}$/.test(receiptHandle)) {
    throw new AwsError('ReceiptHandleIsInvalid', 'The input receipt handle is invalid.');
  }
  if (!queue.deleteMessage(receiptHandle)) database.deleteExpiredReceipt(queue, receiptHandle);
  return {};
}

function changeVisibility(queue: Queue, input: { ReceiptHandle: string; VisibilityTimeout: number }): object {
  queue.processTimers();
  const entry = queue.inflightMessages.get(input.ReceiptHandle);
  if (!entry) {
    throw new AwsError(
      'MessageNotInflight',
      `Value ${input.ReceiptHandle} for parameter ReceiptHandle is invalid. Reason: the message is not in flight.`,
    );
  }
  if (input.VisibilityTimeout > 0) {
    queue.changeVisibility(input.ReceiptHandle, input.VisibilityTimeout);
    return {};
  }
  // fauxqs writes NULL into a NOT NULL column for 0 and forgets the message; an expired deadline says the same.
  const { message } = entry;
  entry.visibilityDeadline = Date.now();
  queue.persistence?.updateMessageInflight(
    message.messageId,
    input.ReceiptHandle,
    entry.visibilityDeadline,
    message.approximateReceiveCount,
    message.approximateFirstReceiveTimestamp,
  );
  queue.processTimers();
  return {};
}
