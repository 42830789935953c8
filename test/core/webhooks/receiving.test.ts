import { createHmac } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { newID } from '../../../core/foundation/ids.ts';
import { deliveriesPartition } from '../../../core/webhooks/delivery-items.ts';
import { createReceiveMessage } from '../../../core/webhooks/receive-message.ts';
import { createWebhookStore } from '../../../core/webhooks/webhook-store.ts';
import { readPartition } from '../../../core/resources/resource-reads.ts';
import { startTable, type TestTable } from '../../support/table.ts';
import { WebhookWorld } from '../../support/webhook-world.ts';

let table: TestTable;
beforeAll(async () => {
  table = await startTable();
});
afterAll(async () => {
  await table.stop();
});

const REFUSED = { kind: 'refused' };
const ACCEPTED = { kind: 'accepted' };

describe('what is not authentic', () => {
  test('gets one answer, whatever is wrong with it', async () => {
    const world = await WebhookWorld.create(table);
    const body = Buffer.from('{}');
    expect([
      await world.receive({}, body),
      await world.receive({ 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` }, body),
      await world.deliver({ objectID: 'a' }, newID(), 'another secret'),
      await world.receive({}, body, `${world.appID}.${newID()}`),
      await world.receive({}, body, `OTHERAPP.${world.taskID}`),
      await world.receive({}, body, 'nothing of the kind'),
      await world.receive({}, body, ''),
    ]).toEqual(Array.from({ length: 7 }, () => REFUSED));
    expect(world.queue).toEqual([]);
  });

  test('is counted by the hour and fills no table, however much comes', async () => {
    const world = await WebhookWorld.create(table);
    for (let index = 0; index < 20; index += 1) {
      await world.deliver({ objectID: `r${index}` }, newID(), 'another secret');
    }
    world.clock.advance(3_600_000);
    await world.deliver({ objectID: 'r' }, newID(), 'another secret');
    expect(await readPartition(table, deliveriesPartition(world.owner))).toHaveLength(2);
    expect(await world.ledger.listRefused(world.owner)).toEqual([
      { hour: '2026-03-01T11:00:00Z', deliveries: 1 },
      { hour: '2026-03-01T10:00:00Z', deliveries: 20 },
    ]);
    expect((await world.deliveries()).deliveries).toEqual([]);
  });

  test('for a hook that there is not leaves no trace', async () => {
    const world = await WebhookWorld.create(table);
    const owner = { appID: world.appID, taskID: newID() };
    await world.receive({}, Buffer.from('{}'), `${owner.appID}.${owner.taskID}`);
    expect(await readPartition(table, deliveriesPartition(owner))).toEqual([]);
  });
});

describe('the secret', () => {
  test('before a rotation is good for an hour beside the new one', async () => {
    const world = await WebhookWorld.create(table);
    expect(await world.deliver({ objectID: 'a' })).toEqual(ACCEPTED);
    const { secret } = await world.webhooks.rotate(world.owner, undefined);
    const fresh = secret?.reveal() ?? '';
    expect(await world.deliver({ objectID: 'b' }, newID(), fresh)).toEqual(ACCEPTED);
    expect(await world.deliver({ objectID: 'c' })).toEqual(ACCEPTED);
    world.clock.advance(59 * 60_000);
    expect(await world.deliver({ objectID: 'd' })).toEqual(ACCEPTED);
    world.clock.advance(60_000);
    expect(await world.deliver({ objectID: 'e' })).toEqual(REFUSED);
    expect(await world.deliver({ objectID: 'f' }, newID(), fresh)).toEqual(ACCEPTED);
  });

  test('of an earlier scheme is good no more', async () => {
    const world = await WebhookWorld.create(table);
    await world.deliver({ objectID: 'a' });
    const first = world.secret;
    const secret = await world.setScheme('bearer');
    world.secret = first;
    expect(await world.deliver({ objectID: 'b' })).toEqual(REFUSED);
    const headers = { authorization: `Bearer ${secret}` };
    expect(await world.receive(headers, Buffer.from('{"objectID":"c"}'))).toEqual(ACCEPTED);
  });

  test('is nowhere in the table as it is', async () => {
    const world = await WebhookWorld.create(table);
    await world.deliver({ objectID: 'a' });
    const rows = await readPartition(table, `${world.appID}#webhook`);
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toContain(world.secret);
  });
});

test('more deliveries within a minute than the limit are told when to come again, and those refused do not count', async () => {
  const world = await WebhookWorld.create(table, { limits: { webhookDeliveriesPerMinute: 2 } });
  for (let index = 0; index < 5; index += 1)
    await world.deliver({ objectID: 'x' }, newID(), 'another secret');
  expect(await world.deliver({ objectID: 'a' })).toEqual(ACCEPTED);
  expect(await world.deliver({ objectID: 'b' })).toEqual(ACCEPTED);
  expect(await world.deliver({ objectID: 'c' })).toEqual({ kind: 'limited', retryAfterSeconds: 60 });
  expect(await world.deliver({ objectID: 'x' }, newID(), 'another secret')).toEqual(REFUSED);
  world.clock.advance(60_000);
  expect(await world.deliver({ objectID: 'c' })).toEqual(ACCEPTED);
});

test('a trial delivery is kept as one that asks for nothing', async () => {
  const world = await WebhookWorld.create(table);
  const body = Buffer.from('{"zen":"Speak like a human."}');
  const headers = {
    'x-hub-signature-256': `sha256=${createHmac('sha256', world.secret).update(body).digest('hex')}`,
    'x-github-event': 'ping',
    'x-github-delivery': 'ping-1',
  };
  expect(await world.receive(headers, body)).toEqual(ACCEPTED);
  expect(await world.receive(headers, body)).toEqual(ACCEPTED);
  expect(world.queue).toEqual([]);
  expect((await world.deliveries()).deliveries).toMatchObject([{ status: 'ignored', duplicates: 1 }]);
});

test('pages of the ledger follow one another, the newest delivery first', async () => {
  const world = await WebhookWorld.create(table);
  for (let index = 0; index < 5; index += 1) {
    await world.deliver({ objectID: `r${index}` }, `event-${index}`);
    world.clock.advance(1_000);
  }
  const seen: string[] = [];
  let before: string | undefined;
  do {
    const page = await world.ledger.list(world.owner, { before, limit: 2 });
    seen.push(...page.deliveries.map(({ senderID }) => senderID));
    before = page.next;
  } while (before !== undefined);
  expect(seen).toEqual(['event-4', 'event-3', 'event-2', 'event-1', 'event-0']);
});

describe('records in a delivery', () => {
  const PUSH = { task: { sourceType: 'push', action: 'save', subscriptionAction: 'partial' } } as const;

  test('are pushed once, with the action of the subscription', async () => {
    const world = await WebhookWorld.create(table, PUSH);
    const records = [{ objectID: 'a', price: 1 }, { objectID: 'b' }];
    expect(await world.deliver(records, 'event-1')).toEqual(ACCEPTED);
    expect(await world.deliver(records, 'event-1')).toEqual(ACCEPTED);
    const runs = await world.runs();
    expect(runs).toMatchObject([{ type: 'push', push: { action: 'partialUpdateObject', recordCount: 2 } }]);
    expect(world.payloads.map((payload) => Buffer.from(payload).toString())).toEqual([
      '{"objectID":"a","price":1}\n{"objectID":"b"}\n',
    ]);
    expect((await world.deliveries()).deliveries).toMatchObject([
      { status: 'taken', runID: runs[0]?.runID, duplicates: 1, objectCount: 2 },
    ]);
  });

  test('can be one, or say themselves what is to be done', async () => {
    const world = await WebhookWorld.create(table, PUSH);
    await world.deliver({ objectID: 'a' });
    await world.deliver({ action: 'deleteObject', records: [{ objectID: 'b' }] });
    const actions = (await world.runs()).map(({ push }) => push?.action);
    expect(actions.toSorted()).toEqual(['deleteObject', 'partialUpdateObject']);
  });

  test('that cannot be pushed are refused by name, and can come again', async () => {
    const world = await WebhookWorld.create(table, PUSH);
    await expect(world.deliver([{ price: 1 }], 'event-1')).rejects.toThrow(
      'records[0].objectID: is required',
    );
    await expect(world.deliver({ action: 'clear', records: [{ objectID: 'a' }] })).rejects.toThrow('action');
    expect(await world.runs()).toEqual([]);
    expect(await world.deliver([{ objectID: 'a' }], 'event-1')).toEqual(ACCEPTED);
  });
});

describe('notifications of commercetools', () => {
  const notification = (projectKey: string, id: string) =>
    Buffer.from(
      JSON.stringify({
        projectKey,
        notificationType: 'Message',
        id,
        resource: { typeId: 'product', id: 'p-1' },
      }),
    );

  test('reach the tasks of the application that the deployment names for their project', async () => {
    const world = await WebhookWorld.create(table);
    await world.webhooks.set(world.owner, { scheme: 'commercetools', projectKey: 'my-project' });
    const accepted: string[] = [];
    const receiveMessage = createReceiveMessage({
      projects: { 'my-project': world.appID },
      webhooks: createWebhookStore({ ...table, clock: world.clock }),
      tasks: world.tasks,
      acceptDelivery: async ({ taskID }) => void accepted.push(taskID),
      log: { info: () => undefined, error: () => undefined },
    });
    await receiveMessage(notification('my-project', 'm-1'));
    await receiveMessage(notification('another', 'm-2'));
    expect(accepted).toEqual([world.taskID]);
    await expect(receiveMessage(Buffer.from('{'))).rejects.toThrow('cannot be read');
    expect(await world.receive({}, notification('my-project', 'm-3'))).toEqual(REFUSED);
  });

  test('of a project that the deployment does not name for the application are no scheme for its tasks', async () => {
    const world = await WebhookWorld.create(table);
    await expect(
      world.webhooks.set(world.owner, { scheme: 'commercetools', projectKey: 'another' }),
    ).rejects.toThrow('commercetoolsProjects');
  });
});
