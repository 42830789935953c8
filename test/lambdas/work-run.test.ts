import type { Context, SQSEvent } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { createLog } from '../../core/foundation/logging.ts';
import { composeQueueWorker } from '../../lambdas/middleware/queue-worker.ts';
import { createHandler } from '../../lambdas/work-run/handler.ts';
import { handler } from '../../lambdas/work-run/index.ts';

const context = {
  awsRequestId: 'request-1',
  getRemainingTimeInMillis: () => 5000,
} as unknown as Context;

function eventOf(...bodies: string[]): SQSEvent {
  return { Records: bodies.map((body, index) => ({ messageId: `m${index}`, body })) } as unknown as SQSEvent;
}

const message = (runID: string) => JSON.stringify({ version: 1, appID: 'APP', runID });

describe('the worker of the queue', () => {
  it('names only the messages that failed, and never logs their bodies', async () => {
    const lines: string[] = [];
    const worked: string[] = [];
    const worker = composeQueueWorker(
      createHandler(() => async ({ runID }, { remainingMilliseconds }) => {
        worked.push(`${runID} ${remainingMilliseconds()}`);
        if (runID === 'bad') throw new Error('It did not work');
      }),
      { log: createLog({}, (line) => lines.push(line)) },
    );
    const response = await worker(
      eventOf(message('good'), message('bad'), 'canary {', '{"version":2}'),
      context,
    );
    expect(response).toEqual({
      batchItemFailures: [{ itemIdentifier: 'm1' }, { itemIdentifier: 'm2' }, { itemIdentifier: 'm3' }],
    });
    expect(worked).toEqual(['good 5000', 'bad 5000']);
    expect(lines.join()).toContain('It did not work');
  });

  it('is deployed with its partial-batch answer', async () => {
    // Nothing is configured here, so the message fails; that it is answered by name is the middleware's doing.
    expect(await handler(eventOf(message('any')), context)).toEqual({
      batchItemFailures: [{ itemIdentifier: 'm0' }],
    });
  });
});
