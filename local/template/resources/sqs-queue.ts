import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  QueueDoesNotExist,
  SetQueueAttributesCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { physicalName } from '../names.ts';
import { defineResourceType, notNeeded } from '../resource-type.ts';

const seconds = z.int().min(0).optional();

/** A queue, with its attributes as the template has them now; messages of an earlier start are kept. */
export const queue = defineResourceType({
  type: 'AWS::SQS::Queue',
  properties: z.strictObject({
    DelaySeconds: seconds,
    KmsMasterKeyId: notNeeded('The data directory is as safe as the disk it is on.'),
    MaximumMessageSize: z.int().optional(),
    MessageRetentionPeriod: seconds,
    QueueName: z.string().optional(),
    ReceiveMessageWaitTimeSeconds: seconds,
    RedrivePolicy: z.strictObject({ deadLetterTargetArn: z.string(), maxReceiveCount: z.int() }).optional(),
    SqsManagedSseEnabled: notNeeded('The data directory is as safe as the disk it is on.'),
    Tags: notNeeded('Labels for bills.'),
    VisibilityTimeout: seconds,
  }),
  async provision(properties, { logicalID, names, clients: { sqs }, plan }) {
    const QueueName = properties.QueueName ?? physicalName(names, logicalID);
    const Attributes = toAttributes(properties);
    const QueueUrl = await findOrCreate(sqs, QueueName, Attributes);
    const answer = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
    const arn = answer.Attributes?.['QueueArn'];
    if (!arn) throw new Error('SQS gave no ARN');
    plan.queueURLs.set(arn, QueueUrl);
    return { physicalID: QueueUrl, attributes: { Arn: arn, QueueName, QueueUrl } };
  },
});

async function findOrCreate(
  sqs: SQSClient,
  QueueName: string,
  Attributes: Record<string, string>,
): Promise<string> {
  const url =
    (await findURL(sqs, QueueName)) ?? (await sqs.send(new CreateQueueCommand({ QueueName }))).QueueUrl;
  if (!url) throw new Error('SQS gave no URL');
  if (Object.keys(Attributes).length > 0) {
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl: url, Attributes }));
  }
  return url;
}

async function findURL(sqs: SQSClient, QueueName: string): Promise<string | undefined> {
  try {
    return (await sqs.send(new GetQueueUrlCommand({ QueueName }))).QueueUrl;
  } catch (error) {
    if (error instanceof QueueDoesNotExist) return undefined;
    throw error;
  }
}

function toAttributes(properties: {
  DelaySeconds?: number | undefined;
  MaximumMessageSize?: number | undefined;
  MessageRetentionPeriod?: number | undefined;
  ReceiveMessageWaitTimeSeconds?: number | undefined;
  VisibilityTimeout?: number | undefined;
  RedrivePolicy?: { deadLetterTargetArn: string; maxReceiveCount: number } | undefined;
}): Record<string, string> {
  const { DelaySeconds, MaximumMessageSize, MessageRetentionPeriod, ...rest } = properties;
  const { ReceiveMessageWaitTimeSeconds, VisibilityTimeout, RedrivePolicy } = rest;
  const numbers = {
    DelaySeconds,
    MaximumMessageSize,
    MessageRetentionPeriod,
    ReceiveMessageWaitTimeSeconds,
    VisibilityTimeout,
  };
  const given = Object.entries(numbers).filter(([, value]) => value !== undefined);
  return {
    ...Object.fromEntries(given.map(([name, value]) => [name, String(value)])),
    ...(RedrivePolicy ? { RedrivePolicy: JSON.stringify(RedrivePolicy) } : {}),
  };
}
