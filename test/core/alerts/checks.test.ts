import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { createDeliveryLedger } from '../../../core/webhooks/delivery-ledger.ts';
import { AlertWorld, FAILED } from '../../support/alert-world.ts';
import { startTable, type TestTable } from '../../support/table.ts';

let table: TestTable;
beforeAll(async () => {
  table = await startTable();
});
afterAll(async () => table.stop());

const SILENCE = { conditions: [{ type: 'noRunWithin', minutes: 10 }] };

describe('the dead-man switch', () => {
  test('goes off once when no run was started for so long, and recovers with the next run, whatever its end', async () => {
    const world = new AlertWorld(table);
    const taskID = await world.createTask();
    await world.createAlert(SILENCE);
    await world.pass(9);
    expect(world.told()).toEqual([]);
    await world.pass(10);
    expect(world.told()).toEqual(['noRunWithin opened']);
    expect(world.sent[0]?.alert.rendered.text).toContain('No run of the task was started for 10 minutes.');
    await world.endAndHear(taskID, FAILED);
    expect(world.told()).toEqual(['noRunWithin opened', 'noRunWithin recovered']);
    await world.pass(15);
    expect(world.told().slice(2)).toEqual(['noRunWithin opened']);
  });

  test('stays quiet while runs are started, for tasks that are turned off, and for those that are pushed to', async () => {
    const world = new AlertWorld(table);
    const taskID = await world.createTask();
    await world.createTask({ enabled: false });
    await world.createTask({ sourceType: 'push' });
    await world.createAlert(SILENCE);
    for (let round = 0; round < 3; round += 1) {
      await world.pass(8);
      await world.endRun(taskID);
    }
    expect(world.told()).toEqual([]);
  });

  test('is looked after no more once the alert is deleted', async () => {
    const world = new AlertWorld(table);
    await world.createTask();
    const alert = await world.createAlert(SILENCE);
    await world.alertStore.delete(world.appID, alert.id);
    await world.pass(4);
    world.queue.length = 0;
    await world.pass(1);
    expect(world.queue).toEqual([]);
    expect(world.told()).toEqual([]);
  });

  test('looks at every task, a hundred a minute', async () => {
    const world = new AlertWorld(table);
    const taskIDs: string[] = [];
    for (let task = 0; task < 103; task += 1) {
      world.clock.advance(1);
      taskIDs.push(await world.createTask());
    }
    await world.createAlert({ conditions: [{ type: 'noRunWithin', minutes: 60 }] });
    world.clock.advance(2 * 60 * 60_000);
    for (const taskID of taskIDs.slice(0, 100)) await world.endRun(taskID);
    await world.pass(1);
    expect(await world.incidents()).toHaveLength(0);
    await world.pass(1);
    expect(await world.incidents()).toHaveLength(3);
  });
});

describe('a schedule', () => {
  const HOURLY = { cron: '30 * * * *', triggerType: 'schedule' } as const;
  const MISSED = { conditions: [{ type: 'scheduleMissed' }] };

  test('that started nothing alerts ten minutes later, names the instant, and recovers with the next run', async () => {
    const world = new AlertWorld(table);
    const taskID = await world.createTask(HOURLY);
    await world.createAlert(MISSED);
    await world.pass(38);
    expect(world.told()).toEqual([]);
    await world.pass(5);
    expect(world.told()).toEqual(['scheduleMissed opened']);
    expect(world.sent[0]?.alert.rendered.text).toContain('2026-03-01 10:30 UTC');
    await world.endAndHear(taskID);
    expect(world.told()).toEqual(['scheduleMissed opened', 'scheduleMissed recovered']);
  });

  test('that started its run is not missed', async () => {
    const world = new AlertWorld(table);
    const taskID = await world.createTask(HOURLY);
    await world.createAlert(MISSED);
    await world.pass(30);
    await world.endRun(taskID);
    await world.pass(20);
    expect(world.told()).toEqual([]);
  });
});

test('messages that nobody could handle alert the operator until there are none', async () => {
  const world = new AlertWorld(table);
  const runs = { queue: 'runs-dead-letters', count: 3 };
  world.deadLetters.push(runs, { queue: 'alerts-dead-letters', count: 0 });
  await world.createAlert({ conditions: [{ type: 'dlqNotEmpty' }] });
  await world.pass(4);
  expect(world.told()).toEqual(['dlqNotEmpty opened']);
  expect(world.sent[0]?.alert.rendered.text).toContain('runs-dead-letters holds 3 messages');
  runs.count = 0;
  await world.pass(2);
  expect(world.told()).toEqual(['dlqNotEmpty opened', 'dlqNotEmpty recovered']);
});

test.each([
  ['a subscription of the older generation', { triggerType: 'subscription' }],
  [
    'a schedule beside its subscription',
    { triggerType: 'schedule', cron: '0 3 1 * *', subscriptionAction: 'save' },
  ],
] as const)(
  'webhook deliveries that nobody signed alert once they are many, for a task with %s, and recover when a webhook starts a good run',
  async (_, trigger) => {
    const world = new AlertWorld(table);
    await world.createAlert({ conditions: [{ type: 'webhookSignatureFailures' }] });
    const taskID = await world.createTask(trigger);
    const ledger = createDeliveryLedger({ ...table, clock: world.clock });
    const refuse = () => ledger.countRefused({ appID: world.appID, taskID });
    for (let delivery = 0; delivery < 9; delivery += 1) await refuse();
    await world.pass(2);
    expect(world.told()).toEqual([]);
    await refuse();
    await world.pass(2);
    expect(world.told()).toEqual(['webhookSignatureFailures opened']);
    expect(world.sent[0]?.alert.rendered.text).toContain(
      '10 deliveries to the webhook of the task were refused',
    );
    await world.endAndHear(taskID);
    expect(world.told()).toHaveLength(1);
    await world.endAndHear(taskID, { trigger: { kind: 'webhook', key: 'w' } });
    expect(world.told()[1]).toBe('webhookSignatureFailures recovered');
  },
);
