import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { ChannelAnswer } from '../../../core/alerts/channel-port.ts';
import { AlertWorld, FAILED, SECRET, webhook, type Sent } from '../../support/alert-world.ts';
import { startTable, type TestTable } from '../../support/table.ts';

let table: TestTable;
beforeAll(async () => {
  table = await startTable();
});
afterAll(async () => table.stop());

const REFUSED: ChannelAnswer = { result: 'failed', statusCode: 503, answer: 'It answered with status 503.' };
const GONE: ChannelAnswer = { result: 'gone', statusCode: 410, answer: 'It answered with status 410.' };

function urlOf({ channel }: Sent): string {
  return 'url' in channel && typeof channel.url === 'string'
    ? (channel.url.split('/').at(-1) ?? '')
    : channel.type;
}

test('an alert that is refused is tried again by the schedule of Standard Webhooks, under one id, then given up', async () => {
  const world = new AlertWorld(table);
  world.answer = () => REFUSED;
  await world.createAlert();
  const begin = world.clock.now().getTime() + 1_000;
  const at: number[] = [];
  world.answer = () => {
    at.push(Math.round((world.clock.now().getTime() - begin) / 1000));
    return REFUSED;
  };
  await world.endAndHear(await world.createTask(), FAILED);
  await world.deliverUntil(world.clock.now().getTime() + 10_000);
  // What is due later is found by the sweep of that minute; no need to wait for each of the three days' minutes.
  for (let attempts = 3; attempts <= 10; attempts += 1) {
    const [{ dueAt = '' } = {}] = await world.deliveries.list(
      world.appID,
      (await world.incidents())[0]?.incidentID ?? '',
    );
    world.clock.advance(Date.parse(dueAt) - world.clock.now().getTime() - 30_000);
    await world.pass(1);
  }
  const waits = at.map((second, index) => second - (at[index - 1] ?? second)).slice(1);
  expect(waits).toEqual([5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400]);
  expect(new Set(world.sent.map(({ alert }) => alert.raised.deliveryID)).size).toBe(1);
  const [incident, failed] = await world.incidents();
  const [delivery] = await world.deliveries.list(world.appID, incident?.incidentID ?? '');
  expect(delivery).toMatchObject({ status: 'failed' });
  expect(delivery?.attempts).toHaveLength(10);
  expect(delivery?.attempts[9]).toMatchObject({ isDelivered: false, statusCode: 503 });
  expect(failed).toMatchObject({ cause: 'channelFailed', status: 'open' });
  await world.pass(3);
  expect(at).toHaveLength(10);
});

test('an attempt whose sender died is made again, and a doubled message makes none', async () => {
  const world = new AlertWorld(table);
  await world.createAlert();
  let deaths = 1;
  world.answer = () => {
    deaths -= 1;
    if (deaths >= 0) throw new Error('The function was stopped');
    return { result: 'delivered', statusCode: 204, answer: 'ok' };
  };
  const run = await world.endRun(await world.createTask(), FAILED);
  await expect(world.hearOf(run)).rejects.toThrow('stopped');
  await world.hearOf(run);
  expect(world.sent).toHaveLength(1);
  await world.pass(3);
  await world.hearOf(run);
  expect(world.sent).toHaveLength(2);
  const [incident] = await world.incidents();
  expect(await world.deliveries.list(world.appID, incident?.incidentID ?? '')).toMatchObject([
    { status: 'delivered', attempts: [{ isDelivered: true, statusCode: 204 }] },
  ]);
});

describe('a receiver that answers with 410', () => {
  test('is sent nothing more, another channel hears of it, and setting the channels turns it on again', async () => {
    const world = new AlertWorld(table);
    const alert = await world.createAlert({
      channels: [webhook('https://shop.example/gone'), { type: 'eventBridge' }],
    });
    world.answer = (sent) => (urlOf(sent) === 'gone' ? GONE : { result: 'delivered', answer: 'ok' });
    const taskID = await world.createTask();
    await world.endAndHear(taskID, FAILED);
    expect(world.sent.map(urlOf).sort()).toEqual(['eventBridge', 'eventBridge', 'gone']);
    expect(world.told()).toContain('channelFailed opened');
    const { body } = await world.alertStore.get(world.appID, alert.id);
    expect(body.channels[0]?.disabled?.reason).toContain('410');
    await world.endAndHear(taskID);
    expect(world.sent.map(urlOf).filter((name) => name === 'gone')).toHaveLength(1);

    world.answer = () => ({ result: 'delivered', answer: 'ok' });
    const [first] = body.channels;
    const channels = [
      { ...webhook('https://shop.example/back'), secret: null, channelID: first?.channelID },
      { type: 'eventBridge' as const },
    ];
    await world.alerts.update(world.appID, alert.id, { channels } as never, { isOperator: true });
    await world.endAndHear(taskID, FAILED);
    const back = world.sent.find((sent) => urlOf(sent) === 'back');
    expect(back?.channel.type === 'webhook' && back.channel.secret.reveal()).toBe(SECRET);
    expect(world.told()).toContain('channelFailed recovered');
  });

  test('is told to the other alerts where its own has no other channel', async () => {
    const world = new AlertWorld(table);
    await world.createAlert({ channels: [webhook('https://shop.example/gone')] });
    await world.createAlert({
      conditions: [{ type: 'taskBlocked' }],
      channels: [webhook('https://shop.example/other')],
    });
    world.answer = (sent) => (urlOf(sent) === 'gone' ? GONE : { result: 'delivered', answer: 'ok' });
    await world.endAndHear(await world.createTask(), FAILED);
    expect(world.sent.map(urlOf)).toEqual(['gone', 'other']);
  });

  test('makes no alert about an alert about an alert', async () => {
    const world = new AlertWorld(table);
    await world.createAlert({
      channels: ['gone', 'other'].map((name) => webhook(`https://shop.example/${name}`)),
    });
    const isAboutChannel = ({ alert }: Sent) => alert.raised.incidents[0]?.cause === 'channelFailed';
    world.answer = (sent) =>
      urlOf(sent) === 'gone' || isAboutChannel(sent) ? GONE : { result: 'delivered', answer: 'ok' };
    await world.endAndHear(await world.createTask(), FAILED);
    await world.pass(3);
    expect(world.sent.map(urlOf).toSorted()).toEqual(['gone', 'other', 'other']);
    const causes = (await world.incidents()).map(({ cause }) => cause);
    expect(causes.toSorted()).toEqual(['channelFailed', 'runFailed']);
  });
});

test('many incidents of a minute are told in one digest, all but the first few', async () => {
  const world = new AlertWorld(table);
  await world.createAlert();
  const taskIDs = await Promise.all(Array.from({ length: 12 }, () => world.createTask()));
  for (const taskID of taskIDs) await world.endAndHear(taskID, FAILED);
  expect(world.told()).toEqual(Array.from({ length: 5 }, () => 'runFailed opened'));
  await world.pass(3);
  const [digest, ...more] = world.sent.slice(5);
  expect(more).toEqual([]);
  expect(digest?.alert.raised).toMatchObject({
    transition: 'digest',
    title: '7 more incidents within a minute',
  });
  expect(digest?.alert.raised.incidents).toHaveLength(7);
  const digested = (await world.incidents())[11];
  expect(await world.deliveries.list(world.appID, digested?.incidentID ?? '')).toMatchObject([
    { status: 'inDigest', digestID: expect.any(String) },
  ]);
  world.clock.advance(60_000);
  await world.endAndHear(taskIDs[0] ?? '');
  expect(world.told().at(-1)).toBe('runFailed recovered');
});

test.each(['deleted', 'turned off'])(
  'what an alert has not delivered yet is not delivered once it is %s',
  async (fate) => {
    const world = new AlertWorld(table);
    world.answer = () => REFUSED;
    const alert = await world.createAlert();
    await world.endAndHear(await world.createTask(), FAILED);
    if (fate === 'deleted') await world.alertStore.delete(world.appID, alert.id);
    else await world.alerts.update(world.appID, alert.id, { enabled: false }, { isOperator: true });
    await world.pass(10);
    expect(world.sent).toHaveLength(1);
    const [incident] = await world.incidents();
    expect(await world.deliveries.list(world.appID, incident?.incidentID ?? '')).toMatchObject([
      { status: 'cancelled' },
    ]);
  },
);
