import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { TaskCreate } from 'algoliasearch';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { callExtension } from '../support/call-extension.ts';
import { startInsightsServer, type InsightsServer } from '../support/insights-server.ts';
import { finishedRun, startOneMachine, type OneMachine } from '../support/one-machine.ts';

let machine: OneMachine;
let insights: InsightsServer;
let files: Server;

const EVENTS = Array.from({ length: 2_500 }, (_, number) => ({
  eventName: 'Bought',
  eventType: 'conversion',
  eventSubtype: 'purchase',
  userToken: number === 1_234 ? 'not a token' : `user-${number}`,
  timestamp: Date.now() - 3_600_000,
  objectIDs: [`p${number}`],
  currency: 'EUR',
}));

beforeAll(async () => {
  insights = await startInsightsServer();
  files = createServer((_, response) => response.end(JSON.stringify(EVENTS)));
  await new Promise<void>((resolve) => files.listen(0, '127.0.0.1', resolve));
  machine = await startOneMachine({
    environment: { MILLRACE_VENDOR_HOSTS: JSON.stringify({ insights: insights.url }) },
  });
}, 60_000);

afterAll(async () => {
  await machine.remove();
  insights.close();
  files.close();
});

async function createTask(action: TaskCreate['action']): Promise<string> {
  const { ingestion } = machine;
  const { authenticationID } = await ingestion.createAuthentication({
    type: 'algoliaInsights',
    name: 'events',
    input: { appID: 'SHOPAPP', apiKey: 'search-key' },
  });
  const { port } = files.address() as AddressInfo;
  const { sourceID } = await ingestion.createSource({
    type: 'json',
    name: 'events',
    input: { url: `http://127.0.0.1:${port}/events.json` },
  });
  const { destinationID } = await ingestion.createDestination({
    type: 'insights',
    name: 'events',
    authenticationID,
    input: { indexName: 'products' },
  });
  return (await ingestion.createTask({ sourceID, destinationID, action, failureThreshold: 10 })).taskID;
}

test('the events of a JSON file reach Insights once each, without the one that is invalid', async () => {
  const taskID = await createTask('append');
  const { runID } = await machine.ingestion.runTask({ taskID });
  const run = await finishedRun(machine, runID);
  expect(run).toMatchObject({ outcome: 'success', progress: { receivedNbOfEvents: expect.anything() } });
  const bought = insights.events.filter(({ eventName }) => eventName === 'Bought');
  expect(bought).toHaveLength(2_499);
  expect(new Set(bought.map(({ userToken }) => userToken)).size).toBe(2_499);
  expect(bought[0]).toMatchObject({ index: 'products' });
  const { events } = await machine.ingestion.listEvents({ runID });
  expect(JSON.stringify(events)).toContain('userToken');
});

test.each(['replace', 'save', 'partial', 'partialNoCreate'] as const)(
  'a task that would %s events is refused when it is created',
  async (action) => {
    await expect(createTask(action)).rejects.toMatchObject({
      status: 400,
      message: expect.stringContaining('append for destinations of type insights'),
    });
  },
);

test('a task that replaces cannot be given a destination for events later', async () => {
  const { ingestion } = machine;
  const { destinationID } = await ingestion.getTask({ taskID: await createTask('append') });
  const { sourceID } = await ingestion.createSource({
    type: 'json',
    name: 'other',
    input: { url: 'http://127.0.0.1:1/' },
  });
  const searching = await ingestion.createDestination({
    type: 'search',
    name: 'index',
    input: { indexName: 'products' },
  });
  const { taskID } = await ingestion.createTask({
    sourceID,
    destinationID: searching.destinationID,
    action: 'replace',
  });
  await expect(ingestion.updateTask({ taskID, taskUpdate: { destinationID } })).rejects.toMatchObject({
    status: 400,
  });
});

describe('events that are pushed', () => {
  async function createPushTask() {
    const { ingestion } = machine;
    const { authenticationID } = await ingestion.createAuthentication({
      type: 'algoliaInsights',
      name: 'events',
      input: { appID: 'SHOPAPP', apiKey: 'search-key' },
    });
    const { sourceID } = await ingestion.createSource({ type: 'push', name: 'events' });
    const { destinationID } = await ingestion.createDestination({
      type: 'insights',
      name: 'events',
      authenticationID,
      input: { indexName: 'pushed-events' },
    });
    return (await ingestion.createTask({ sourceID, destinationID, action: 'append' })).taskID;
  }

  const eventOf = (objectID: string, userToken: string) => ({
    objectID,
    eventName: 'Seen',
    eventType: 'view',
    userToken,
    objectIDs: ['p1'],
  });

  const sent = (prefix: string) =>
    insights.events.filter(({ userToken }) => String(userToken).startsWith(prefix));

  test('are sent once each, without the objectID that every record of a push has', async () => {
    const taskID = await createPushTask();
    const records = Array.from({ length: 1_200 }, (_, number) => eventOf(`${number}`, `pushed-${number}`));
    const { eventID, runID } = await machine.ingestion.pushTask({
      taskID,
      watch: true,
      pushTaskPayload: { action: 'addObject', records },
    });
    expect(await machine.ingestion.getEvent({ runID, eventID: eventID ?? '' })).toMatchObject({
      status: 'succeeded',
      batchSize: 1_200,
    });
    const events = sent('pushed-');
    expect(new Set(events.map(({ userToken }) => userToken)).size).toBe(1_200);
    expect(events).toHaveLength(1_200);
    expect(events[0]).toEqual({
      eventName: 'Seen',
      eventType: 'view',
      userToken: 'pushed-0',
      objectIDs: ['p1'],
      index: 'pushed-events',
    });
  });

  test('that Insights would refuse are rejected by themselves, and can be listed and read', async () => {
    const taskID = await createPushTask();
    const records = [eventOf('a', 'good-1'), eventOf('b', 'not a token'), eventOf('c', 'good-2')];
    const { events, runID } = await machine.ingestion.pushTask({
      taskID,
      watch: true,
      pushTaskPayload: { action: 'addObject', records },
    });
    expect(events).toMatchObject([
      {
        status: 'failed',
        data: { applied: 2, rejected: 1, reasons: [{ objectID: 'b', code: 'event.invalid' }] },
      },
    ]);
    expect(sent('good-').map(({ userToken }) => userToken)).toEqual(['good-1', 'good-2']);
    const kept = await callExtension<{ records: unknown[] }>(machine, 'GET', `/ext/1/runs/${runID}/rejected`);
    expect(JSON.stringify(kept)).toContain('userToken must have 1 to 129 characters');
  });

  test.each(['deleteObject', 'partialUpdateObject', 'clear'] as const)(
    'are never changed or removed: %s is refused',
    async (action) => {
      const taskID = await createPushTask();
      const records = [eventOf('a', 'refused-1')];
      await expect(
        machine.ingestion.pushTask({ taskID, pushTaskPayload: { action, records } }),
      ).rejects.toMatchObject({
        status: 400,
        message: expect.stringContaining('action: must be addObject for destinations of type insights'),
      });
    },
  );

  test('have no index to be pushed by', async () => {
    await createPushTask();
    await expect(
      machine.ingestion.push({
        indexName: 'pushed-events',
        pushTaskPayload: { action: 'addObject', records: [eventOf('a', 'by-index')] },
      }),
    ).rejects.toMatchObject({ status: 400, message: expect.stringContaining('no task found') });
  });
});
