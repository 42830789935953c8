import * as z from 'zod';
import { AwsError } from '../protocol/aws-error.ts';
import type { QueueDatabase } from './queue-database.ts';

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html */
const RANGES: Readonly<Record<string, readonly [number, number]>> = {
  VisibilityTimeout: [0, 43_200],
  DelaySeconds: [0, 900],
  ReceiveMessageWaitTimeSeconds: [0, 20],
  MaximumMessageSize: [1024, 1_048_576],
  MessageRetentionPeriod: [60, 1_209_600],
  KmsDataKeyReusePeriodSeconds: [60, 86_400],
};

/** Kept and given back; encryption and policies have no effect on one machine. */
const KEPT = new Set(['KmsMasterKeyId', 'SqsManagedSseEnabled', 'Policy', 'RedriveAllowPolicy']);

const FIFO = new Set(['FifoQueue', 'ContentBasedDeduplication', 'DeduplicationScope', 'FifoThroughputLimit']);

const redrivePolicySchema = z.strictObject({
  deadLetterTargetArn: z.string(),
  maxReceiveCount: z.coerce.number().int().min(1).max(1000),
});

/** Refuses what SQS refuses, and FIFO queues: fauxqs forgets their deduplication window at a restart. */
export function checkQueueAttributes(
  database: QueueDatabase,
  attributes: Readonly<Record<string, string>>,
): void {
  for (const [name, value] of Object.entries(attributes)) {
    const range = RANGES[name];
    if (range) checkRange(name, value, range);
    else if (name === 'RedrivePolicy') checkRedrivePolicy(database, value);
    else if (FIFO.has(name))
      throw new AwsError('InvalidAttributeName', 'FIFO queues are not supported here.');
    else if (!KEPT.has(name)) throw new AwsError('InvalidAttributeName', `Unknown Attribute ${name}.`);
  }
}

function checkRange(name: string, value: string, [min, max]: readonly [number, number]): void {
  const number = Number(value);
  if (value.trim() !== '' && Number.isInteger(number) && number >= min && number <= max) return;
  throw new AwsError(
    'InvalidAttributeValue',
    `Invalid value for the parameter ${name}. Reason: must be an integer from ${min} to ${max}.`,
  );
}

function checkRedrivePolicy(database: QueueDatabase, value: string): void {
  // An empty policy takes the dead-letter queue away.
  if (value === '') return;
  const invalid = (reason: string) =>
    new AwsError(
      'InvalidParameterValue',
      `Value ${value} for parameter RedrivePolicy is invalid. Reason: ${reason}`,
    );
  let policy: z.infer<typeof redrivePolicySchema>;
  try {
    policy = redrivePolicySchema.parse(JSON.parse(value));
  } catch {
    throw invalid('it needs deadLetterTargetArn and maxReceiveCount (1 to 1000).');
  }
  if (!database.store.getQueueByArn(policy.deadLetterTargetArn))
    throw invalid('the dead-letter queue does not exist.');
}
