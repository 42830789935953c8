import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { pollQueue, type QueuePoller } from '../../../local/event-sources/poll-queue.ts';
import { messagesDone } from '../../../local/event-sources/queue-event.ts';
import type { Invoke, InvokeResult } from '../../../local/lambda/function-definition.ts';
import { startSqs } from '../../../local/services/sqs/start-sqs.ts';
import { LOCAL_CREDENTIALS } from '../../../local/template/aws-clients.ts';

interface QueueRecord {
  messageId: string;
  body: string;
  attributes: Record<string, string>;
  messageAttributes: Record<string, object>;
  eventSourceARN: string;
  eventSource: string;
  awsRegion: string;
}

let dataDirectory: string;
let service: Awaited<ReturnType<typeof startSqs>>;
let sqs: SQSClient;
let queueURL: string;
let queueNumber = 0;
let poller: QueuePoller | undefined;
const invocations: QueueRecord[][] = [];

beforeAll(async () => {
  dataDirectory = await mkdtemp(join(tmpdir(), 'millrace-poll-'));
  service = await startSqs({ dataDirectory });
  sqs = new SQSClient({ endpoint: service.endpoint, region: 'us-east-1', credentials: LOCAL_CREDENTIALS });
});

afterAll(async () => {
  sqs.destroy();
  await service.stop();
  await rm(dataDirectory, { recursive: true, force: true });
});

beforeEach(async () => {
  invocations.length = 0;
  queueNumber += 1;
  const created = await sqs.send(
    new CreateQueueCommand({ QueueName: `q${queueNumber}`, Attributes: { VisibilityTimeout: '1' } }),
  );
  queueURL = created.QueueUrl ?? '';
});

afterEach(() => poller?.stop());

function poll(
  answer: (records: QueueRecord[], nth: number) => InvokeResult | Promise<InvokeResult>,
  overrides: Partial<Parameters<typeof pollQueue>[0]> = {},
): void {
  const invoke: Invoke = async (_name, payload) => {
    const { Records } = JSON.parse(payload) as { Records: QueueRecord[] };
    invocations.push(Records);
    return answer(Records, invocations.length);
  };
  poller = pollQueue(
    {
      queueArn: `arn:aws:sqs:us-east-1:000000000000:q${queueNumber}`,
      queueURL,
      functionName: 'work',
      batchSize: 10,
      batchWindowSeconds: 0,
      maxConcurrency: 2,
      reportsItemFailures: true,
      ...overrides,
    },
    { sqs, invoke, warn: () => {} },
  );
}

const send = (body: string) =>
  sqs.send(
    new SendMessageCommand({
      QueueUrl: queueURL,
      MessageBody: body,
      MessageAttributes: { kind: { DataType: 'String', StringValue: 'test' } },
    }),
  );

async function countLeft(): Promise<number> {
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: queueURL, AttributeNames: ['All'] }),
  );
  return (
    Number(Attributes?.['ApproximateNumberOfMessages']) +
    Number(Attributes?.['ApproximateNumberOfMessagesNotVisible'])
  );
}

const succeed = (): InvokeResult => ({ payload: '{"batchItemFailures":[]}' });

describe('a function fed from a queue', () => {
  it('gets each message as Lambda shows it, and what it has done is deleted', async () => {
    poll(succeed);
    await send('hello');
    await expect.poll(() => invocations.length).toBe(1);
    expect(invocations[0]?.[0]).toMatchObject({
      body: 'hello',
      eventSource: 'aws:sqs',
      eventSourceARN: `arn:aws:sqs:us-east-1:000000000000:q${queueNumber}`,
      awsRegion: 'us-east-1',
      attributes: { ApproximateReceiveCount: '1' },
      messageAttributes: { kind: { stringValue: 'test', dataType: 'String' } },
    });
    await expect.poll(countLeft).toBe(0);
  });

  it('gets again, after the visibility timeout, only those messages of a batch that it reports as failed', async () => {
    await Promise.all(['good', 'bad'].map(send));
    poll((records) => ({
      payload: JSON.stringify({
        batchItemFailures: records
          .filter(({ body, attributes }) => body === 'bad' && attributes['ApproximateReceiveCount'] === '1')
          .map(({ messageId }) => ({ itemIdentifier: messageId })),
      }),
    }));
    await expect.poll(countLeft, { timeout: 5000 }).toBe(0);
    const bodies = invocations.flat().map(({ body }) => body);
    expect(bodies.filter((body) => body === 'good')).toHaveLength(1);
    expect(bodies.filter((body) => body === 'bad')).toHaveLength(2);
  });

  it('gets the whole batch again when it failed', async () => {
    await send('one');
    poll((_records, nth) => (nth === 1 ? { payload: '{}', functionError: 'Unhandled' } : succeed()));
    await expect.poll(countLeft, { timeout: 5000 }).toBe(0);
    expect(invocations).toHaveLength(2);
  });

  it('is invoked for no more batches at once than its mapping allows', async () => {
    await Promise.all(['1', '2', '3', '4'].map(send));
    let now = 0;
    let most = 0;
    poll(
      async () => {
        now += 1;
        most = Math.max(most, now);
        await new Promise((resolve) => setTimeout(resolve, 100));
        now -= 1;
        return succeed();
      },
      { batchSize: 1 },
    );
    await expect.poll(countLeft, { timeout: 5000 }).toBe(0);
    expect(most).toBe(2);
  });

  it('waits for more messages as long as its batch window is open', async () => {
    // As on AWS, messages must stay invisible for longer than the window.
    await sqs.send(
      new SetQueueAttributesCommand({ QueueUrl: queueURL, Attributes: { VisibilityTimeout: '10' } }),
    );
    poll(succeed, { batchWindowSeconds: 1 });
    await send('first');
    await expect.poll(() => countLeft()).toBe(1);
    await send('second');
    await expect.poll(countLeft, { timeout: 5000 }).toBe(0);
    expect(invocations.map((records) => records.length)).toEqual([2]);
  });
});

describe('the messages that are done', () => {
  const messages = [{ MessageId: 'a' }, { MessageId: 'b' }];
  const report = (...ids: (string | null)[]) =>
    JSON.stringify({ batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })) });

  it.each([
    [report('a'), ['b']],
    [report(), ['a', 'b']],
    ['null', ['a', 'b']],
    ['{}', ['a', 'b']],
    [report('unknown'), []],
    [report(''), []],
    [report(null), []],
    ['{"batchItemFailures":[{"wrong":"a"}]}', []],
  ])('after the answer %s are %j', (payload, expected) => {
    expect(messagesDone(messages, { payload }, true).map(({ MessageId }) => MessageId)).toEqual(expected);
  });

  it('are all where the mapping takes no reports', () => {
    expect(messagesDone(messages, { payload: report('a') }, false)).toHaveLength(2);
  });
});
