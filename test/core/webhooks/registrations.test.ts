import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { createDestinationStore } from '../../../core/destinations/destination-store.ts';
import { newID } from '../../../core/foundation/ids.ts';
import { createRunStore } from '../../../core/runs/run-store.ts';
import { createStartRun } from '../../../core/runs/start-run.ts';
import { createSourceStore } from '../../../core/sources/source-store.ts';
import { createTaskStore } from '../../../core/tasks/task-store.ts';
import type { StartMessage } from '../../../core/triggers/start-message.ts';
import { createAskVendor } from '../../../core/webhooks/ask-vendor.ts';
import type { Registration } from '../../../core/webhooks/registration.ts';
import { createRegistrationStore } from '../../../core/webhooks/registration-store.ts';
import { createStartDueRegistration } from '../../../core/webhooks/start-due-registration.ts';
import { createSweepRegistrations } from '../../../core/webhooks/sweep-registrations.ts';
import { startTable, type TestTable } from '../../support/table.ts';
import { TestClock } from '../../support/test-clock.ts';

const HOUR = 60 * 60 * 1000;
const DAY = 24 * HOUR;

let table: TestTable;
beforeAll(async () => {
  table = await startTable();
});
afterAll(async () => {
  await table.stop();
});

/** A task of a shop whose webhook has been registered just now. */
async function createWorld() {
  const clock = new TestClock();
  const stores = { ...table, clock };
  const appID = `APP${newID().slice(0, 8)}`;
  const owner = { appID, taskID: newID() };
  const registrations = createRegistrationStore(stores);
  const sources = createSourceStore(stores);
  const tasks = createTaskStore(stores);
  const runStore = createRunStore(stores);
  const runQueue = { send: async () => undefined, sendAll: async () => undefined };
  const startRun = createStartRun({ runStore, runQueue, clock });
  const askVendor = createAskVendor({ registrations, sources, startRun, clock });
  const messages: Extract<StartMessage, { kind: 'registration' }>[] = [];
  const startQueue = {
    send: async (message: StartMessage) => {
      if (message.kind === 'registration' && message.appID === appID) messages.push(message);
    },
  };
  const source = await sources.create(appID, newID(), {
    type: 'bigcommerce',
    name: 'shop',
    input: { storeHash: 'abc' },
  });
  const destination = await createDestinationStore(stores).create(appID, newID(), {
    type: 'search',
    name: 'products',
    input: { indexName: 'products' },
  });
  await tasks.create(appID, owner.taskID, {
    sourceID: source.id,
    sourceType: 'bigcommerce',
    destinationID: destination.id,
    action: 'replace',
    subscriptionAction: 'save',
    triggerType: 'subscription',
    enabled: true,
    failureThreshold: 0,
  });
  const ask = (wanted: Registration['wanted'], before?: Registration) =>
    askVendor({
      wanted: { ...owner, url: 'https://shop.example.com/hooks/h', sourceID: source.id, wanted },
      before,
      trigger: { kind: 'api', key: newID() },
    });
  await ask('registered');
  const world = {
    clock,
    owner,
    registrations,
    sources,
    tasks,
    runStore,
    sourceID: source.id,
    ask,
    messages,
    find: () => registrations.find(owner),
    sweep: createSweepRegistrations({ registrations, startQueue }),
    startDue: createStartDueRegistration({ registrations, tasks, sources, askVendor, clock }),
    /** Sweeps, then does what the messages ask for; the run of the registration afterwards. */
    async look() {
      await world.sweep();
      for (let next = messages.shift(); next !== undefined; next = messages.shift())
        await world.startDue(next);
      const found = await world.find();
      return found && (await runStore.get(appID, found.runID));
    },
  };
  return world;
}

describe('the registration of a webhook', () => {
  test('comes with a run that carries the source, belongs to no task and says what is wanted', async () => {
    const world = await createWorld();
    const found = await world.find();
    expect(found).toMatchObject({ wanted: 'registered', topics: [] });
    expect(await world.runStore.get(world.owner.appID, found?.runID ?? '')).toMatchObject({
      type: 'validate',
      taskID: '00000000-0000-0000-0000-000000000000',
      registration: { taskID: world.owner.taskID, wanted: 'registered' },
      checkedSource: expect.stringContaining('"storeHash":"abc"'),
    });
  });

  test('is looked at again each day, by one run however often it is asked for', async () => {
    const world = await createWorld();
    const first = (await world.find())?.runID;
    world.clock.jump(DAY - 1_000);
    await world.sweep();
    expect(world.messages).toEqual([]);
    world.clock.jump(2_000);
    await world.sweep();
    await world.sweep();
    const [message] = world.messages;
    expect(world.messages).toHaveLength(2);
    const second = await world.look();
    expect(second?.runID).not.toBe(first);
    expect(second?.trigger.kind).toBe('schedule');
    if (message !== undefined) await world.startDue(message);
    expect((await world.find())?.runID).toBe(second?.runID);
    world.clock.jump(DAY);
    expect((await world.look())?.runID).not.toBe(second?.runID);
  });

  test('of a task that is gone is removed, and given up after a week of failures', async () => {
    const world = await createWorld();
    const { owner, clock } = world;
    await world.tasks.delete(owner.appID, owner.taskID);
    clock.jump(DAY + 1_000);
    expect(await world.look()).toMatchObject({ registration: { wanted: 'removed' } });
    clock.jump(HOUR + 1_000);
    expect(await world.look()).toMatchObject({ registration: { wanted: 'removed' } });
    clock.jump(7 * DAY);
    expect(await world.look()).toBeUndefined();
  });

  test('is forgotten where its source is gone too', async () => {
    const world = await createWorld();
    await world.tasks.delete(world.owner.appID, world.owner.taskID);
    await world.sources.delete(world.owner.appID, world.sourceID);
    world.clock.jump(DAY + 1_000);
    expect(await world.look()).toBeUndefined();
  });

  test('cannot be changed by somebody who has seen an earlier one', async () => {
    const world = await createWorld();
    const before = await world.find();
    await world.ask('registered', before);
    await expect(world.ask('removed', before)).rejects.toMatchObject({
      code: 'webhook.registration_changed',
    });
    expect(await world.find()).toMatchObject({ wanted: 'registered' });
  });

  test('keeps what a worker found, and forgets only what is still to be removed', async () => {
    const world = await createWorld();
    const { registrations, owner } = world;
    const at = { ...owner, url: 'https://shop.example.com/hooks/h' };
    await registrations.note(at, ['store/product/*']);
    await registrations.note({ ...at, url: 'https://elsewhere.example.com' }, ['wrong']);
    await registrations.forget(at);
    const found = await world.find();
    expect(found).toMatchObject({ topics: ['store/product/*'], checkedAt: expect.any(String) });
    await world.ask('removed', found);
    await registrations.note(at, ['wrong']);
    expect(await world.find()).toMatchObject({ wanted: 'removed', topics: ['store/product/*'] });
    await registrations.forget(at);
    expect(await world.find()).toBeUndefined();
  });
});
