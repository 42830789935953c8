import { GetCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { createDestinationStore } from '../../../core/destinations/destination-store.ts';
import { systemClock } from '../../../core/foundation/clock.ts';
import { newID } from '../../../core/foundation/ids.ts';
import { createSourceStore } from '../../../core/sources/source-store.ts';
import type { Source } from '../../../core/sources/source.ts';
import { createTaskStore } from '../../../core/tasks/task-store.ts';
import { startTable, type TestTable } from '../../support/table.ts';

let table: TestTable;
beforeAll(async () => {
  table = await startTable();
});
afterAll(async () => {
  await table.stop();
});

const APP = 'APP';
const stores = () => {
  const dependencies = { ...table, clock: systemClock };
  return {
    sources: createSourceStore(dependencies),
    destinations: createDestinationStore(dependencies),
    tasks: createTaskStore(dependencies),
  };
};

const source = (name: string): Source => ({
  type: 'json',
  name,
  input: { url: 'https://example.com/a.json' },
});

test('an update that raced another sees what that one left', async () => {
  const { sources } = stores();
  const { id } = await sources.create(APP, newID(), source('a'));
  let races = 0;
  const updated = await sources.update(APP, id, async ({ body }) => {
    if (races === 0) {
      races += 1;
      await sources.update(APP, id, (current) => ({ ...current.body, name: 'faster' }));
    }
    return { ...body, name: `${body.name} and slower` };
  });
  expect(updated.body.name).toBe('faster and slower');
  expect(updated.version).toBe(3);
});

test('a deleted resource stays in the table for 30 days, marked to expire', async () => {
  const { sources } = stores();
  const { id } = await sources.create(APP, newID(), source('a'));
  const deletedAt = await sources.delete(APP, id);
  const Key = { pk: `${APP}#source`, sk: id };
  const { Item } = await table.client.send(new GetCommand({ TableName: table.tableName, Key }));
  expect(Item?.['deletedAt']).toBe(deletedAt.toISOString());
  expect(Item?.['expiresAt']).toBe(Math.floor(deletedAt.getTime() / 1000) + 30 * 86_400);
});

test('uses are counted in the row and listed beside it, through changes and deletion', async () => {
  const { sources, destinations, tasks } = stores();
  const sourceID = (await sources.create(APP, newID(), source('a'))).id;
  const body = { type: 'search', name: 'd', input: { indexName: 'i' } } as const;
  const first = (await destinations.create(APP, newID(), body)).id;
  const second = (await destinations.create(APP, newID(), body)).id;
  const { id } = await tasks.create(APP, newID(), {
    sourceID,
    sourceType: 'json',
    destinationID: first,
    action: 'save',
    triggerType: 'onDemand',
    enabled: true,
    failureThreshold: 0,
  });
  expect(await usesOf('destination', first)).toEqual({ count: 1, users: [`task#${id}`] });
  await tasks.update(APP, id, (current) => ({ ...current.body, destinationID: second }));
  expect(await usesOf('destination', first)).toEqual({ count: 0, users: [] });
  expect(await usesOf('destination', second)).toEqual({ count: 1, users: [`task#${id}`] });
  await tasks.update(APP, id, (current) => ({ ...current.body, enabled: false }));
  expect(await usesOf('source', sourceID)).toEqual({ count: 1, users: [`task#${id}`] });
  await tasks.delete(APP, id);
  expect(await usesOf('destination', second)).toEqual({ count: 0, users: [] });
  expect(await usesOf('source', sourceID)).toEqual({ count: 0, users: [] });
});

test('a create that names what was deleted meanwhile writes nothing', async () => {
  const { sources, tasks } = stores();
  const sourceID = (await sources.create(APP, newID(), source('a'))).id;
  const id = newID();
  const creation = tasks.create(APP, id, {
    sourceID,
    sourceType: 'json',
    destinationID: newID(),
    action: 'save',
    triggerType: 'onDemand',
    enabled: true,
    failureThreshold: 0,
  });
  await expect(creation).rejects.toMatchObject({
    message: expect.stringContaining('destinationID: no such destination'),
  });
  expect(await tasks.find(APP, id)).toBeUndefined();
  expect(await usesOf('source', sourceID)).toEqual({ count: 0, users: [] });
});

test('a resource that is too big to store is refused', async () => {
  const { sources } = stores();
  await expect(sources.create(APP, newID(), source('x'.repeat(100_000)))).rejects.toMatchObject({
    code: 'resource.too_big',
  });
});

test('a list reads past the first page of the table, and what is stored is checked when it is read', async () => {
  const { sources } = stores();
  const app = 'BIG';
  const ids = Array.from({ length: 30 }, () => newID());
  await Promise.all(ids.map((id) => sources.create(app, id, source('x'.repeat(90_000)))));
  const request = { filter: {}, sort: 'createdAt', order: 'asc', page: 1, itemsPerPage: 100 } as const;
  expect((await sources.list(app, request)).nbItems).toBe(30);
  expect((await sources.findMany(app, ids)).map(({ id }) => id)).toEqual(ids);
  const Key = { pk: `${app}#source`, sk: ids[0] };
  const damage = { UpdateExpression: 'SET body = :body', ExpressionAttributeValues: { ':body': '{}' } };
  await table.client.send(new UpdateCommand({ TableName: table.tableName, Key, ...damage }));
  await expect(sources.list(app, request)).rejects.toMatchObject({ name: 'ZodError' });
});

async function usesOf(kind: string, id: string): Promise<{ count: unknown; users: unknown[] }> {
  const row = await table.client.send(
    new GetCommand({
      TableName: table.tableName,
      Key: { pk: `${APP}#${kind}`, sk: id },
      ConsistentRead: true,
    }),
  );
  const uses = await table.client.send(
    new QueryCommand({
      TableName: table.tableName,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': `${APP}#uses#${kind}#${id}` },
      ConsistentRead: true,
    }),
  );
  return { count: row.Item?.['useCount'], users: (uses.Items ?? []).map((item) => item['sk'] as unknown) };
}
