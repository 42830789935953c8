import { afterAll, beforeAll, expect, test } from 'vitest';

import { systemClock } from '../../core/foundation/clock.ts';
import { newID } from '../../core/foundation/ids.ts';
import { keepRecord } from '../../core/records/kept-content.ts';
import type { RejectedRecord } from '../../core/records/rejected-record.ts';
import { createRejectedRecordStore } from '../../core/rejected-records/rejected-record-store.ts';
import { createRunStore } from '../../core/runs/run-store.ts';
import type { Run } from '../../core/runs/run.ts';
import { KEYS, startApi, type ApiService } from '../support/api-service.ts';
import { createRunnableTask, UNKNOWN_ID, WIRE_DATE } from '../support/resources.ts';

let api: ApiService;
beforeAll(async () => {
  api = await startApi();
});
afterAll(async () => api.stop());

async function call(method: string, url: string, body?: unknown, headers: Record<string, string> = {}) {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const { status, text: answer } = await api.send({ method, url, body: text, headers });
  return { status, body: JSON.parse(answer) as Record<string, unknown> };
}

function rejection(position: number, padding = 0): RejectedRecord {
  const record = `{"objectID":"r${position}","n":12345678901234567890,"text":"${'"'.repeat(padding).replaceAll('"', '\\"')}"}`;
  return {
    position,
    objectID: `r${position}`,
    code: 'record.refused',
    message: 'The destination refused the record: "no"',
    stage: 'destination',
    content: keepRecord(record),
  };
}

const UNREADABLE: RejectedRecord = {
  position: 3,
  code: 'csv.too_few_columns',
  message: 'Line 3 has 1 field, the header has 4.',
  content: { sizeBytes: 2, text: '"x' },
};

const TOO_BIG: RejectedRecord = {
  position: 9,
  objectID: 'r9',
  field: 'text',
  code: 'record.too_big',
  message: 'The record has 120,000 bytes.',
  stage: 'destination',
  content: { sizeBytes: 120_000, heaviestAttributes: [{ name: 'text', sizeBytes: 119_000 }] },
};

/** A run that has ended, with these records kept. */
async function storeRun(rejected: readonly RejectedRecord[], changes: Partial<Run> = {}): Promise<Run> {
  const { taskID } = changes.taskID === undefined ? await createRunnableTask(api.client) : changes;
  const createdAt = new Date().toISOString();
  const table = { ...api.table, clock: systemClock };
  const run: Run = {
    runID: newID(),
    appID: KEYS.appID,
    taskID: taskID ?? '',
    type: 'reindex',
    action: 'save',
    status: 'finished',
    outcome: 'success',
    reasonCode: 'ok',
    failureThreshold: 100,
    trigger: { kind: 'api', key: newID() },
    counts: { received: 100, applied: 100 - rejected.length, unchanged: 0, rejected: rejected.length },
    fence: 1,
    attempts: 1,
    stalls: 0,
    restarts: 0,
    revision: 3,
    leaseKey: 'SEARCHAPP/movies',
    createdAt,
    updatedAt: createdAt,
    ...changes,
  };
  const lease = { appID: run.appID, key: 'x', runID: run.runID, fence: 1, heldUntil: new Date() };
  const rejectedKept = await createRejectedRecordStore({ ...table, retentionDays: 30 }).keep(
    run,
    lease,
    rejected,
  );
  return (await createRunStore(table).claim({ ...run, rejectedKept })).run;
}

test('what a run rejected is listed page by page, in the order of the source', async () => {
  const { runID } = await storeRun([rejection(2), UNREADABLE, rejection(5), rejection(7), TOO_BIG]);
  const url = `/ext/1/runs/${runID}/rejected`;
  const first = await call('GET', `${url}?itemsPerPage=2`);
  expect(first).toEqual({
    status: 200,
    body: {
      rejected: [
        {
          position: 2,
          objectID: 'r2',
          stage: 'destination',
          code: 'record.refused',
          reason: 'The destination refused the record: "no"',
          sizeBytes: 52,
          record: { objectID: 'r2', n: 12345678901234567000, text: '' },
        },
        {
          position: 3,
          stage: 'source',
          code: 'csv.too_few_columns',
          reason: 'Line 3 has 1 field, the header has 4.',
          sizeBytes: 2,
          text: '"x',
        },
      ],
      nbRejected: 5,
      pagination: { nbPages: 3, page: 1, nbItems: 5, itemsPerPage: 2 },
    },
  });
  const last = await call('GET', `${url}?itemsPerPage=2&page=3`);
  expect(last.body['rejected']).toEqual([
    {
      position: 9,
      objectID: 'r9',
      field: 'text',
      stage: 'destination',
      code: 'record.too_big',
      reason: 'The record has 120,000 bytes.',
      sizeBytes: 120_000,
      heaviestAttributes: [{ name: 'text', sizeBytes: 119_000 }],
    },
  ]);
  expect((await call('GET', `${url}?page=9`)).body).toMatchObject({
    rejected: [],
    pagination: { nbItems: 5 },
  });
});

test('a list says how many were rejected and not kept', async () => {
  const counts = { received: 100, applied: 0, unchanged: 0, rejected: 100 };
  const { runID } = await storeRun([rejection(2)], { counts });
  expect((await call('GET', `/ext/1/runs/${runID}/rejected`)).body).toMatchObject({
    nbRejected: 100,
    message: '100 records were rejected; 1 are kept.',
    pagination: { nbItems: 1 },
  });
});

test('the download has a line per record, with the record byte by byte', async () => {
  const printed = keepRecord('{"objectID":"p",\n  "text":"a\\nb"\r\n}');
  const { runID } = await storeRun([rejection(2), UNREADABLE, { ...rejection(4), content: printed }]);
  const answer = await api.send({ method: 'GET', url: `/ext/1/runs/${runID}/rejected?format=ndjson` });
  expect([answer.status, answer.headers['content-type']]).toEqual([200, 'application/x-ndjson']);
  expect(answer.headers['millrace-next']).toBeUndefined();
  const lines = answer.text.split('\n');
  expect(lines).toHaveLength(4);
  expect(lines[0]).toContain('"record":{"objectID":"r2","n":12345678901234567890,"text":""}');
  expect(JSON.parse(lines[1] ?? '')).toMatchObject({ position: 3, text: '"x', stage: 'source' });
  expect(JSON.parse(lines[2] ?? '')).toMatchObject({ record: { objectID: 'p', text: 'a\nb' } });
});

test('a download that is too large for one answer goes on where the one before ended', async () => {
  const many = Array.from({ length: 90 }, (_, index) => rejection(index + 1, 20_000));
  const { runID } = await storeRun(many);
  const positions: number[] = [];
  let after: string | undefined = '0';
  let answers = 0;
  while (after !== undefined) {
    const url: string = `/ext/1/runs/${runID}/rejected?format=ndjson&after=${after}`;
    const answer = await api.send({ method: 'GET', url });
    // As an invocation answers it: JSON in which each quote of a line takes two bytes.
    expect(Buffer.byteLength(JSON.stringify(answer.text))).toBeLessThan(6_000_000);
    const lines = answer.text.trimEnd().split('\n');
    positions.push(...lines.map((line) => (JSON.parse(line) as { position: number }).position));
    after = answer.headers['millrace-next'];
    answers += 1;
  }
  expect(answers).toBe(2);
  expect(positions).toEqual(many.map(({ position }) => position));
});

test('a list of large records leaves them to the download', async () => {
  const { runID } = await storeRun([rejection(1, 20_000)]);
  const { body } = await call('GET', `/ext/1/runs/${runID}/rejected`);
  expect(body['rejected']).toMatchObject([{ position: 1, sizeBytes: expect.any(Number) }]);
  expect(JSON.stringify(body).length).toBeLessThan(1_000);
});

test('a replay is a run of its own, the same for a repeat under one key', async () => {
  const run = await storeRun([rejection(2), rejection(5)]);
  const url = `/ext/1/runs/${run.runID}/replay`;
  const headers = { 'idempotency-key': newID() };
  const first = await call('POST', url, undefined, headers);
  expect(first).toEqual({
    status: 200,
    body: { runID: expect.any(String), createdAt: expect.stringMatching(WIRE_DATE) },
  });
  expect(await call('POST', url, undefined, headers)).toEqual(first);
  const other = await call('POST', url, { positions: [5] });
  expect(other.body['runID']).not.toBe(first.body['runID']);
  const shown = await api.client.getRun({ runID: String(first.body['runID']) });
  expect(shown).toMatchObject({ type: 'update', status: 'created', taskID: run.taskID });
});

test('a replay of a task that is disabled is refused', async () => {
  const run = await storeRun([rejection(2)]);
  await api.client.disableTask({ taskID: run.taskID });
  const { status, body } = await call('POST', `/ext/1/runs/${run.runID}/replay`);
  expect([status, body['message']]).toEqual([400, expect.stringContaining('disabled')]);
});

test('where nothing can be replayed the answer says why', async () => {
  const clean = await storeRun([]);
  const running = await storeRun([rejection(1)], { status: 'started' });
  const pushed = await storeRun([rejection(1)], { type: 'push' });
  const unread = await storeRun([UNREADABLE]);
  const failed = await storeRun([rejection(1)], { action: 'replace', outcome: 'failure' });
  const answers = await Promise.all(
    [clean, running, pushed, unread, failed].map(({ runID }) => call('POST', `/ext/1/runs/${runID}/replay`)),
  );
  expect(answers.map(({ status, body }) => [status, body['message']])).toEqual([
    [400, expect.stringContaining('rejected no records')],
    [409, expect.stringContaining('has not ended')],
    [400, expect.stringContaining('send the records again')],
    [400, expect.stringContaining('Give corrected ones in records')],
    [409, expect.stringContaining('left the index as it was')],
  ]);
});

test.each([
  [{ positions: ['2'] }, 'positions[0]: must be a number'],
  [{ positions: [4] }, 'positions[0]: names no rejected record of this run'],
  [{ records: [{ position: 2 }] }, 'records[0].record: is required'],
  [{ position: [2] }, 'Unrecognized key: "position"'],
])('a replay with %j is refused, naming the field', async (body, message) => {
  const { runID } = await storeRun([rejection(2)]);
  const answer = await call('POST', `/ext/1/runs/${runID}/replay`, body);
  expect([answer.status, answer.body['message']]).toEqual([400, expect.stringContaining(message)]);
});

test('of a run that is not there nothing is listed or replayed', async () => {
  for (const id of [UNKNOWN_ID, 'x']) {
    for (const query of ['', '?format=ndjson']) {
      expect((await call('GET', `/ext/1/runs/${id}/rejected${query}`)).status).toBe(404);
    }
    expect((await call('POST', `/ext/1/runs/${id}/replay`)).status).toBe(404);
  }
});
