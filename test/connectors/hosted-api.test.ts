import { expect, test } from 'vitest';

import { createOpenHostedApi } from '../../connectors/hosted/open-hosted-api.ts';
import {
  HostedRefusedError,
  HostedThrottledError,
  HostedUnreachableError,
} from '../../core/links/hosted-api.ts';
import { Secret } from '../../core/foundation/secret.ts';
import { serve } from './http/serve.ts';

const RUN_ID = '6c02aeb1-775e-818e-870b-1faccd4b2c0f';
const TASK_ID = '4b9bb5ac-7d0c-4f3e-9a39-7e2f3c1f9b57';
const POSITION = { from: '2026-03-01T00:00:00.000Z', page: 1 };

interface Answer {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
}

async function openHosted(answers: Answer[]) {
  const requests: { method: string; url: string; headers: Record<string, unknown> }[] = [];
  const { url } = await serve((request, response) => {
    requests.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers });
    const { status = 200, headers = {}, body = {} } = answers.shift() ?? { status: 500 };
    response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  const open = createOpenHostedApi({
    hosts: { APP: { us: url } },
    network: { allowPrivate: ['127.0.0.0/8'], trustedHosts: [] },
  });
  const access = {
    applicationID: 'APP',
    region: 'us',
    apiKey: new Secret('key'),
    beforeRequest: () => {},
  } as const;
  return { hosted: open(access), requests };
}

function runsPage(runs: unknown[]): Answer {
  return { body: { runs, pagination: { nbPages: 1, page: 1, nbItems: runs.length, itemsPerPage: 100 } } };
}

const RUN = {
  runID: RUN_ID,
  appID: 'APP',
  taskID: TASK_ID,
  status: 'finished',
  type: 'reindex',
  createdAt: '2026-03-01T10:00:00Z',
};

test('a run with words that are new is read as far as it is known, and one without an id is passed over', async () => {
  const strange = { ...RUN, status: 'paused', reasonCode: 'new', outcome: null, startedAt: null, more: 1 };
  const { hosted } = await openHosted([runsPage([strange, { ...RUN, runID: 'x' }, null])]);
  const { items, next } = await hosted.listRuns(POSITION);
  expect(next).toBeUndefined();
  expect(items).toEqual([
    {
      runID: RUN_ID,
      taskID: TASK_ID,
      type: 'reindex',
      // Looked at again until it is an end that is known.
      status: 'started',
      failureThreshold: 0,
      progress: { expected: 0, received: 0 },
      createdAt: '2026-03-01T10:00:00.000Z',
    },
  ]);
});

test('a full page goes on at its last instant, and by page where all are of one instant', async () => {
  const later = Array.from({ length: 100 }, () => ({ ...RUN, createdAt: '2026-03-01T10:00:07Z' }));
  const { hosted } = await openHosted([runsPage(later), runsPage(later)]);
  const first = await hosted.listRuns(POSITION);
  expect(first.next).toEqual({ from: '2026-03-01T10:00:07.000Z', page: 1 });
  const second = await hosted.listRuns({ from: '2026-03-01T10:00:07.000Z', page: 1 });
  expect(second.next).toEqual({ from: '2026-03-01T10:00:07.000Z', page: 2 });
});

test('what only reads is asked once more when no answer comes; a start never is', async () => {
  const read = await openHosted([{ status: 502 }, runsPage([])]);
  expect((await read.hosted.listRuns(POSITION)).items).toEqual([]);
  const start = await openHosted([{ status: 502 }, { body: { runID: RUN_ID } }]);
  await expect(start.hosted.startRun(TASK_ID, 'key-1')).rejects.toThrow(HostedUnreachableError);
  expect(start.requests).toHaveLength(1);
  expect(start.requests[0]).toMatchObject({
    method: 'POST',
    url: `/2/tasks/${TASK_ID}/run`,
    headers: { 'idempotency-key': 'key-1', 'x-algolia-application-id': 'APP', 'x-algolia-api-key': 'key' },
  });
});

test.for([
  [{ status: 429, headers: { 'retry-after': '7' } }, HostedThrottledError, 'wait for 7 seconds'],
  [{ status: 429, headers: { 'retry-after': 'soon' } }, HostedThrottledError, 'wait for 30 seconds'],
  [
    { status: 403, body: { message: 'no such key' } },
    HostedRefusedError,
    'Algolia answered 403: no such key',
  ],
  [{ status: 302, headers: { location: 'http://127.0.0.1:1/' } }, HostedUnreachableError, 'redirects'],
] as const)('an answer of %j is its error', async ([answer, errorClass, message]) => {
  const { hosted } = await openHosted([answer, answer]);
  const failed = hosted.listRuns(POSITION);
  await expect(failed).rejects.toThrow(errorClass);
  await expect(failed).rejects.toThrow(message);
});

test.for(['<html>', { runs: 1 }] as const)(
  'an answer that is none (%j) is no usable answer',
  async (body) => {
    const { hosted } = await openHosted([{ body }, { body }]);
    await expect(hosted.listRuns(POSITION)).rejects.toThrow(HostedUnreachableError);
  },
);

test('a private address is not asked, unless the deployment allows it', async () => {
  const open = createOpenHostedApi({
    hosts: { APP: { us: 'http://127.0.0.1:9' } },
    network: { allowPrivate: [], trustedHosts: [] },
  });
  const access = {
    applicationID: 'APP',
    region: 'us',
    apiKey: new Secret('key'),
    beforeRequest: () => {},
  } as const;
  const failed = open(access).startRun(TASK_ID, 'key-1');
  await expect(failed).rejects.toMatchObject({ isUnsent: true });
});
