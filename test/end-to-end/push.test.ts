import { afterAll, beforeAll, expect, test } from 'vitest';

import { browse, finishedRun, startOneMachine, type OneMachine } from '../support/one-machine.ts';
import { createPushPipeline, searchThroughPushes } from '../support/push-pipeline.ts';

let machine: OneMachine;

beforeAll(async () => {
  machine = await startOneMachine();
}, 60_000);

afterAll(() => machine.remove());

const records = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ objectID: `id-${index}`, '7': index, text: 'ä\n"' }));

test('a watched push answers once its records can be searched', async () => {
  const { taskID } = await createPushPipeline(machine, 'watched');
  const answer = await machine.ingestion.pushTask({
    taskID,
    watch: true,
    pushTaskPayload: { action: 'addObject', records: records(3) },
  });
  expect(answer).toMatchObject({ data: null, events: [], message: '3 of 3 records were applied.' });
  expect((await browse(machine, 'watched')).size).toBe(3);
  const event = await machine.ingestion.getEvent({ runID: answer.runID, eventID: answer.eventID ?? '' });
  expect(event).toMatchObject({ type: 'record', status: 'succeeded', batchSize: 3 });
  const run = await finishedRun(machine, answer.runID);
  expect(run).toMatchObject({ type: 'push', outcome: 'success', taskID });
});

test('chunkedPush waits for the events of all its chunks, and then everything is searchable', async () => {
  const { indexName } = await createPushPipeline(machine, 'chunked');
  await machine.ingestion.chunkedPush({
    indexName,
    objects: records(250),
    batchSize: 50,
    waitForTasks: true,
  });
  const found = await browse(machine, indexName);
  expect(found.size).toBe(250);
  expect(found.get('id-249')).toMatchObject({ '7': 249, text: 'ä\n"' });
});

test('saveObjectsWithTransformation and partialUpdateObjectsWithTransformation go through pushes', async () => {
  const { indexName } = await createPushPipeline(machine, 'helpers');
  const search = searchThroughPushes(machine);
  await search.saveObjectsWithTransformation({ indexName, objects: records(5), waitForTasks: true });
  await search.partialUpdateObjectsWithTransformation({
    indexName,
    objects: [
      { objectID: 'id-1', price: 3 },
      { objectID: 'unknown', price: 4 },
    ],
    createIfNotExists: false,
    waitForTasks: true,
  });
  const found = await browse(machine, indexName);
  expect([...found.keys()].sort()).toEqual(['id-0', 'id-1', 'id-2', 'id-3', 'id-4']);
  expect(found.get('id-1')).toEqual({ '7': 1, text: 'ä\n"', price: 3 });
});

test('replaceAllObjectsWithTransformation fills a temporary index and moves it over the live one', async () => {
  const { indexName } = await createPushPipeline(machine, 'replaced');
  const search = searchThroughPushes(machine);
  await search.saveObjectsWithTransformation({
    indexName,
    objects: [{ objectID: 'old' }],
    waitForTasks: true,
  });
  await search.replaceAllObjectsWithTransformation({ indexName, objects: records(30), batchSize: 10 });
  const found = await browse(machine, indexName);
  expect(found.size).toBe(30);
  expect(found.has('old')).toBe(false);
});

test('50 quick pushes to one objectID are applied in the order in which they were accepted', async () => {
  const { taskID, indexName } = await createPushPipeline(machine, 'ordered');
  for (let version = 1; version <= 50; version += 1) {
    await machine.ingestion.pushTask({
      taskID,
      pushTaskPayload: { action: 'addObject', records: [{ objectID: 'same', version }] },
    });
  }
  await machine.ingestion.pushTask({
    taskID,
    watch: true,
    pushTaskPayload: { action: 'partialUpdateObject', records: [{ objectID: 'same', last: true }] },
  });
  expect((await browse(machine, indexName)).get('same')).toEqual({ version: 50, last: true });
});

test('each of the seven actions does what it does in the Search API', async () => {
  const { taskID, indexName } = await createPushPipeline(machine, 'actions');
  type Payload = Parameters<OneMachine['ingestion']['pushTask']>[0]['pushTaskPayload'];
  const apply = async (action: Payload['action'], pushed: Payload['records']) => {
    const answer = await machine.ingestion.pushTask({
      taskID,
      watch: true,
      pushTaskPayload: { action, records: pushed },
    });
    expect(answer.events).toEqual([]);
    return Object.fromEntries(await browse(machine, indexName).catch(() => new Map()));
  };
  expect(await apply('addObject', [{ objectID: 'a', x: 1 }])).toEqual({ a: { x: 1 } });
  expect(await apply('updateObject', [{ objectID: 'a', y: 1 }])).toEqual({ a: { y: 1 } });
  expect(await apply('partialUpdateObject', [{ objectID: 'b', z: 1 }])).toEqual({ a: { y: 1 }, b: { z: 1 } });
  expect(await apply('partialUpdateObjectNoCreate', [{ objectID: 'c', z: 1 }])).not.toHaveProperty('c');
  expect(await apply('deleteObject', [{ objectID: 'a' }])).toEqual({ b: { z: 1 } });
  expect(await apply('clear', [])).toEqual({});
  await apply('delete', []);
  const { items } = await machine.search.listIndices();
  expect(items.map(({ name }) => name)).not.toContain(indexName);
});

test('a watched push that fails answers with the events that say why', async () => {
  const { taskID } = await createPushPipeline(machine, 'forbidden', { apiKey: 'a-key-without-rights' });
  const answer = await machine.ingestion.pushTask({
    taskID,
    watch: true,
    pushTaskPayload: { action: 'addObject', records: records(1) },
  });
  expect(answer.events).toEqual([expect.objectContaining({ status: 'critical', eventID: answer.eventID })]);
  expect(answer.message).toMatch(/refused the API key/);
  expect(await finishedRun(machine, answer.runID)).toMatchObject({
    outcome: 'failure',
    reasonCode: 'critical',
  });
});

test('a record that the index refuses is named in the event, and the others are applied', async () => {
  const { taskID, indexName } = await createPushPipeline(machine, 'refused', { failureThreshold: 50 });
  const tooBig = { objectID: 'big', text: 'x'.repeat(200_000) };
  const answer = await machine.ingestion.pushTask({
    taskID,
    watch: true,
    pushTaskPayload: { action: 'addObject', records: [...records(2), tooBig] },
  });
  const [event] = answer.events ?? [];
  expect(event).toMatchObject({ status: 'failed', data: { applied: 2, rejected: 1 } });
  expect(JSON.stringify(event?.data)).toContain('record.too_big');
  expect((await browse(machine, indexName)).size).toBe(2);
  expect(await finishedRun(machine, answer.runID)).toMatchObject({ outcome: 'success' });
});

test('a destination that has a transformation transforms what is pushed, and says which records failed', async () => {
  const { taskID, destinationID, indexName } = await createPushPipeline(machine, 'transformed', {
    failureThreshold: 50,
  });
  const { transformationID } = await machine.ingestion.createTransformation({
    name: 'halve',
    type: 'code',
    input: {
      code: `async function transform(record) {
        if (record.price === 'bad') throw new Error('no price');
        return record.hidden ? undefined : { ...record, half: record.price / 2 };
      }`,
    },
  });
  await machine.ingestion.updateDestination({
    destinationID,
    destinationUpdate: { transformationIDs: [transformationID] },
  });
  const answer = await machine.ingestion.pushTask({
    taskID,
    watch: true,
    pushTaskPayload: {
      action: 'addObject',
      records: [
        { objectID: 'a', price: 4 },
        { objectID: 'b', hidden: true },
        { objectID: 'c', price: 'bad' },
      ],
    },
  });
  expect(answer.events?.[0]).toMatchObject({ status: 'failed', data: { applied: 1, rejected: 1 } });
  expect(Object.fromEntries(await browse(machine, indexName))).toEqual({ a: { price: 4, half: 2 } });
  const { events } = await machine.ingestion.listEvents({ runID: answer.runID });
  expect(events).toContainEqual(
    expect.objectContaining({
      type: 'transform',
      status: 'failed',
      data: expect.objectContaining({ in: 3, out: 1, dropped: 1, failed: 1 }),
    }),
  );
});
