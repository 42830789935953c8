import { afterAll, beforeAll, expect, test } from 'vitest';

import { startOneMachine, type OneMachine } from '../support/one-machine.ts';

const REQUESTS = 30;

let machine: OneMachine;
beforeAll(async () => {
  machine = await startOneMachine({
    environment: {
      MILLRACE_LIMITS: JSON.stringify({ sources: 1, observabilityRequestsPer30Seconds: REQUESTS }),
      MILLRACE_PUSH_MAX_BYTES: '2000',
    },
  });
});
afterAll(() => machine.remove());

async function send(path: string, body?: object) {
  const { url, appID, apiKey } = machine.connection;
  const response = await fetch(`${url}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { 'x-algolia-application-id': appID, 'x-algolia-api-key': apiKey },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const { message } = (await response.json()) as { message?: string };
  return { status: response.status, headers: response.headers, message };
}

test('one machine refuses more resources, more bytes and more requests than its configuration allows', async () => {
  const { ingestion } = machine;
  const { sourceID } = await ingestion.createSource({ type: 'push', name: 'pushes' });
  const tooMany = await send('/1/sources', { type: 'push', name: 'one more' });
  expect([tooMany.status, tooMany.message]).toEqual([429, expect.stringContaining('1')]);
  expect(Number(tooMany.headers.get('retry-after'))).toBeGreaterThan(0);

  const { destinationID } = await ingestion.createDestination({
    type: 'search',
    name: 'd',
    input: { indexName: 'd' },
  });
  const { taskID } = await ingestion.createTask({ sourceID, destinationID, action: 'save' });
  const records = [{ objectID: 'a', text: 'x'.repeat(2_000) }];
  const tooLarge = await send(`/2/tasks/${taskID}/push`, { action: 'addObject', records });
  expect([tooLarge.status, tooLarge.message]).toEqual([400, expect.stringContaining('2000 bytes')]);

  const statuses: number[] = [];
  // The end of a window may fall in between.
  while (statuses.length <= 2 * REQUESTS && statuses.at(-1) !== 429) {
    statuses.push((await send('/1/runs')).status);
  }
  expect(new Set(statuses)).toEqual(new Set([200, 429]));
  // Those that are no observability are counted by themselves.
  expect((await send('/1/sources')).status).toBe(200);
});
