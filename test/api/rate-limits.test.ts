import { afterAll, beforeAll, expect, test } from 'vitest';

import type { RawResponse } from '../support/api-client.ts';
import { startApi, type ApiService } from '../support/api-service.ts';

const LIMIT = 3;

let api: ApiService;
beforeAll(async () => {
  api = await startApi({ limits: { requestsPerMinute: LIMIT, observabilityRequestsPer30Seconds: LIMIT } });
});
afterAll(async () => {
  await api.stop();
});

/** Sends until refused: even over the end of a window that is soon. */
async function sendUntilRefused(url: string): Promise<RawResponse[]> {
  const answers: RawResponse[] = [];
  while (answers.length <= 2 * LIMIT && answers.at(-1)?.status !== 429) {
    answers.push(await api.send({ method: 'GET', url }));
  }
  return answers;
}

test.for(['/1/sources', '/1/runs'])(
  'too many requests for %s are refused with a time to come again',
  async (url) => {
    const answers = await sendUntilRefused(url);
    const last = answers.at(-1);
    expect(last?.status).toBe(429);
    expect(JSON.parse(last?.text ?? '').message).toMatch(
      /^Too many requests: at most 3 such requests within \d0 seconds/,
    );
    const seconds = Number(last?.headers['retry-after']);
    expect(seconds).toBeGreaterThanOrEqual(1);
    expect(seconds).toBeLessThanOrEqual(60);
    expect(last?.headers).toMatchObject({ 'x-ratelimit-limit': '3', 'x-ratelimit-remaining': '0' });
    expect(last?.headers['correlation-id']).toBe(last?.requestID);
    const reset = Number(last?.headers['x-ratelimit-reset']) - Date.now() / 1000;
    expect(reset).toBeGreaterThan(seconds - 5);
    expect(reset).toBeLessThanOrEqual(seconds + 1);
  },
);

test('a wrong key is told that, whatever was asked before', async () => {
  const headers = { 'x-algolia-api-key': 'wrong' };
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => api.send({ method: 'GET', url: '/1/tasks', headers })),
  );
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([403]));
});
