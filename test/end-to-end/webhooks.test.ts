import { createHmac, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { callExtension } from '../support/call-extension.ts';
import { browse, finishedRun, startOneMachine, type OneMachine } from '../support/one-machine.ts';
import { createPipeline, type Pipeline } from '../support/pipeline.ts';
import { createPushPipeline } from '../support/push-pipeline.ts';
import { startSourceServer, type SourceServer } from '../support/source-server.ts';

let machine: OneMachine;
let server: SourceServer;

beforeAll(async () => {
  server = await startSourceServer();
  machine = await startOneMachine({
    environment: {
      MILLRACE_WEBHOOK_WINDOW_SECONDS: '1',
      // Not used here, but the queue and its function must not keep the machine from starting.
      MILLRACE_COMMERCETOOLS_PROJECTS: '{"a-project":"SOMEAPP"}',
    },
  });
});
afterAll(async () => {
  await machine.remove();
  await server.stop();
});

interface Hook {
  url: string;
  secret: string;
}

interface Ledger {
  deliveries: {
    senderID: string;
    status: string;
    duplicates: number;
    objectIDs: string[];
    runID: string | null;
    runStatus: string | null;
    runOutcome: string | null;
  }[];
  refused: { deliveries: number }[];
}

const call = <Answer>(method: string, path: string, body?: object): Promise<Answer> =>
  callExtension(machine, method, path, body);

async function send({ url, secret }: Hook, payload: unknown, id: string = randomUUID()): Promise<number> {
  const body = JSON.stringify(payload);
  const signature = new Webhook(secret).sign(id, new Date(), body);
  const headers = {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(Date.now() / 1000)),
    'webhook-signature': signature,
    'content-type': 'application/json',
  };
  return (await fetch(url, { method: 'POST', headers, body })).status;
}

/** A task from a file of these products, run once, with a webhook. */
async function setUp(products: object[]): Promise<Pipeline & { serve(products: object[]): void }> {
  const name = `products-${randomUUID().slice(0, 8)}`;
  const serve = (records: object[]) =>
    void server.files.set(`/${name}.json`, {
      body: JSON.stringify(records),
      contentType: 'application/json',
    });
  serve(products);
  const pipeline = await createPipeline(machine, {
    type: 'json',
    input: { url: `${server.url}/${name}.json` },
    indexName: name,
  });
  await machine.ingestion.updateTask({ taskID: pipeline.taskID, taskUpdate: { subscriptionAction: 'save' } });
  expect(await pipeline.run()).toMatchObject({ outcome: 'success' });
  return { ...pipeline, serve };
}

const ledgerOf = (taskID: string) => call<Ledger>('GET', `/ext/1/tasks/${taskID}/webhook/deliveries`);

/** The run that took the newest delivery, once it has ended. */
async function runOfNewest(taskID: string) {
  for (;;) {
    const [newest] = (await ledgerOf(taskID)).deliveries;
    if (newest?.runID) return finishedRun(machine, newest.runID);
    await delay(50);
  }
}

test('a signed hint writes what changed, deletes what is gone, and touches nothing else; a repeat does nothing', async () => {
  const { taskID, indexName, serve } = await setUp([
    { objectID: 'lamp', price: 10 },
    { objectID: 'chair', price: 20 },
    { objectID: 'table', price: 30 },
  ]);
  const hook = await call<Hook>('PUT', `/ext/1/tasks/${taskID}/webhook`, { scheme: 'standardWebhooks' });
  expect(hook.url).toBe(`${machine.connection.url}/hooks/${machine.connection.appID}.${taskID}`);
  serve([
    { objectID: 'lamp', price: 11 },
    { objectID: 'table', price: 33 },
  ]);

  expect(await send({ ...hook, secret: `whsec_${'A'.repeat(43)}=` }, { objectIDs: ['table'] })).toBe(401);
  expect(await send(hook, { objectIDs: ['lamp', 'chair'] }, 'event-1')).toBe(202);
  expect(await send(hook, { objectIDs: ['lamp', 'chair'] }, 'event-1')).toBe(202);
  const run = await runOfNewest(taskID);
  expect(run).toMatchObject({ type: 'update', outcome: 'success' });
  expect(await browse(machine, indexName)).toEqual(
    new Map([
      ['lamp', { price: 11 }],
      ['table', { price: 30 }],
    ]),
  );

  expect(await send(hook, { objectIDs: ['lamp', 'chair'] }, 'event-1')).toBe(202);
  expect(await send(hook, { objectID: 'table' }, 'event-2')).toBe(202);
  const next = await runOfNewest(taskID);
  expect((await browse(machine, indexName)).get('table')).toEqual({ price: 33 });

  const { deliveries, refused } = await ledgerOf(taskID);
  expect(deliveries).toMatchObject([
    { senderID: 'event-2', status: 'taken', duplicates: 0, runID: next.runID, runOutcome: 'success' },
    { senderID: 'event-1', status: 'taken', duplicates: 2, runID: run.runID, runOutcome: 'success' },
  ]);
  expect(refused.reduce((sum, { deliveries }) => sum + deliveries, 0)).toBe(1);
  const { runs } = await machine.ingestion.listRuns({ taskID });
  expect(runs.filter(({ type }) => type === 'update')).toHaveLength(2);
}, 60_000);

test('a hint that names nothing reads the whole source, with the action of full runs', async () => {
  const { taskID, indexName, serve } = await setUp([{ objectID: 'a' }, { objectID: 'b' }]);
  const hook = await call<Hook>('PUT', `/ext/1/tasks/${taskID}/webhook`, { scheme: 'github' });
  serve([{ objectID: 'b' }, { objectID: 'c' }]);
  const body = JSON.stringify({ ref: 'refs/heads/main' });
  const signature = createHmac('sha256', hook.secret).update(body).digest('hex');
  const headers = { 'x-hub-signature-256': `sha256=${signature}`, 'x-github-delivery': randomUUID() };
  expect((await fetch(hook.url, { method: 'POST', headers, body })).status).toBe(202);
  expect(await runOfNewest(taskID)).toMatchObject({ type: 'reindex', outcome: 'success' });
  expect([...(await browse(machine, indexName)).keys()].toSorted()).toEqual(['b', 'c']);
}, 60_000);

test('records in a delivery to a push task are in the index afterwards', async () => {
  const { taskID, indexName } = await createPushPipeline(machine, `pushed-${randomUUID().slice(0, 8)}`);
  await machine.ingestion.updateTask({ taskID, taskUpdate: { subscriptionAction: 'save' } });
  const hook = await call<Hook>('PUT', `/ext/1/tasks/${taskID}/webhook`, { scheme: 'bearer' });
  const headers = { authorization: `Bearer ${hook.secret}`, 'content-type': 'application/json' };
  const post = (body: string) => fetch(hook.url, { method: 'POST', headers, body });
  expect((await post(JSON.stringify([{ objectID: 'a', stock: 1 }, { objectID: 'b' }]))).status).toBe(202);
  expect(await runOfNewest(taskID)).toMatchObject({ type: 'push', outcome: 'success' });
  expect((await browse(machine, indexName)).get('a')).toEqual({ stock: 1 });
  expect((await post('[{"stock":2}]')).status).toBe(400);
  expect((await post(JSON.stringify({ objectID: 'c', text: 'x'.repeat(1_048_576) }))).status).toBe(413);
}, 60_000);
