import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { AlertWorld, BREACHED, FAILED, webhook } from '../../support/alert-world.ts';
import { startTable, type TestTable } from '../../support/table.ts';

let table: TestTable;
beforeAll(async () => {
  table = await startTable();
});
afterAll(async () => table.stop());

test('a failure is told once, its repeats are counted, and the next success is told once', async () => {
  const world = new AlertWorld(table);
  await world.createAlert();
  const taskID = await world.createTask();
  const first = await world.endAndHear(taskID, FAILED);
  const second = await world.endAndHear(taskID, FAILED);
  await world.endAndHear(taskID, FAILED);
  await world.hearOf(first);
  await world.hearOf(second);
  const success = await world.endAndHear(taskID);
  await world.hearOf(success);
  await world.endAndHear(taskID);
  expect(world.told()).toEqual(['runFailed opened', 'runFailed recovered']);
  expect(await world.incidents()).toMatchObject([
    { status: 'recovered', occurrences: 3, taskID, recoveredBy: { runID: success.runID } },
  ]);
});

test('a message that comes many times at once opens one incident and sends one alert', async () => {
  const world = new AlertWorld(table);
  await world.createAlert();
  const run = await world.endRun(await world.createTask(), FAILED);
  await Promise.all(Array.from({ length: 8 }, () => world.hearOf(run)));
  expect(world.told()).toEqual(['runFailed opened']);
  expect(await world.incidents()).toMatchObject([{ occurrences: 1 }]);
});

test('failures of several runs that are told of at once open one incident', async () => {
  const world = new AlertWorld(table);
  await world.createAlert();
  const taskID = await world.createTask();
  const runs = [await world.endRun(taskID, FAILED), await world.endRun(taskID, FAILED)];
  await Promise.all(runs.map((run) => world.hearOf(run)));
  expect(world.told()).toEqual(['runFailed opened']);
  expect(await world.incidents()).toHaveLength(1);
});

test('a failure that is told of only after a later success opens nothing that was closed', async () => {
  const world = new AlertWorld(table);
  await world.createAlert();
  const taskID = await world.createTask();
  await world.endAndHear(taskID, FAILED);
  const late = await world.endRun(taskID, FAILED);
  await world.endAndHear(taskID);
  await world.hearOf(late);
  expect(world.told()).toEqual(['runFailed opened', 'runFailed recovered']);
  expect(await world.incidents()).toHaveLength(1);
});

test('each task, and each cause, has an incident of its own', async () => {
  const world = new AlertWorld(table);
  await world.createAlert();
  const [one, other] = [await world.createTask(), await world.createTask()];
  await world.endAndHear(one, FAILED);
  await world.endAndHear(other, FAILED);
  await world.endAndHear(one, BREACHED);
  expect(world.told()).toEqual(['runFailed opened', 'runFailed opened', 'thresholdBreached opened']);
  await world.endAndHear(one);
  expect((await world.incidents()).map(({ status }) => status)).toEqual(['recovered', 'open', 'recovered']);
});

test('each record set of a task has incidents of its own, and ends those of before the sets were known', async () => {
  const world = new AlertWorld(table);
  await world.createAlert();
  const taskID = await world.createTask();
  await world.endAndHear(taskID, FAILED);
  await world.endAndHear(taskID, { ...FAILED, recordSet: 'fr' });
  await world.endAndHear(taskID, { recordSet: 'de' });
  expect(world.told()).toEqual(['runFailed opened', 'runFailed opened', 'runFailed recovered']);
  await world.endAndHear(taskID, { recordSet: 'fr' });
  expect(world.told().slice(3)).toEqual(['runFailed recovered']);
  expect((await world.incidents()).map(({ status }) => status)).toEqual(['recovered', 'recovered']);
});

describe('a run that is held', () => {
  const held = { records: 50, until: '2026-03-08T10:00:00.000Z', cause: 'The new index holds half.' };
  const HELD = {
    outcome: 'failure',
    reasonCode: 'lacking_events',
    reason: 'The new index holds half.',
    held,
  } as const;

  test('alerts as such, and recovers when it is approved', async () => {
    const world = new AlertWorld(table);
    await world.createAlert();
    const run = await world.endAndHear(await world.createTask(), HELD);
    const approved = await world.changeRun(run, { outcome: 'success', reasonCode: 'ok', held: undefined });
    await world.hearOf(approved);
    expect(world.told()).toEqual(['runHeld opened', 'runHeld recovered']);
  });

  test('is told no second time when it is discarded', async () => {
    const world = new AlertWorld(table);
    await world.createAlert();
    const run = await world.endAndHear(await world.createTask(), HELD);
    await world.hearOf(await world.changeRun(run, { held: undefined }));
    expect(world.told()).toEqual(['runHeld opened']);
    expect(await world.incidents()).toMatchObject([{ cause: 'runHeld', occurrences: 1 }]);
  });
});

test('a task that was turned off by itself alerts beside the run that caused it', async () => {
  const world = new AlertWorld(table);
  await world.createAlert({ conditions: [{ type: 'taskBlocked' }] });
  const taskID = await world.createTask();
  await world.endAndHear(taskID, FAILED);
  const run = await world.endRun(taskID, FAILED);
  const blocked = { at: run.finishedAt ?? '', reason: '5 runs in a row failed critically.' };
  await world.tasks.update(world.appID, taskID, ({ body }) => ({ ...body, enabled: false, blocked }));
  await world.hearOf(run);
  expect(world.told()).toEqual(['taskBlocked opened']);
});

test.each(['cancelled', 'blocking'] as const)('a run that ended as %s says nothing', async (reasonCode) => {
  const world = new AlertWorld(table);
  await world.createAlert();
  const taskID = await world.createTask();
  await world.endAndHear(taskID, FAILED);
  await world.endAndHear(taskID, { outcome: 'failure', reasonCode });
  expect(world.told()).toEqual(['runFailed opened']);
  expect(await world.incidents()).toMatchObject([{ status: 'open', occurrences: 1 }]);
});

describe('a run without records', () => {
  const EMPTY = { counts: { received: 0, applied: 0, unchanged: 0, rejected: 0 } };

  test('alerts where the runs before had some, until one has again', async () => {
    const world = new AlertWorld(table);
    await world.createAlert({ conditions: [{ type: 'noRecords' }] });
    const taskID = await world.createTask();
    for (let run = 0; run < 3; run += 1) await world.endAndHear(taskID);
    await world.endAndHear(taskID, EMPTY);
    await world.endAndHear(taskID, EMPTY);
    expect(world.told()).toEqual(['noRecords opened']);
    await world.endAndHear(taskID);
    expect(world.told()).toEqual(['noRecords opened', 'noRecords recovered']);
  });

  test('does not where they mostly had none', async () => {
    const world = new AlertWorld(table);
    await world.createAlert({ conditions: [{ type: 'noRecords' }] });
    const taskID = await world.createTask();
    for (const end of [{}, {}, EMPTY, EMPTY, EMPTY, EMPTY]) await world.endAndHear(taskID, end);
    expect(world.told()).toEqual([]);
  });
});

test('a run that is stuck alerts until it ends, however it ends', async () => {
  const world = new AlertWorld(table);
  await world.createAlert({ conditions: [{ type: 'runStuck' }] });
  const taskID = await world.createTask();
  const run = await world.endRun(taskID, { status: 'started', outcome: undefined, finishedAt: undefined });
  world.clock.advance(1_800_000);
  const stuck = { version: 1, kind: 'runStuck', appID: world.appID, runID: run.runID } as const;
  await world.handle({ ...stuck, at: world.clock.now().toISOString() });
  world.clock.advance(900_000);
  await world.handle({ ...stuck, at: world.clock.now().toISOString() });
  expect(world.told()).toEqual(['runStuck opened']);
  await world.endAndHear(taskID, FAILED);
  expect(world.told()).toEqual(['runStuck opened', 'runStuck recovered']);
});

test('what is wrong with a task is over when the task is deleted, and whoever heard of it hears why', async () => {
  const world = new AlertWorld(table);
  await world.createAlert();
  const [taskID, other] = [await world.createTask(), await world.createTask()];
  await world.endAndHear(taskID, FAILED);
  await world.endAndHear(other, FAILED);
  await world.tasks.delete(world.appID, taskID);
  const gone = { version: 1, kind: 'gone', appID: world.appID, subjectID: taskID } as const;
  await world.pass(3);
  await world.handle(gone);
  expect(world.told()).toEqual(['runFailed opened', 'runFailed opened', 'runFailed recovered']);
  expect(world.sent[2]?.alert.rendered.text).toContain('The task was deleted.');
  expect(await world.incidents()).toMatchObject([
    { taskID, status: 'recovered', recoveredBecause: 'The task was deleted.' },
    { taskID: other, status: 'open' },
  ]);
  expect(world.queue).toEqual([]);
});

test('that a channel failed is over when its alert is deleted', async () => {
  const world = new AlertWorld(table);
  const alert = await world.createAlert();
  world.answer = () => ({ result: 'gone', statusCode: 410, answer: 'It answered with status 410.' });
  await world.endAndHear(await world.createTask(), FAILED);
  const statuses = async () =>
    Object.fromEntries((await world.incidents()).map(({ cause, status }) => [cause, status]));
  expect(await statuses()).toEqual({ runFailed: 'open', channelFailed: 'open' });
  await world.alertStore.delete(world.appID, alert.id);
  await world.pass(1);
  expect(await statuses()).toEqual({ runFailed: 'open', channelFailed: 'recovered' });
});

describe('who is told', () => {
  test('only alerts that are on, for the task, and for the cause', async () => {
    const world = new AlertWorld(table);
    const [taskID, other] = [await world.createTask(), await world.createTask()];
    const url = (name: string) => ({ channels: [webhook(`https://shop.example/${name}`)] });
    await world.createAlert({ ...url('task'), taskIDs: [taskID] });
    await world.createAlert({ ...url('other-task'), taskIDs: [other] });
    await world.createAlert({ ...url('off'), enabled: false });
    await world.createAlert({ ...url('other-cause'), conditions: [{ type: 'thresholdBreached' }] });
    await world.endAndHear(taskID, FAILED);
    expect(world.sent.map(({ channel }) => 'url' in channel && channel.url)).toEqual([
      'https://shop.example/task',
    ]);
  });

  test('nobody by email where the task wants none, though by the other channels', async () => {
    const world = new AlertWorld(table);
    await world.createAlert({ channels: [{ type: 'email', to: ['owner@shop.example'] }, webhook()] });
    const taskID = await world.createTask({ notifications: { email: { enabled: false } } });
    await world.endAndHear(taskID, FAILED);
    expect(world.sent.map(({ channel }) => channel.type)).toEqual(['webhook']);
  });

  test('whom the deployment names, where the task asks for emails', async () => {
    const world = new AlertWorld(table, { recipient: 'operator@shop.example' });
    const taskID = await world.createTask({ notifications: { email: { enabled: true } } });
    await world.endAndHear(taskID, FAILED);
    await world.endAndHear(await world.createTask(), FAILED);
    expect(world.sent.map(({ channel }) => channel)).toEqual([
      { type: 'email', to: ['operator@shop.example'] },
    ]);
  });

  test('an alert that was made after the failure does not hear that it is over', async () => {
    const world = new AlertWorld(table);
    const taskID = await world.createTask();
    await world.endAndHear(taskID, FAILED);
    world.clock.advance(1_000);
    await world.createAlert();
    await world.endAndHear(taskID);
    expect(world.told()).toEqual([]);
  });
});
