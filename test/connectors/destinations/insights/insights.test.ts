import { expect, onTestFinished, test } from 'vitest';

import { insightsDestination } from '../../../../connectors/destinations/insights/index.ts';
import { Secret } from '../../../../core/foundation/secret.ts';
import { startInsightsServer } from '../../../support/insights-server.ts';
import { toBatch, type TestRecord } from '../../../support/record-batches.ts';
import { createQuickClock, signal } from '../search/open.ts';

const NOW = Date.parse('2026-01-01T00:00:00Z');

async function open(options: { apiKey?: string; hostKey?: string } = {}) {
  const clock = createQuickClock();
  const server = await startInsightsServer(() => NOW);
  onTestFinished(() => server.close());
  const destination = insightsDestination.open({
    applicationID: 'APP',
    apiKey: new Secret(options.apiKey ?? 'canary-key'),
    indexName: 'shop',
    action: 'append',
    runID: 'run-1',
    network: { allowPrivate: [], trustedHosts: [] },
    searchHosts: {},
    vendorHosts: { [options.hostKey ?? 'insights']: server.url },
    clock,
    maxRecordBytes: 100_000,
    beforeRequest: () => {},
  });
  return { server, clock, destination };
}

function event(number: number, fields: Record<string, unknown> = {}): TestRecord {
  const { objectID = `e${number}`, ...others } = fields;
  const whole = {
    objectID: String(objectID),
    eventName: 'Seen',
    eventType: 'view',
    userToken: `user-${number}`,
    objectIDs: ['p1'],
    ...others,
  };
  return whole;
}

function events(count: number): TestRecord[] {
  return Array.from({ length: count }, (_, number) => event(number));
}

test('events are sent in order, at most 1,000 per call, about the index of the destination', async () => {
  const { server, destination } = await open();
  const receipt = await destination.write(toBatch(events(2_300)), signal);
  expect(receipt).toEqual({ accepted: 2_300, rejected: [], publications: [] });
  expect(server.calls).toEqual([1_000, 1_000, 300]);
  expect(server.events.map(({ userToken }) => userToken)).toEqual(
    events(2_300).map(({ userToken }) => userToken),
  );
  const { objectID: _, ...sent } = event(0, { index: 'shop' });
  expect(server.events[0]).toEqual(sent);
  expect(server.headers[0]).toMatchObject({
    'x-algolia-application-id': 'APP',
    'x-algolia-api-key': 'canary-key',
  });
});

test('a call stays below 2 MB however large its events are', async () => {
  const { server, destination } = await open();
  const large = Array.from({ length: 50 }, (_, number) => event(number, { note: 'x'.repeat(100_000) }));
  expect(await destination.write(toBatch(large), signal)).toMatchObject({ accepted: 50, rejected: [] });
  // None was refused for its size.
  expect(server.calls).toHaveLength(server.headers.length);
});

test.each([
  ['eventName', { eventName: 'é' }],
  ['eventName', { eventName: 'x'.repeat(65) }],
  ['eventType', { eventType: 'purchase' }],
  ['eventSubtype', { eventSubtype: 'addToCart' }],
  ['userToken', { userToken: 'a b' }],
  ['userToken', { userToken: undefined }],
  ['index', { index: '' }],
  ['timestamp', { timestamp: NOW - 31 * 86_400_000 }],
  ['timestamp', { timestamp: 1.5 }],
  ['objectIDs', { objectIDs: undefined }],
  ['objectIDs', { objectIDs: Array.from({ length: 21 }, String) }],
  ['filters', { filters: ['brand:acme'] }],
  ['positions', { positions: [1, 2] }],
  ['currency', { currency: 'EURO' }],
])(
  'an event whose %s is invalid is rejected with its name, and those around it are sent',
  async (field, fields) => {
    const { server, destination } = await open();
    const receipt = await destination.write(toBatch([event(1), event(2, fields), event(3)]), signal);
    expect(receipt).toMatchObject({
      accepted: 2,
      rejected: [{ position: 2, objectID: 'e2', field, code: 'event.invalid', stage: 'destination' }],
    });
    expect(server.calls).toEqual([2]);
  },
);

test('an event that only Insights finds at fault is found by halving, and all others count once', async () => {
  const { server, destination } = await open();
  server.judge = ({ userToken }) => (userToken === 'user-137' ? 'queryID: unknown' : undefined);
  const receipt = await destination.write(toBatch(events(400)), signal);
  expect(receipt.accepted).toBe(399);
  expect(receipt.rejected).toMatchObject([
    { position: 138, objectID: 'e137', message: expect.stringContaining('queryID: unknown') },
  ]);
  expect(new Set(server.events.map(({ userToken }) => userToken)).size).toBe(399);
  expect(server.events).toHaveLength(399);
});

test('where every event is refused with the same words, the run ends instead of sending each by itself', async () => {
  const { server, destination } = await open();
  server.judge = () => 'the application has no Insights';
  await expect(destination.write(toBatch(events(1_000)), signal)).rejects.toMatchObject({
    code: 'destination.refuses_all',
  });
  expect(server.calls.length).toBeLessThan(60);
});

test('429 and 5xx are sent again, no sooner than the service asked', async () => {
  const { server, destination, clock } = await open();
  server.script.push(
    { status: 429, message: 'slow down', headers: { 'retry-after': '7' } },
    { status: 503, message: 'down' },
  );
  expect(await destination.write(toBatch(events(3)), signal)).toMatchObject({ accepted: 3 });
  expect(server.calls).toEqual([3, 3, 3]);
  expect(clock.slept[0]).toBeGreaterThanOrEqual(7_000);
});

test('a wrong key ends the run and says what to check, without the key', async () => {
  const { destination } = await open({ apiKey: 'wrong-key' });
  const error: Error = await destination.write(toBatch(events(1)), signal).then(
    () => Promise.reject(new Error('was taken')),
    (thrown) => thrown,
  );
  expect(error).toMatchObject({ code: 'destination.forbidden', disposition: 'fatal' });
  expect(error.message).toContain('right search');
  expect(error.message).not.toContain('wrong-key');
});

test('an application can have a host of its own', async () => {
  const { server, destination } = await open({ hostKey: 'insights:APP' });
  await destination.write(toBatch(events(1)), signal);
  expect(server.events).toHaveLength(1);
});

test('a deletion is refused, for events cannot be removed', async () => {
  const { destination } = await open();
  const deletion = { ...toBatch([{ objectID: 'a' }]), isDeletion: true };
  await expect(destination.write(deletion, signal)).rejects.toMatchObject({
    code: 'destination.cannot_delete',
  });
});
