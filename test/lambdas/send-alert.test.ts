import type { Context, SQSEvent, SQSRecord } from 'aws-lambda';
import { expect, test } from 'vitest';

import type { AlertMessage } from '../../core/alerts/alert-message.ts';
import { createLog } from '../../core/foundation/logging.ts';
import { composeQueueWorker } from '../../lambdas/middleware/queue-worker.ts';
import { createHandler } from '../../lambdas/send-alert/handler.ts';
import { handler } from '../../lambdas/send-alert/index.ts';

const context = { awsRequestId: 'request-1' } as unknown as Context;

function event(...bodies: unknown[]): SQSEvent {
  return {
    Records: bodies.map(
      (body, index) => ({ messageId: `message-${index}`, body: JSON.stringify(body) }) as SQSRecord,
    ),
  };
}

const HINT = { version: 1, kind: 'check', appID: 'APP', alertID: 'alert-1' };

test('each message is handled by itself: those that cannot be read or handled come again', async () => {
  const handled: AlertMessage[] = [];
  const worker = composeQueueWorker(
    createHandler(() => async (message) => {
      if (message.kind === 'deliver') throw new Error('The table is down');
      handled.push(message);
    }),
    { log: createLog({}, () => undefined) },
  );
  const deliver = { version: 1, kind: 'deliver', appID: 'APP', aboutID: 'i', deliveryID: 'd' };
  const answer = await worker(event(HINT, { version: 2 }, deliver), context);
  expect(handled).toEqual([HINT]);
  expect(answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)).toEqual([
    'message-1',
    'message-2',
  ]);
});

test('the end of a run is read out of what a rule of EventBridge hands on', async () => {
  const handled: AlertMessage[] = [];
  const handle = createHandler(() => async (message) => void handled.push(message));
  const [record] = event({
    version: '0',
    source: 'millrace',
    'detail-type': 'RunFinished',
    detail: { version: 1, appID: 'APP', taskID: 'task-1', runID: 'run-1', outcome: 'failure' },
  }).Records;
  if (record) await handle(record, context);
  expect(handled).toEqual([{ version: 1, kind: 'runFinished', appID: 'APP', runID: 'run-1' }]);
});

test('is deployed so that a missing variable fails its message', async () => {
  expect(await handler(event(HINT), context)).toEqual({
    batchItemFailures: [{ itemIdentifier: 'message-0' }],
  });
});
