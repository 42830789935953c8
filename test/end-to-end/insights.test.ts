import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { TaskCreate } from 'algoliasearch';
import { afterAll, beforeAll, expect, test } from 'vitest';

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
  expect(insights.events).toHaveLength(2_499);
  expect(new Set(insights.events.map(({ userToken }) => userToken)).size).toBe(2_499);
  expect(insights.events[0]).toMatchObject({ index: 'products', eventName: 'Bought' });
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
