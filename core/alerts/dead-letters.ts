import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';

/** How many messages lie in each dead-letter queue of the deployment; `queue` is the name of its runbook entry. */
export type CountDeadLetters = () => Promise<{ queue: string; count: number }[]>;

export function createCountDeadLetters(options: {
  readonly client: SQSClient;
  /** Name → URL. */
  readonly queues: Readonly<Record<string, string>>;
}): CountDeadLetters {
  return async () =>
    Promise.all(
      Object.entries(options.queues).map(async ([queue, QueueUrl]) => {
        const { Attributes } = await options.client.send(
          new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['ApproximateNumberOfMessages'] }),
        );
        return { queue, count: Number(Attributes?.['ApproximateNumberOfMessages'] ?? 0) };
      }),
    );
}
