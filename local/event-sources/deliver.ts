import { setTimeout as delay } from 'node:timers/promises';
import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Invoke } from '../lambda/function-definition.ts';
import type { Deliver } from '../services/delivery/deliver.ts';
import type { AsynchronousRetries, MachinePlan } from '../template/machine-plan.ts';

/** How AWS repeats an asynchronous invocation where the template says nothing else. */
const DEFAULT_RETRIES: AsynchronousRetries = { maxAttempts: 2, maxAgeSeconds: 21_600 };
/** AWS waits one minute before the second attempt and two before the third. */
const RETRY_DELAY_MILLISECONDS = 60_000;

/**
 * Takes what schedules and rules send to the template's functions and queues. A function that is invoked and fails has
 * taken the event, as on AWS: it is repeated as its own configuration says and is not given back to the sender.
 */
export function createDeliver({
  plan,
  sqs,
  invoke,
}: {
  plan: MachinePlan;
  sqs: SQSClient;
  invoke: Invoke;
}): Deliver {
  return async (targetArn, payload, options = {}) => {
    const [, , service, , , ...resource] = targetArn.split(':');
    if (service === 'lambda') {
      const functionName = resource.at(-1) ?? '';
      await invokeAsynchronously(functionName, payload, {
        invoke,
        retries: plan.asynchronousRetries.get(functionName) ?? DEFAULT_RETRIES,
      });
      return;
    }
    const QueueUrl = plan.queueURLs.get(targetArn);
    if (!QueueUrl) throw new Error(`No function or queue of this machine has the ARN ${targetArn}`);
    const attributes = Object.entries(options.messageAttributes ?? {});
    await sqs.send(
      new SendMessageCommand({
        QueueUrl,
        MessageBody: payload,
        MessageGroupId: options.messageGroupId,
        MessageAttributes: Object.fromEntries(
          attributes.map(([name, StringValue]) => [name, { DataType: 'String', StringValue }]),
        ),
      }),
    );
  };
}

async function invokeAsynchronously(
  functionName: string,
  payload: string,
  { invoke, retries }: { invoke: Invoke; retries: AsynchronousRetries },
): Promise<void> {
  const startedAt = Date.now();
  for (let attempt = 0; ; attempt += 1) {
    const { functionError } = await invoke(functionName, payload);
    if (!functionError || attempt === retries.maxAttempts) return;
    // Nobody waits for this at the machine's end.
    await delay(RETRY_DELAY_MILLISECONDS * (attempt + 1), undefined, { ref: false });
    if (Date.now() - startedAt > retries.maxAgeSeconds * 1000) return;
  }
}
