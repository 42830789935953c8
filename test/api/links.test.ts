import { DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Context, SQSRecord } from 'aws-lambda';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { callHandler } from '../support/api-client.ts';
import { startApi, type ApiService } from '../support/api-service.ts';
import { HostedSide, startHostedWorld, type HostedWorld } from '../support/hosted-world.ts';
import { UNKNOWN_ID, WIRE_DATE } from '../support/resources.ts';
import { TEST_CREDENTIALS } from '../support/table.ts';

let api: ApiService;
let world: HostedWorld;
let side: HostedSide;
let poller: { stop(): Promise<void> };

beforeAll(async () => {
  api = await startApi();
  // Read by the first request: on a busy machine the poller may take its time.
  process.env['WATCH_SECONDS'] = '20';
});
afterAll(async () => {
  await api.stop();
});
beforeEach(async () => {
  world = await startHostedWorld(api);
  side = new HostedSide(api, world.hosted);
  Object.assign(process.env, {
    INGESTION_HOSTS: JSON.stringify({ [world.hosted.appID]: { us: world.us.url, eu: world.eu.url } }),
    ALLOW_PRIVATE: '127.0.0.0/8',
    TRUSTED_HOSTS: '',
  });
  poller = startPoller();
});
afterEach(async () => {
  await poller.stop();
  await world.stop();
});

/** The function that is deployed, fed by the queue: made anew, so that it reads the hosts of this test. */
function startPoller() {
  const client = new SQSClient({ ...TEST_CREDENTIALS, endpoint: api.endpoints.sqs });
  const QueueUrl = api.linksQueueUrl;
  const stopped = new AbortController();
  const work = async () => {
    const { createHandler } = await import('../../lambdas/poll-link/handler.ts');
    const { createAwsLinkWork } = await import('../../lambdas/poll-link/create-link-work.ts');
    const linkWork = createAwsLinkWork();
    const handle = createHandler(() => linkWork);
    while (!stopped.signal.aborted) {
      const { Messages = [] } = await client.send(
        new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 0 }),
      );
      for (const { Body = '', ReceiptHandle } of Messages) {
        await handle({ body: Body } as SQSRecord, { getRemainingTimeInMillis: () => 90_000 } as Context);
        await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
      }
      if (Messages.length === 0) await delay(20);
    }
  };
  const done = work();
  return {
    async stop() {
      stopped.abort();
      await done;
    },
  };
}

async function send(method: string, path: string, body?: object) {
  const { appID, apiKey } = world.own;
  const headers = { 'x-algolia-application-id': appID, 'x-algolia-api-key': apiKey };
  const answer = await callHandler(api.handler, {
    method,
    url: path,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  // oxlint-disable-next-line typescript/no-explicit-any -- what stands in it is what the tests assert
  return { status: answer.status, body: JSON.parse(answer.text) as any, text: answer.text };
}

async function createLink(body: object = {}) {
  const { appID: applicationID, apiKey } = world.hosted;
  return send('POST', '/ext/1/links', { applicationID, region: 'us', apiKey, ...body });
}

describe('a link', () => {
  test('says when it is made whether the tasks are there', async () => {
    await side.createTask();
    const { status, body } = await createLink();
    expect(status).toBe(200);
    expect(body).toEqual({
      linkID: expect.any(String),
      applicationID: world.hosted.appID,
      region: 'us',
      apiKey: null,
      taskIDs: null,
      status: 'active',
      message: 'Tasks, runs and events are copied.',
      checkedAt: expect.stringMatching(WIRE_DATE),
      createdAt: expect.stringMatching(WIRE_DATE),
      updatedAt: expect.stringMatching(WIRE_DATE),
    });
  });

  test('to the wrong region is warned of when it is made', async () => {
    await side.createTask();
    world.eu.empty = true;
    const { body } = await createLink({ region: 'eu' });
    expect(body.status).toBe('wrongRegion');
    expect(body.message).toContain('make one for us');
  });

  test('is listed, shown, changed and deleted, and its key is never shown', async () => {
    const taskID = await side.createTask();
    const created = await createLink();
    const path = `/ext/1/links/${created.body.linkID}`;
    const changed = await send('PATCH', path, { taskIDs: [taskID] });
    expect(changed.body).toMatchObject({ taskIDs: [taskID], status: 'active' });
    const same = await send('PATCH', path, { apiKey: null });
    const [shown, listed] = await Promise.all([send('GET', path), send('GET', '/ext/1/links?region=us')]);
    expect(shown.body.linkID).toBe(created.body.linkID);
    expect(listed.body).toMatchObject({ links: [shown.body], pagination: { nbItems: 1 } });
    for (const { text } of [created, changed, same, shown, listed])
      expect(text).not.toContain(world.hosted.apiKey);

    const stored = await world.dependencies.links.get(world.own.appID, created.body.linkID);
    expect(JSON.stringify(stored) + api.logLines.join('')).not.toContain(world.hosted.apiKey);

    expect((await send('DELETE', path)).status).toBe(200);
    expect((await send('GET', path)).status).toBe(404);
  });

  test('with a region that is none, or an application ID that is none, is a 400 that says so', async () => {
    const wrong = await createLink({ region: 'de' });
    expect(wrong).toMatchObject({ status: 400 });
    expect(wrong.body.message).toContain('region');
    expect((await createLink({ applicationID: 'a/b' })).status).toBe(400);
  });
});

describe('a hosted task', () => {
  test('is listed with those of our own and of its link, and takes changes only where it is', async () => {
    const taskID = await side.createTask();
    const { body } = await createLink();
    const { tasks } = await world.own.client.listTasks({});
    expect(tasks.map((task) => task.taskID)).toEqual([taskID]);
    const listed = await send('GET', `/ext/1/links/${body.linkID}/tasks`);
    expect(listed.body.tasks).toEqual([{ task: tasks[0], cron: null }]);

    const changes = [
      send('PATCH', `/2/tasks/${taskID}`, { enabled: false }),
      send('PUT', `/2/tasks/${taskID}/disable`),
      send('DELETE', `/2/tasks/${taskID}`),
      send('DELETE', `/1/tasks/${taskID}`),
      send('PUT', `/ext/1/tasks/${taskID}/policy`, {}),
      send('POST', `/2/tasks/${taskID}/push`, { action: 'addObject', records: [{ objectID: '1' }] }),
    ];
    for (const { status, body: answer } of await Promise.all(changes)) {
      expect({ status, message: answer.message }).toEqual({
        status: 400,
        message: expect.stringContaining('at Algolia'),
      });
    }
  });

  test('is run where it is, and the answer names the run there', async () => {
    const taskID = await side.createTask();
    await createLink();
    const { runID } = await world.own.client.runTask({ taskID });
    const { runs } = await world.hosted.client.listRuns({});
    expect(runs.map((run) => run.runID)).toEqual([runID]);
    expect(await world.own.client.getRun({ runID })).toMatchObject({ appID: world.hosted.appID, taskID });
  });

  test('that was run shows among the starts of its link, and cannot be cancelled here', async () => {
    const taskID = await side.createTask();
    const { body } = await createLink();
    const { runID } = await world.own.client.runTask({ taskID });
    const starts = await send('GET', `/ext/1/links/${body.linkID}/starts`);
    expect(starts.body.starts).toMatchObject([{ taskID, runID, trigger: 'api', status: 'started' }]);
    const cancelled = await send('POST', `/ext/1/runs/${runID}/cancel`);
    expect(cancelled).toMatchObject({ status: 409 });
    expect(cancelled.body.message).toContain('at Algolia');
  });

  test('takes a webhook of ours, whatever starts it there', async () => {
    const taskID = await side.createTask();
    await createLink();
    const set = await send('PUT', `/ext/1/tasks/${taskID}/webhook`, { scheme: 'standardWebhooks' });
    expect(set.status).toBe(200);
    expect((await send('GET', `/ext/1/tasks/${taskID}/webhook/deliveries`)).body.deliveries).toEqual([]);
  });

  test('that cannot be run there is refused here with what Algolia says', async () => {
    const taskID = await side.createTask();
    await createLink();
    await world.hosted.client.disableTask({ taskID });
    await expect(world.own.client.runTask({ taskID })).rejects.toThrow(
      /Algolia answered 400: The task is disabled/,
    );
  });

  test('takes a schedule of ours, which stays when the task is copied again, and can be taken away', async () => {
    const taskID = await side.createTask();
    const { body } = await createLink();
    const path = `/ext/1/links/${body.linkID}/tasks/${taskID}/schedule`;
    expect((await send('PUT', path, { cron: '0 25 * * *' })).status).toBe(400);
    expect((await send('PUT', path, { cron: '0 3 * * *' })).body).toMatchObject({ cron: '0 3 * * *' });
    // There it has none.
    expect((await world.own.client.getTask({ taskID })).cron).toBeUndefined();
    await world.hosted.client.updateTask({ taskID, taskUpdate: { failureThreshold: 7 } });
    await send('PATCH', `/ext/1/links/${body.linkID}`, { apiKey: world.hosted.apiKey });
    const [copied] = (await send('GET', `/ext/1/links/${body.linkID}/tasks`)).body.tasks;
    expect(copied).toMatchObject({ cron: '0 3 * * *', task: { failureThreshold: 7 } });

    expect((await send('PUT', path, { cron: null })).body.cron).toBeNull();
    expect((await send('PUT', path.replace(taskID, UNKNOWN_ID), { cron: null })).status).toBe(404);
  });
});
