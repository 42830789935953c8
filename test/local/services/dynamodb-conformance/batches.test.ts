import { BatchGetItemCommand, BatchWriteItemCommand } from '@aws-sdk/client-dynamodb';
import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { keyOf, startGrounds, TableName } from '../support/conformance-table.ts';

const grounds = await startGrounds();

describe.each(grounds)('batches on $ground', ({ client, put }) => {
  test('write 25 items and refuse 26', async () => {
    const partition = randomUUID();
    const requests = Array.from({ length: 26 }, (_, n) => ({
      PutRequest: { Item: keyOf(partition, String(n)) },
    }));
    const write = (count: number) =>
      client.send(new BatchWriteItemCommand({ RequestItems: { [TableName]: requests.slice(0, count) } }));
    expect((await write(25)).UnprocessedItems ?? {}).toEqual({});
    await expect(write(26)).rejects.toMatchObject({ name: 'ValidationException' });
  });

  test('get 100 keys and refuse 101', async () => {
    const partition = randomUUID();
    await put(keyOf(partition, '3'));
    const keys = Array.from({ length: 101 }, (_, n) => keyOf(partition, String(n)));
    const read = (count: number) =>
      client.send(
        new BatchGetItemCommand({
          RequestItems: { [TableName]: { Keys: keys.slice(0, count), ConsistentRead: true } },
        }),
      );
    expect((await read(100)).Responses?.[TableName]).toEqual([keyOf(partition, '3')]);
    await expect(read(101)).rejects.toMatchObject({ name: 'ValidationException' });
  });

  test('with one key twice are refused', async () => {
    const request = { PutRequest: { Item: keyOf(randomUUID()) } };
    const twice = new BatchWriteItemCommand({ RequestItems: { [TableName]: [request, request] } });
    await expect(client.send(twice)).rejects.toMatchObject({ name: 'ValidationException' });
  });

  test('larger than 16 MB come back in part, with the keys that are left', async () => {
    const partition = randomUUID();
    const filler = { S: 'x'.repeat(390_000) };
    const keys = Array.from({ length: 45 }, (_, n) => keyOf(partition, String(n)));
    for (const key of keys) await put({ ...key, filler });
    const { Responses, UnprocessedKeys } = await client.send(
      new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys: keys } } }),
    );
    const left = UnprocessedKeys?.[TableName]?.Keys?.length ?? 0;
    expect(left).toBeGreaterThan(0);
    expect((Responses?.[TableName]?.length ?? 0) + left).toBe(45);
  });
});
