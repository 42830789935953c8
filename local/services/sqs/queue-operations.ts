import * as z from 'zod';
import { AwsError } from '../protocol/aws-error.ts';
import { LOCAL_ACCOUNT_ID } from '../protocol/call.ts';
import { operation, type Operation } from '../protocol/operation.ts';
import { checkQueueAttributes } from './queue-attributes.ts';
import type { Queue, QueueDatabase } from './queue-database.ts';

const attributesSchema = z.record(z.string(), z.string());
const createSchema = z.strictObject({
  QueueName: z.string().regex(/^[\w-]{1,80}(\.fifo)?$/),
  Attributes: attributesSchema.default({}),
  tags: z.record(z.string(), z.string()).default({}),
});
const queueSchema = z.strictObject({ QueueUrl: z.string() });
const urlSchema = z.strictObject({
  QueueName: z.string(),
  QueueOwnerAWSAccountId: z.literal(LOCAL_ACCOUNT_ID).optional(),
});
const setSchema = z.strictObject({ QueueUrl: z.string(), Attributes: attributesSchema });
const getSchema = z.strictObject({ QueueUrl: z.string(), AttributeNames: z.array(z.string()).default([]) });
const listSchema = z.strictObject({
  QueueNamePrefix: z.string().optional(),
  MaxResults: z.int().min(1).max(1000).optional(),
  NextToken: z.string().optional(),
});

/** The queue at a URL, or the error that SQS answers. */
export function findQueue(database: QueueDatabase, url: string): Queue {
  const queue = database.store.getQueue(url);
  if (queue) return queue;
  throw new AwsError('QueueDoesNotExist', 'The specified queue does not exist.');
}

/** What is done to queues. URLs are made from `endpoint` at each answer: the port may change between two starts. */
export function createQueueOperations(
  database: QueueDatabase,
  endpoint: () => string,
): Record<string, Operation> {
  const { store, transact } = database;
  const urlOf = (name: string) => `${endpoint()}/${LOCAL_ACCOUNT_ID}/${name}`;
  return {
    CreateQueue: operation(createSchema, (input, call) => {
      if (input.QueueName.endsWith('.fifo')) {
        throw new AwsError('InvalidParameterValue', 'FIFO queues are not supported here.');
      }
      checkQueueAttributes(database, input.Attributes);
      const url = urlOf(input.QueueName);
      const existing = store.getQueueByName(input.QueueName);
      if (existing) refuseOtherAttributes(existing, input.Attributes);
      const arn = `arn:aws:sqs:${call.region}:${LOCAL_ACCOUNT_ID}:${input.QueueName}`;
      if (!existing)
        transact(() => store.createQueue(input.QueueName, url, arn, input.Attributes, input.tags));
      return { QueueUrl: url };
    }),
    DeleteQueue: operation(queueSchema, ({ QueueUrl }) => {
      const queue = findQueue(database, QueueUrl);
      transact(() => store.deleteQueue(queue.url));
      return {};
    }),
    GetQueueUrl: operation(urlSchema, ({ QueueName }) => ({
      QueueUrl: urlOf(findQueue(database, QueueName).name),
    })),
    ListQueues: operation(listSchema, (input) => {
      const { queues, nextToken } = store.listQueues(
        input.QueueNamePrefix,
        input.MaxResults ?? 1000,
        input.NextToken,
      );
      return { QueueUrls: queues.map((queue) => urlOf(queue.name)), NextToken: nextToken };
    }),
    PurgeQueue: operation(queueSchema, ({ QueueUrl }) => {
      const queue = findQueue(database, QueueUrl);
      transact(() => queue.purge());
      return {};
    }),
  };
}

export function createAttributeOperations(database: QueueDatabase): Record<string, Operation> {
  return {
    SetQueueAttributes: operation(setSchema, ({ QueueUrl, Attributes }) => {
      const queue = findQueue(database, QueueUrl);
      checkQueueAttributes(database, Attributes);
      database.transact(() => queue.setAttributes(Attributes));
      return {};
    }),
    GetQueueAttributes: operation(getSchema, ({ QueueUrl, AttributeNames }) => {
      const queue = findQueue(database, QueueUrl);
      queue.processTimers();
      const attributes = AttributeNames.length === 0 ? {} : queue.getAllAttributes(AttributeNames);
      return Object.keys(attributes).length === 0 ? {} : { Attributes: attributes };
    }),
  };
}

function refuseOtherAttributes(queue: Queue, attributes: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (queue.attributes[name] === value) continue;
    throw new AwsError(
      'QueueNameExists',
      `A queue already exists with the same name and a different value for attribute ${name}`,
    );
  }
}
