import type { Context, SQSEvent } from 'aws-lambda';
import { expect, test } from 'vitest';

import { createLog } from '../../core/foundation/logging.ts';
import type { StartMessage } from '../../core/triggers/start-message.ts';
import { composeQueueWorker } from '../../lambdas/middleware/queue-worker.ts';
import { createHandler } from '../../lambdas/start-run/handler.ts';
import { handler } from '../../lambdas/start-run/index.ts';

const context = { awsRequestId: 'request-1' } as unknown as Context;

const HIT = { version: 1, kind: 'schedule', appID: 'APP', taskID: 't', scheduledAt: '2026-01-08T03:00:00Z' };

function eventOf(...bodies: string[]): SQSEvent {
  return { Records: bodies.map((body, index) => ({ messageId: `m${index}`, body })) } as SQSEvent;
}

test('each message goes to what starts its kind, and only those that failed come again', async () => {
  const started: StartMessage[] = [];
  const start = async (message: StartMessage) => {
    if (message.taskID === 'refused') throw new Error('The table is busy');
    started.push(message);
  };
  const worker = composeQueueWorker(
    createHandler(() => ({ schedule: start, webhook: start, registration: start })),
    { log: createLog({}, () => {}) },
  );
  const bodies = [HIT, { ...HIT, taskID: 'refused' }, { ...HIT, version: 2 }].map((hit) =>
    JSON.stringify(hit),
  );
  expect(await worker(eventOf(...bodies, 'not JSON'), context)).toEqual({
    batchItemFailures: ['m1', 'm2', 'm3'].map((itemIdentifier) => ({ itemIdentifier })),
  });
  expect(started).toEqual([HIT]);
});

test('it is deployed so that a missing variable fails the message', async () => {
  expect(await handler(eventOf(JSON.stringify(HIT)), context)).toEqual({
    batchItemFailures: [{ itemIdentifier: 'm0' }],
  });
});
