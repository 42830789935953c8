import type { Context, SQSEvent, SQSRecord } from 'aws-lambda';
import { expect, test } from 'vitest';

import { createHandler } from '../../lambdas/poll-link/handler.ts';
import { handler } from '../../lambdas/poll-link/index.ts';

const context = { awsRequestId: 'request-1', getRemainingTimeInMillis: () => 1000 } as unknown as Context;
const LINK = { version: 1, appID: 'APP', linkID: 'link' };

test('a message of a link has it copied, one of a start has that carried out, and nothing else', async () => {
  const done: unknown[] = [];
  const handle = createHandler(() => ({
    pollLink: async (link, { remainingMilliseconds }) => void done.push([link, remainingMilliseconds()]),
    carryOutStart: async (start) => void done.push(start),
  }));
  await handle({ body: JSON.stringify(LINK) } as SQSRecord, context);
  await handle({ body: JSON.stringify({ ...LINK, startID: 'start' }) } as SQSRecord, context);
  expect(done).toEqual([[{ appID: 'APP', linkID: 'link' }, 1000], { appID: 'APP', startID: 'start' }]);
});

test('is deployed so that what a message cannot be done for gives back that message', async () => {
  const records = [
    { messageId: 'm0', body: JSON.stringify(LINK) },
    { messageId: 'm1', body: 'no message' },
  ];
  const answer = await handler({ Records: records } as SQSEvent, context);
  expect(answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)).toEqual(['m0', 'm1']);
});
