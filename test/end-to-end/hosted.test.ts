import { setTimeout as delay } from 'node:timers/promises';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { startFailingProxy, type FailingProxy } from '../support/failing-proxy.ts';
import { historyOf } from '../support/hosted-world.ts';
import { finishedRun, startOneMachine, type OneMachine } from '../support/one-machine.ts';
import { createPipeline } from '../support/pipeline.ts';
import { startSourceServer, type SourceServer } from '../support/source-server.ts';

/** Runs on each side of the hosted machine's death; more by HOSTED_RUNS. */
const RUNS = Number(process.env['HOSTED_RUNS'] ?? 2);
/** With HOSTED_PATIENCE the copying waits for its minute, as it does for its owner. */
const IS_PATIENT = process.env['HOSTED_PATIENCE'] !== undefined;

let server: SourceServer;
let proxy: FailingProxy;
let hosted: OneMachine;
let own: OneMachine;

beforeAll(async () => {
  [server, proxy, hosted] = await Promise.all([startSourceServer(), startFailingProxy(), startOneMachine()]);
  proxy.target = hosted.connection.url;
  const hosts = { [hosted.connection.appID]: { us: proxy.url, eu: proxy.url } };
  own = await startOneMachine({ environment: { MILLRACE_INGESTION_HOSTS: JSON.stringify(hosts) } });
}, 120_000);

afterAll(async () => {
  await Promise.all([hosted.remove(), own.remove(), server.stop(), proxy.stop()]);
});

async function send(method: string, path: string, body: object): Promise<{ linkID: string; status: string }> {
  const { url, appID, apiKey } = own.connection;
  const answer = await fetch(`${url}${path}`, {
    method,
    headers: {
      'content-type': 'application/json',
      'x-algolia-application-id': appID,
      'x-algolia-api-key': apiKey,
    },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(await answer.text());
  return (await answer.json()) as { linkID: string; status: string };
}

test('the histories of two machines are equal after one that the other copies was throttled, slow and killed', async () => {
  server.files.set('/shop.csv', { body: 'sku,title\nA,Anvil\nB,Bolt\n' });
  const input = { url: `${server.url}/shop.csv`, uniqueIDColumn: 'sku' };
  const { taskID } = await createPipeline(hosted, {
    type: 'csv',
    input,
    indexName: 'shop',
    action: 'replace',
  });
  const runThere = async () => {
    for (let index = 0; index < RUNS; index += 1) {
      const { runID } = await hosted.ingestion.runTask({ taskID });
      await finishedRun(hosted, runID, 60);
    }
  };
  await runThere();
  const { appID: applicationID, apiKey } = hosted.connection;
  const { linkID, status } = await send('POST', '/ext/1/links', { applicationID, region: 'us', apiKey });
  expect(status).toBe('active');

  proxy.fault = (count) => {
    if (count % 5 === 1) return { status: 429 };
    return count % 7 === 2 ? { status: 503 } : { delayMilliseconds: 20 };
  };
  await hosted.kill('SIGKILL');
  await send('PATCH', `/ext/1/links/${linkID}`, { taskIDs: null });
  hosted = await hosted.restart();
  proxy.target = hosted.connection.url;
  await runThere();

  // A run that the machine here asks of the one there.
  proxy.fault = () => ({ delayMilliseconds: 20 });
  const { runID } = await own.ingestion.runTask({ taskID });
  await finishedRun(hosted, runID, 60);

  const expected = await historyOf(hosted.ingestion);
  expect(expected.runs).toHaveLength(2 * RUNS + 1);
  for (let attempt = 0; attempt < 60; attempt += 1) {
    const { runs, events } = await historyOf(own.ingestion);
    const isEnded = runs.every(({ status: now }) => now === 'finished');
    if (isEnded && runs.length === expected.runs.length && events.length === expected.events.length) break;
    if (!IS_PATIENT) await send('PATCH', `/ext/1/links/${linkID}`, { taskIDs: null });
    await delay(IS_PATIENT ? 5_000 : 500);
  }
  const { runs, events, tasks } = await historyOf(own.ingestion);
  expect({ runs, events }).toEqual({ runs: expected.runs, events: expected.events });
  expect(tasks.map((task) => task.taskID)).toEqual([taskID]);
}, 480_000);
