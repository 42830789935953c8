import { QueryCommand } from '@aws-sdk/client-dynamodb';
import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { keyOf, sortsOf, startGrounds, TableName, type Item } from '../support/conformance-table.ts';

const grounds = await startGrounds();

describe.each(grounds)('the sparse index on $ground', ({ client, put, update }) => {
  const index = (partition: string, more: object = {}) =>
    client.send(
      new QueryCommand({
        TableName,
        IndexName: 'sparse',
        KeyConditionExpression: 'gpk = :g',
        ExpressionAttributeValues: { ':g': { S: partition } },
        ...more,
      }),
    );

  test('holds only items that carry its keys, and lets one go when a key is removed', async () => {
    const group = randomUUID();
    const key = keyOf(group, 'in');
    await put({ ...key, gpk: { S: group }, gsk: { S: '1' } });
    await put({ ...keyOf(group, 'out'), gpk: { S: group } });
    expect(sortsOf((await index(group)).Items)).toEqual(['in']);
    await update(key, 'REMOVE gsk');
    expect((await index(group)).Items).toEqual([]);
  });

  test('is read forwards, backwards, by BETWEEN and by begins_with', async () => {
    const group = randomUUID();
    for (const at of ['2026-01', '2026-02', '2027-01']) {
      await put({ ...keyOf(randomUUID(), at), gpk: { S: group }, gsk: { S: at } });
    }
    const backwards = await index(group, { ScanIndexForward: false });
    const between = await index(group, {
      KeyConditionExpression: 'gpk = :g AND gsk BETWEEN :lo AND :hi',
      ExpressionAttributeValues: { ':g': { S: group }, ':lo': { S: '2026-02' }, ':hi': { S: '2027-01' } },
    });
    const prefixed = await index(group, {
      KeyConditionExpression: 'gpk = :g AND begins_with(gsk, :p)',
      ExpressionAttributeValues: { ':g': { S: group }, ':p': { S: '2026' } },
    });
    expect(sortsOf(backwards.Items)).toEqual(['2027-01', '2026-02', '2026-01']);
    expect(sortsOf(between.Items)).toEqual(['2026-02', '2027-01']);
    expect(sortsOf(prefixed.Items)).toEqual(['2026-01', '2026-02']);
  });

  test('pages through items that share one index key, in both directions', async () => {
    const group = randomUUID();
    for (let n = 0; n < 7; n += 1) {
      await put({ ...keyOf(randomUUID(), String(n)), gpk: { S: group }, gsk: { S: 'same' } });
    }
    for (const ScanIndexForward of [true, false]) {
      const seen: (string | undefined)[] = [];
      let start: Item | undefined;
      do {
        const page = await index(group, { Limit: 2, ExclusiveStartKey: start, ScanIndexForward });
        seen.push(...sortsOf(page.Items));
        start = page.LastEvaluatedKey;
      } while (start);
      expect(seen.sort()).toEqual(['0', '1', '2', '3', '4', '5', '6']);
    }
  });

  test('refuses strongly consistent reads', async () => {
    await expect(index(randomUUID(), { ConsistentRead: true })).rejects.toMatchObject({
      name: 'ValidationException',
    });
  });

  test('refuses an item whose index key has another type', async () => {
    const item = { ...keyOf(randomUUID()), gpk: { N: '1' }, gsk: { S: '1' } };
    await expect(put(item)).rejects.toMatchObject({ name: 'ValidationException' });
  });
});
