import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { createIncidentStore } from '../../core/alerts/incident-store.ts';
import { systemClock } from '../../core/foundation/clock.ts';
import { newID } from '../../core/foundation/ids.ts';
import { KEYS, startApi, type ApiService } from '../support/api-service.ts';
import { createRunnableTask, UNKNOWN_ID, WIRE_DATE } from '../support/resources.ts';

let api: ApiService;
beforeAll(async () => {
  api = await startApi();
});
afterAll(async () => api.stop());

const SECRET = `whsec_${Buffer.from('a secret canary of at least 24 bytes').toString('base64')}`;
const CHAT_URL = 'https://hooks.chat.example/services/secret-canary';
const TOPIC = 'arn:aws:sns:eu-west-1:123456789012:alerts';

const ALERT = {
  name: 'shop',
  conditions: [{ type: 'runFailed' }, { type: 'noRunWithin', minutes: 60 }],
  channels: [
    { type: 'email', to: ['owner@shop.example'] },
    { type: 'webhook', url: 'https://shop.example/alerts', secret: SECRET },
    { type: 'slack', url: CHAT_URL },
    { type: 'sns', topicARN: TOPIC },
    { type: 'eventBridge' },
  ],
};

interface Shown {
  alertID: string;
  channels: { channelID: string; type: string }[];
}

async function call(method: string, path: string, body?: unknown, apiKey?: string) {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const { status, text: answer } = await api.send({
    method,
    url: `/ext/1/${path}`,
    body: text,
    ...(apiKey === undefined ? {} : { headers: { 'x-algolia-api-key': apiKey } }),
  });
  return { status, body: JSON.parse(answer) as Record<string, unknown>, text: answer };
}

async function create(input: object = {}): Promise<Shown> {
  const { status, body } = await call('POST', 'alerts', { ...ALERT, ...input });
  expect(status).toBe(200);
  return body as unknown as Shown;
}

test('an alert is created, shown, listed, changed and deleted, its secrets always as null', async () => {
  const created = await create();
  const url = `alerts/${created.alertID}`;
  const shown = await call('GET', url);
  expect(shown.body).toMatchObject({
    name: 'shop',
    enabled: true,
    taskIDs: null,
    conditions: ALERT.conditions,
    channels: [
      { type: 'email', to: ['owner@shop.example'], disabled: null },
      { type: 'webhook', url: 'https://shop.example/alerts', secret: null },
      { type: 'slack', url: null },
      { type: 'sns', topicARN: TOPIC },
      { type: 'eventBridge' },
    ],
    createdAt: expect.stringMatching(WIRE_DATE),
  });
  expect(shown.body).toEqual(created);
  const changed = await call('PATCH', url, {
    enabled: false,
    channels: created.channels.map((channel) => ({ ...channel, disabled: undefined })),
  });
  expect(changed).toMatchObject({ status: 200, body: { enabled: false, channels: created.channels } });
  expect((await call('GET', 'alerts?enabled=false')).body['alerts']).toMatchObject([
    { alertID: created.alertID },
  ]);
  expect(await call('DELETE', url)).toMatchObject({ status: 200, body: { deletedAt: expect.any(String) } });
  expect((await call('GET', url)).status).toBe(404);
  expect(JSON.stringify([shown, changed, api.logLines])).not.toMatch(/whsec_|canary/);
});

describe('an alert is refused, by name of the field,', () => {
  test.each([
    [{ conditions: [] }, 'conditions'],
    [{ conditions: [{ type: 'noRunWithin' }] }, 'conditions[0].minutes'],
    [{ conditions: [{ type: 'noRunWithin', minutes: 31 * 1440 }] }, 'conditions[0].minutes'],
    [{ conditions: [{ type: 'whatever' }] }, 'conditions[0]'],
    [{ taskIDs: [UNKNOWN_ID] }, 'taskIDs[0]'],
    [{ channels: [] }, 'channels'],
    [{ channels: [{ type: 'email', to: ['nobody'] }] }, 'channels[0].to[0]'],
    [{ channels: [{ type: 'webhook', url: 'https://a.example', secret: 'short' }] }, 'channels[0].secret'],
    [{ channels: [{ type: 'webhook', url: 'https://a.example', secret: null }] }, 'channels[0].secret'],
    [{ channels: [{ type: 'webhook', url: 'file:///etc/passwd', secret: SECRET }] }, 'channels[0].url'],
    [{ channels: [{ type: 'sns', topicARN: TOPIC.replace('alerts', 'other') }] }, 'channels[0].topicARN'],
    [{ channels: [{ type: 'eventBridge', channelID: UNKNOWN_ID }] }, 'channels[0].channelID'],
  ])('%j', async (input, field) => {
    const { status, body } = await call('POST', 'alerts', { ...ALERT, ...input });
    expect(status).toBe(400);
    expect(body['message']).toContain(field);
  });

  test('when it is about the whole deployment, and not asked for with the key of the deployment', async () => {
    const { body } = await call('POST', 'keys', { acl: ['admin'] });
    const conditions = [{ type: 'dlqNotEmpty' }];
    expect((await call('POST', 'alerts', { ...ALERT, conditions }, String(body['key']))).status).toBe(400);
    expect((await call('POST', 'alerts', { ...ALERT, conditions })).status).toBe(200);
  });
});

test('an alert can be for some tasks, and for all again', async () => {
  const { taskID } = await createRunnableTask(api.client);
  const { alertID } = await create({ taskIDs: [taskID] });
  expect((await call('GET', `alerts/${alertID}`)).body['taskIDs']).toEqual([taskID]);
  expect((await call('PATCH', `alerts/${alertID}`, { taskIDs: null })).body['taskIDs']).toBeNull();
});

test('a test that nobody sends in time is shown as pending', async () => {
  const { alertID } = await create({ channels: [{ type: 'eventBridge' }] });
  const { status, body } = await call('POST', `alerts/${alertID}/test`);
  expect(status).toBe(200);
  expect(body['deliveries']).toMatchObject([{ channelType: 'eventBridge', status: 'pending', attempts: [] }]);
});

test('an incident is listed by its status, cause and task, and acknowledged once', async () => {
  const store = createIncidentStore({ ...api.table, clock: systemClock });
  const incidentID = newID();
  const at = '2026-01-08T16:47:44.456Z';
  await store.create(KEYS.appID, incidentID, {
    cause: 'runFailed',
    status: 'open',
    taskID: UNKNOWN_ID,
    facts: {},
    openedAt: at,
    occurrences: 2,
    lastOccurredAt: at,
  });
  const filters = `status=open&cause=runFailed,runHeld&taskID=${UNKNOWN_ID}`;
  expect((await call('GET', `incidents?${filters}`)).body).toMatchObject({
    incidents: [{ incidentID, occurrences: 2, acknowledgedAt: null, openedAt: '2026-01-08T16:47:44Z' }],
    pagination: { nbItems: 1 },
  });
  expect((await call('GET', 'incidents?status=recovered')).body['incidents']).toEqual([]);
  const first = await call('POST', `incidents/${incidentID}/acknowledge`);
  expect(first.body['acknowledgedAt']).toMatch(WIRE_DATE);
  expect((await call('POST', `incidents/${incidentID}/acknowledge`)).body).toEqual(first.body);
  expect((await call('GET', `incidents/${incidentID}`)).body).toEqual(first.body);
  expect((await call('GET', `incidents/${incidentID}/deliveries`)).body).toEqual({ deliveries: [] });
});
