import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { KEYS, startApi, type ApiService } from '../support/api-service.ts';
import { createRunnableTask } from '../support/resources.ts';
import { TEST_CREDENTIALS } from '../support/table.ts';

let api: ApiService;
let sqs: SQSClient;
let startsQueueUrl: string;
const context = { awsRequestId: 'request-1' } as Context;

beforeAll(async () => {
  api = await startApi();
  sqs = new SQSClient({ ...TEST_CREDENTIALS, endpoint: api.endpoints.sqs });
  startsQueueUrl = (await sqs.send(new CreateQueueCommand({ QueueName: 'starts' }))).QueueUrl ?? '';
  Object.assign(process.env, {
    STARTS_QUEUE_URL: startsQueueUrl,
    WEBHOOK_WINDOW_SECONDS: '0',
    COMMERCETOOLS_PROJECTS: JSON.stringify({ shop: KEYS.appID }),
  });
});
afterAll(async () => {
  sqs.destroy();
  await api.stop();
});

async function send(method: string, url: string, body?: object): Promise<Record<string, unknown>> {
  const { status, text } = await api.send({
    method,
    url,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  expect(status).toBe(200);
  return JSON.parse(text) as Record<string, unknown>;
}

/** What Lambda makes of messages in the queue. */
function eventOf(...bodies: string[]): SQSEvent {
  const records = bodies.map((body, index) => ({ messageId: `message-${index}`, body }));
  return { Records: records } as unknown as SQSEvent;
}

test('a notification of commercetools becomes a run of the product that it names, a repeat nothing', async () => {
  const { handler: receive } = await import('../../lambdas/receive-message/index.ts');
  const { handler: start } = await import('../../lambdas/start-run/index.ts');
  const { taskID } = await createRunnableTask(api.client);
  await api.client.updateTask({ taskID, taskUpdate: { subscriptionAction: 'save' } });
  const url = `/ext/1/tasks/${taskID}/webhook`;
  const webhook = await send('PUT', url, { scheme: 'commercetools', projectKey: 'shop' });
  expect(webhook).toMatchObject({ url: null, secret: null, projectKey: 'shop', headers: [] });

  const notification = JSON.stringify({
    projectKey: 'shop',
    notificationType: 'Message',
    id: 'm-1',
    resource: { typeId: 'product', id: 'p-1' },
  });
  const answer: SQSBatchResponse = await receive(
    eventOf(notification, notification, '{"projectKey":'),
    context,
  );
  expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'message-2' }] });

  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl: startsQueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 5 }),
  );
  expect(Messages).toHaveLength(1);
  const asked = Messages[0]?.Body ?? '';
  expect(await start(eventOf(asked, asked), context)).toEqual({ batchItemFailures: [] });
  const { runs } = await api.client.listRuns({ taskID });
  expect(runs).toMatchObject([{ type: 'update', status: 'created' }]);
  expect(await send('GET', `${url}/deliveries`)).toMatchObject({
    deliveries: [
      { senderID: 'm-1', objectIDs: ['p-1'], status: 'taken', duplicates: 1, runID: runs[0]?.runID },
    ],
  });
});
