import { setTimeout as delay } from 'node:timers/promises';
import {
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  type Message,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { Invoke } from '../lambda/function-definition.ts';
import type { EventSourceMapping } from './event-source-mapping.ts';
import { messagesDone, toQueueEvent } from './queue-event.ts';

/** SQS's own limits: seconds of a long poll, messages of one receive or delete. */
const MAX_WAIT_SECONDS = 20;
const MAX_MESSAGES = 10;
/** After the queue did not answer. */
const RETRY_MILLISECONDS = 500;

export interface QueuePoller {
  /** Takes no more messages; resolves when the invocations on their way have ended and their messages are deleted. */
  stop(): Promise<void>;
}

/**
 * Feeds a function from a queue: one long poll at a time, at most `maxConcurrency` invocations. Messages of a failed
 * invocation stay in the queue and come back after its visibility timeout.
 */
export function pollQueue(
  mapping: EventSourceMapping,
  { sqs, invoke, warn }: { sqs: SQSClient; invoke: Invoke; warn(problem: string): void },
): QueuePoller {
  const stopping = new AbortController();
  const working = new Set<Promise<void>>();

  const work = async (messages: readonly Message[]): Promise<void> => {
    try {
      const event = JSON.stringify(toQueueEvent(messages, mapping.queueArn));
      const result = await invoke(mapping.functionName, event, { maxWaitMilliseconds: 2 ** 31 - 1 });
      await deleteMessages(
        sqs,
        mapping.queueURL,
        messagesDone(messages, result, mapping.reportsItemFailures),
      );
    } catch (error) {
      if (!stopping.signal.aborted) warn(`${mapping.functionName}: ${describe(error)}`);
    }
  };
  const poll = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      if (working.size >= mapping.maxConcurrency) {
        await Promise.race(working);
        continue;
      }
      try {
        const messages = await receiveBatch(sqs, mapping, stopping.signal);
        if (messages.length === 0) continue;
        const one = work(messages).finally(() => working.delete(one));
        working.add(one);
      } catch (error) {
        if (stopping.signal.aborted) break;
        warn(`Queue of ${mapping.functionName}: ${describe(error)}`);
        await delay(RETRY_MILLISECONDS);
      }
    }
  };
  const polling = poll();
  return {
    async stop() {
      stopping.abort();
      await polling;
      await Promise.all(working);
    },
  };
}

/** Up to `batchSize` messages; past the first, waits for more until the batch window closes. */
async function receiveBatch(
  sqs: SQSClient,
  mapping: EventSourceMapping,
  signal: AbortSignal,
): Promise<Message[]> {
  const messages = await receive(sqs, mapping, MAX_WAIT_SECONDS, signal);
  if (messages.length === 0) return messages;
  const closesAt = Date.now() + mapping.batchWindowSeconds * 1000;
  while (messages.length < mapping.batchSize) {
    const seconds = Math.min(MAX_WAIT_SECONDS, Math.ceil((closesAt - Date.now()) / 1000));
    if (seconds <= 0) break;
    const wanted = { ...mapping, batchSize: mapping.batchSize - messages.length };
    try {
      messages.push(...(await receive(sqs, wanted, seconds, signal)));
    } catch {
      // What has been received is not given up for what could not be.
      break;
    }
  }
  return messages;
}

async function receive(
  sqs: SQSClient,
  mapping: EventSourceMapping,
  waitSeconds: number,
  signal: AbortSignal,
): Promise<Message[]> {
  const answer = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: mapping.queueURL,
      MaxNumberOfMessages: Math.min(MAX_MESSAGES, mapping.batchSize),
      WaitTimeSeconds: waitSeconds,
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['All'],
    }),
    { abortSignal: signal },
  );
  return answer.Messages ?? [];
}

async function deleteMessages(sqs: SQSClient, queueURL: string, messages: readonly Message[]): Promise<void> {
  for (let start = 0; start < messages.length; start += MAX_MESSAGES) {
    const Entries = messages
      .slice(start, start + MAX_MESSAGES)
      .map((message, index) => ({ Id: String(index), ReceiptHandle: message.ReceiptHandle }));
    await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: queueURL, Entries }));
  }
}

const describe = (error: unknown): string => (error instanceof Error ? error.message : String(error));
