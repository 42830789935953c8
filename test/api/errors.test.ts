import { expect, test } from 'vitest';

import {
  ConflictError,
  ForbiddenError,
  InUseError,
  InvalidInputError,
  NotFoundError,
  UnavailableError,
} from '../../core/foundation/errors.ts';
import { createLog } from '../../core/foundation/logging.ts';
import { composeHttpHandler } from '../../lambdas/middleware/http-handler.ts';
import { callHandler, type RawResponse } from '../support/api-client.ts';

function failWith(error: unknown): () => Promise<never> {
  return async () => {
    throw error;
  };
}

async function answerTo(error: unknown): Promise<{ answer: RawResponse; logLines: string[] }> {
  const logLines: string[] = [];
  const handler = composeHttpHandler(failWith(error), {
    log: createLog({}, (line) => logLines.push(line)),
    now: () => 0,
  });
  const request = { method: 'POST', url: '/1/x?key=canary', headers: { secret: 'canary' }, body: 'canary' };
  return { answer: await callHandler(handler, request), logLines };
}

test.each([
  [400, new InvalidInputError('a.b', 'Sentence.')],
  [400, new InUseError('a.b', 'Sentence.')],
  [403, new ForbiddenError('a.b', 'Sentence.')],
  [404, new NotFoundError('a.b', 'Sentence.')],
  [409, new ConflictError('a.b', 'Sentence.')],
])(
  'what we refuse on purpose is a %i with its sentence and code, and not logged as an error',
  async (status, error) => {
    const { answer, logLines } = await answerTo(error);
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.text)).toEqual({ message: 'Sentence.', error: { code: 'a.b', details: [] } });
    expect(logLines.map((line) => JSON.parse(line).level)).toEqual(['info']);
  },
);

test('what may pass is a 503 that says when to try again', async () => {
  const { answer } = await answerTo(new UnavailableError('table.busy', 'Busy.'));
  expect([answer.status, answer.headers['retry-after']]).toEqual([503, '1']);
});

test('an error that nobody foresaw is one fixed sentence, and found in the log by the correlation ID', async () => {
  const { answer, logLines } = await answerTo(
    new TypeError('x is not a function', { cause: new Error('deep') }),
  );
  expect(answer.status).toBe(500);
  expect(answer.text).not.toContain('x is not a function');
  expect(answer.headers['correlation-id']).toBe(answer.requestID);
  const [failure, request] = logLines.map((line) => JSON.parse(line));
  expect(failure).toMatchObject({
    level: 'error',
    correlationID: answer.requestID,
    error: { name: 'TypeError', message: 'x is not a function', cause: { message: 'deep' } },
  });
  expect(request).toMatchObject({
    method: 'POST',
    path: '/1/x',
    status: 500,
    correlationID: answer.requestID,
  });
});

test('neither query, headers nor body of a request are logged', async () => {
  const { logLines } = await answerTo(new Error('broken'));
  expect(logLines.join('')).not.toContain('canary');
});

test('an answer keeps its own headers beside the correlation ID', async () => {
  const handler = composeHttpHandler(
    () => Promise.resolve({ statusCode: 200, headers: { a: 'b' }, body: '{}' }),
    {
      log: createLog({}, () => undefined),
      now: () => 0,
    },
  );
  const answer = await callHandler(handler, {
    method: 'GET',
    url: '/',
  });
  expect(answer.headers).toEqual({ a: 'b', 'correlation-id': answer.requestID });
});
