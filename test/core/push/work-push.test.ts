import { afterAll, beforeAll, expect, test } from 'vitest';

import { newID, newTimeOrderedID } from '../../../core/foundation/ids.ts';
import { joinLine, listLine, takePlace } from '../../../core/push/push-line.ts';
import type { PushReceipt } from '../../../core/push/push-destination.ts';
import { toPayload } from '../../../core/push/push-records.ts';
import { createWorkPush, type WorkPush } from '../../../core/push/work-push.ts';
import type { RejectedRecord } from '../../../core/records/rejected-record.ts';
import { createRunEventStore } from '../../../core/run-events/run-event-store.ts';
import { DestinationError } from '../../../core/runs/destination-error.ts';
import { NO_COUNTS } from '../../../core/runs/run-counts.ts';
import type { Run } from '../../../core/runs/run.ts';
import { EngineWorld } from '../../support/engine-world.ts';
import { rejectedOf } from '../../support/replays.ts';
import { startTable, type TestTable } from '../../support/table.ts';

let table: TestTable;
beforeAll(async () => {
  table = await startTable();
});
afterAll(() => table.stop());

const LEASE_KEY = 'SEARCH/things';

/** Pushes to one index of a world of their own; `written` is what the index was sent, in order. */
class PushWorld extends EngineWorld {
  readonly payloads = new Map<string, Uint8Array>();
  readonly written: string[] = [];
  readonly refused = new Set<string>();
  /** Called with each push that is written, before it counts; may throw. */
  onWrite = (_name: string): void => undefined;
  onWait = async (): Promise<void> => undefined;
  readonly work1: WorkPush;

  constructor() {
    super(table);
    this.work1 = createWorkPush(this.engine, {
      table,
      payloads: {
        read: async (key) => this.payloads.get(key),
        delete: async (key) => void this.payloads.delete(key),
      },
      openDestination: async () => ({
        write: async (batch): Promise<PushReceipt> => {
          const name = Buffer.from(batch.bytes).toString();
          this.onWrite(name);
          if (this.refused.has(name)) return { accepted: 0, rejected: [refusalOf(name)], publications: [] };
          this.written.push(name);
          return { accepted: batch.count, rejected: [], publications: [1] };
        },
        waitForPublication: () => this.onWait(),
      }),
    });
  }

  async push(objectID: string): Promise<Run & { push: NonNullable<Run['push']> }> {
    const line = { appID: this.appID, leaseKey: LEASE_KEY };
    const sequence = await takePlace(table, line);
    const createdAt = this.clock.now().toISOString();
    const payloadKey = newID();
    this.payloads.set(payloadKey, toPayload([{ objectID }]));
    const run: Run & { push: NonNullable<Run['push']> } = {
      runID: newID(),
      appID: this.appID,
      taskID: newID(),
      type: 'push',
      action: 'save',
      status: 'created',
      failureThreshold: 0,
      trigger: { kind: 'api', key: objectID },
      push: {
        action: 'addObject',
        indexName: 'things',
        eventID: newTimeOrderedID(this.clock.now()),
        sequence,
        recordCount: 1,
        payloadKey,
      },
      counts: NO_COUNTS,
      fence: 0,
      attempts: 0,
      stalls: 0,
      restarts: 0,
      revision: 0,
      leaseKey: LEASE_KEY,
      dueAt: createdAt,
      createdAt,
      updatedAt: createdAt,
    };
    await this.runStore.claim(run, {
      also: [joinLine(table.tableName, line, { runID: run.runID, createdAt, sequence })],
    });
    return run;
  }

  async apply(run: Run): Promise<void> {
    await this.work1(run, { remainingMilliseconds: () => this.remainingMilliseconds });
  }

  waiting = () => listLine(table, { appID: this.appID, leaseKey: LEASE_KEY }, 100);

  eventOf = ({ runID, push }: Run) =>
    createRunEventStore({ ...table, clock: this.clock }).get(this.appID, runID, push?.eventID ?? '');
}

function refusalOf(record: string): RejectedRecord {
  const content = { sizeBytes: record.length, record };
  return { position: 1, code: 'record.refused', message: 'No.', stage: 'destination', content };
}

const sent = (...ids: string[]) => ids.map((id) => `{"objectID":"${id}"}`);

test('the message of the last push applies all that wait, in the order of their acceptance', async () => {
  const world = new PushWorld();
  const ids = Array.from({ length: 23 }, (_, index) => `p${index}`);
  let last: Run | undefined;
  for (const id of ids) last = await world.push(id);
  if (last) await world.apply(last);
  expect(world.written).toEqual(sent(...ids));
  expect(await world.waiting()).toEqual([]);
  expect(world.payloads.size).toBe(0);
  expect(world.bus).toHaveLength(23);
});

test('the event is not there while the records are not published', async () => {
  const world = new PushWorld();
  const run = await world.push('a');
  const during: unknown[] = [];
  world.onWait = async () => void during.push(await world.eventOf(run));
  await world.apply(run);
  expect(during).toEqual([undefined]);
  expect(await world.eventOf(run)).toMatchObject({ status: 'succeeded', batchSize: 1 });
  expect(await world.read(run)).toMatchObject({ outcome: 'success', counts: { received: 1, applied: 1 } });
});

test('a push that its index does not take for now is tried again before any later one is written', async () => {
  const world = new PushWorld();
  const first = await world.push('a');
  await world.push('b');
  let refusals = 2;
  world.onWrite = () => {
    if (refusals-- > 0) throw new DestinationError('x', 'Busy', { disposition: 'retryable' });
  };
  await world.apply(first);
  expect(world.written).toEqual(sent('a', 'b'));
});

test('a push that its index refuses fails alone, with a critical event', async () => {
  const world = new PushWorld();
  const [first, second] = [await world.push('a'), await world.push('b')];
  world.onWrite = (name) => {
    if (name.includes('"a"')) throw new DestinationError('destination.forbidden', 'No right to write.');
  };
  await world.apply(second);
  expect(await world.eventOf(first)).toMatchObject({ status: 'critical' });
  expect(await world.read(first)).toMatchObject({ outcome: 'failure', reasonCode: 'critical' });
  expect(await world.read(second)).toMatchObject({ outcome: 'success' });
});

test('a push whose worker stopped after it was written is written again, before the later ones', async () => {
  const world = new PushWorld();
  const first = await world.push('a');
  await world.push('b');
  let isDown = true;
  world.onWait = async () => {
    if (isDown) throw new Error('The worker stopped');
  };
  await expect(world.apply(first)).rejects.toThrow('The worker stopped');
  expect(await world.eventOf(first)).toBeUndefined();
  isDown = false;
  await world.apply(first);
  expect(world.written).toEqual(sent('a', 'b', 'a', 'b'));
  expect(await world.waiting()).toEqual([]);
});

test('a push that stops its worker again and again is given up, and the later ones go on', async () => {
  const world = new PushWorld();
  const [first, second] = [await world.push('a'), await world.push('b')];
  world.onWrite = (name) => {
    if (name.includes('"a"')) throw new Error('The worker stopped');
  };
  for (let attempt = 0; attempt < world.engine.settings.maxStalls; attempt += 1) {
    await expect(world.apply(first)).rejects.toThrow('The worker stopped');
  }
  await world.apply(first);
  expect(await world.read(first)).toMatchObject({ outcome: 'failure', reasonCode: 'internal' });
  expect(await world.read(second)).toMatchObject({ outcome: 'success' });
});

test('records that expired before their index could be written are a failure that says so', async () => {
  const world = new PushWorld();
  const run = await world.push('a');
  world.payloads.clear();
  await world.apply(run);
  expect((await world.read(run)).reason).toMatch(/expired/);
});

test('while a run has the index, the oldest push asks again later and the others leave it to that one', async () => {
  const world = new PushWorld();
  const [first, second] = [await world.push('a'), await world.push('b')];
  const createdAt = world.clock.now().toISOString();
  const held = await world.leaseStore.acquire({
    appID: world.appID,
    key: LEASE_KEY,
    runID: 'another',
    createdAt,
    reserveSeconds: 0,
  });
  await world.apply(second);
  expect(world.queue).toEqual([]);
  await world.apply(first);
  expect(world.queue).toEqual([
    { message: expect.objectContaining({ runID: first.runID }), delaySeconds: 2 },
  ]);
  expect(world.written).toEqual([]);
  if ('lease' in held) await world.leaseStore.release(held.lease);
  await world.apply(first);
  expect(world.written).toEqual(sent('a', 'b'));
});

test('a push that is cancelled while it waits is never written, ends skipped, and its event says so', async () => {
  const world = new PushWorld();
  const [first, second] = [await world.push('a'), await world.push('b')];
  await world.runControl.cancel(world.appID, first.runID);
  expect(await world.eventOf(first)).toMatchObject({
    status: 'failed',
    data: { applied: 0, message: 'The run was cancelled. Nothing was written.' },
  });
  expect(await world.read(first)).toMatchObject({ status: 'skipped', reasonCode: 'cancelled' });
  expect((await world.waiting()).map(({ runID }) => runID)).toEqual([second.runID]);
  await world.apply(second);
  expect(world.written).toEqual(sent('b'));
  await expect(world.runControl.cancel(world.appID, first.runID)).rejects.toMatchObject({
    code: 'run.ended',
  });
});

test('a push that was begun can no longer be cancelled', async () => {
  const world = new PushWorld();
  const run = await world.push('a');
  const refusals: unknown[] = [];
  world.onWait = async () => {
    await world.runControl.cancel(world.appID, run.runID).catch((error: unknown) => refusals.push(error));
  };
  await world.apply(run);
  expect(refusals).toMatchObject([{ code: 'push.begun' }]);
  expect(await world.read(run)).toMatchObject({ outcome: 'success', counts: { applied: 1 } });
});

test('a push that is cancelled right before it is begun is left out, and the later ones are written', async () => {
  const world = new PushWorld();
  const [first, second] = [await world.push('a'), await world.push('b')];
  world.worker.beforeCall = async (call) => {
    if (call !== 'runStore.commit') return;
    world.worker.beforeCall = () => undefined;
    await world.runControl.cancel(world.appID, first.runID);
  };
  await world.apply(first);
  expect(world.written).toEqual(sent('b'));
  expect(await world.read(first)).toMatchObject({ status: 'skipped', reasonCode: 'cancelled' });
  expect(await world.read(second)).toMatchObject({ outcome: 'success' });
  expect(await world.waiting()).toEqual([]);
});

test('what does not fit into the time of one invocation goes on in the next', async () => {
  const world = new PushWorld();
  const run = await world.push('a');
  world.remainingMilliseconds = 1_000;
  await world.apply(run);
  expect(world.written).toEqual([]);
  expect(world.queue).toHaveLength(1);
});

test('what is refused of a push is kept once, though the worker that refused it died', async () => {
  const world = new PushWorld();
  for (const record of sent('a')) world.refused.add(record);
  const run = await world.push('a');
  world.worker.afterCall = (call) => {
    if (call === 'rejectedRecords.keep') world.worker.dieNow();
  };
  await expect(world.apply(run)).rejects.toThrow('The worker');
  expect(await rejectedOf(world, run)).toEqual([]);
  world.worker.afterCall = () => undefined;
  world.worker.revive();
  world.clock.advance(120_000);
  await world.apply(run);
  expect(await world.read(run)).toMatchObject({ status: 'finished', counts: { rejected: 1 } });
  expect(await rejectedOf(world, run)).toMatchObject([{ number: 1, content: { record: sent('a')[0] } }]);
  expect(JSON.stringify(await world.eventOf(run))).not.toContain('content');
});
