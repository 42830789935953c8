import { join } from 'node:path';
import { AwsError } from '../protocol/aws-error.ts';
import { startEndpoint } from '../protocol/endpoint.ts';
import { answerJsonProtocol } from '../protocol/json-protocol.ts';
import type { ServiceOptions, StartedService } from '../protocol/started-service.ts';
import { answerTopics } from '../sns/answer-topics.ts';
import { createAttributeOperations, createQueueOperations } from './queue-operations.ts';
import { openQueueDatabase } from './queue-database.ts';
import { createReceiptOperations } from './receipt-operations.ts';
import { createReceiveOperation } from './receive-operation.ts';
import { createSendOperations } from './send-operations.ts';

/** Codes by which clients of the older query protocol know these errors; the SDK still puts them in `error.Code`. */
const QUERY_CODES: Readonly<Record<string, string>> = {
  QueueDoesNotExist: 'AWS.SimpleQueueService.NonExistentQueue',
  QueueNameExists: 'QueueAlreadyExists',
  ValidationException: 'InvalidParameterValue',
  UnknownOperationException: 'AWS.SimpleQueueService.UnsupportedOperation',
};

/** Queues and topics share one store, since a topic sends to queues. */
interface StartedQueues extends StartedService {
  /** Of SNS. */
  readonly topicsEndpoint: string;
}

/** SQS standard queues on fauxqs's store, durable at each answer: at least once, dead-letter queues, fair groups. */
export async function startSqs(options: ServiceOptions): Promise<StartedQueues> {
  const database = openQueueDatabase(join(options.dataDirectory, 'sqs'));
  let endpoint = '';
  const answer = answerJsonProtocol({
    targetPrefix: 'AmazonSQS',
    version: '1.0',
    operations: {
      ...createQueueOperations(database, () => endpoint),
      ...createAttributeOperations(database),
      ...createSendOperations(database),
      ...createReceiptOperations(database),
      ReceiveMessage: createReceiveOperation(database),
    },
    translateError: addQueryError,
  });
  const service = await startEndpoint('SQS', options.port ?? 0, answer);
  endpoint = service.endpoint;
  const topics = await startEndpoint('SNS', 0, answerTopics(database));
  return {
    endpoint,
    topicsEndpoint: topics.endpoint,
    stop: async () => {
      const stopped = Promise.all([service.stop(), topics.stop()]);
      database.store.shutdown();
      await stopped;
      database.close();
    },
  };
}

function addQueryError(error: AwsError): AwsError {
  const code = error.code === 'ValidationException' ? 'InvalidParameterValue' : error.code;
  const queryCode = QUERY_CODES[error.code] ?? error.code;
  return new AwsError(code, error.message, error.status, { 'x-amzn-query-error': `${queryCode};Sender` });
}
