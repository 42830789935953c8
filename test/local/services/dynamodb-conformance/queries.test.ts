import { QueryCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { keyOf, sortsOf, startGrounds, TableName, type Item } from '../support/conformance-table.ts';

const grounds = await startGrounds();

describe.each(grounds)('queries on $ground', ({ client, put }) => {
  async function putSorts(partition: string, sorts: string[]): Promise<void> {
    for (const sort of sorts) await put(keyOf(partition, sort));
  }
  const query = (partition: string, more: object) =>
    client.send(
      new QueryCommand({
        TableName,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': { S: partition } },
        ...more,
      }),
    );

  test('go forwards and backwards', async () => {
    const partition = randomUUID();
    await putSorts(partition, ['b', 'a', 'c']);
    expect(sortsOf((await query(partition, {})).Items)).toEqual(['a', 'b', 'c']);
    expect(sortsOf((await query(partition, { ScanIndexForward: false })).Items)).toEqual(['c', 'b', 'a']);
  });

  test('take BETWEEN and begins_with on the sort key', async () => {
    const partition = randomUUID();
    await putSorts(partition, ['run#1', 'run#2', 'run#3', 'task#1']);
    const between = await query(partition, {
      KeyConditionExpression: 'pk = :pk AND sk BETWEEN :lo AND :hi',
      ExpressionAttributeValues: { ':pk': { S: partition }, ':lo': { S: 'run#2' }, ':hi': { S: 'run#3' } },
    });
    const prefixed = await query(partition, {
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :p)',
      ExpressionAttributeValues: { ':pk': { S: partition }, ':p': { S: 'task#' } },
    });
    expect(sortsOf(between.Items)).toEqual(['run#2', 'run#3']);
    expect(sortsOf(prefixed.Items)).toEqual(['task#1']);
  });

  test('page by LastEvaluatedKey', async () => {
    const partition = randomUUID();
    await putSorts(partition, ['a', 'b', 'c', 'd', 'e']);
    const pages: (string | undefined)[][] = [];
    let start: Item | undefined;
    do {
      const page = await query(partition, { Limit: 2, ExclusiveStartKey: start });
      pages.push(sortsOf(page.Items));
      start = page.LastEvaluatedKey;
    } while (start);
    expect(pages).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
  });

  test('with a filter on a key are refused', async () => {
    const filtered = query(randomUUID(), { FilterExpression: 'begins_with(sk, :pk)' });
    await expect(filtered).rejects.toMatchObject({ name: 'ValidationException' });
  });

  test('end a page at 1 MB', async () => {
    const partition = randomUUID();
    const filler = { S: 'x'.repeat(300_000) };
    for (const sort of ['a', 'b', 'c', 'd', 'e']) await put({ ...keyOf(partition, sort), filler });
    const first = await query(partition, { ProjectionExpression: 'sk' });
    // AWS's page ends with the item that passes 1 MB: the fourth.
    expect(first.Items?.length).toBeLessThanOrEqual(4);
    expect(first.LastEvaluatedKey).toBeDefined();
    const second = await query(partition, {
      ProjectionExpression: 'sk',
      ExclusiveStartKey: first.LastEvaluatedKey,
    });
    expect([...sortsOf(first.Items), ...sortsOf(second.Items)]).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  test('filter on other attributes, with ScannedCount telling what was read', async () => {
    const partition = randomUUID();
    for (const sort of ['a', 'b', 'c']) await put({ ...keyOf(partition, sort), odd: { BOOL: sort !== 'b' } });
    const result = await query(partition, {
      FilterExpression: 'odd = :yes',
      ExpressionAttributeValues: { ':pk': { S: partition }, ':yes': { BOOL: true } },
    });
    expect(sortsOf(result.Items)).toEqual(['a', 'c']);
    expect([result.Count, result.ScannedCount]).toEqual([2, 3]);
  });

  test('count without items', async () => {
    const partition = randomUUID();
    await putSorts(partition, ['a', 'b']);
    const result = await query(partition, { Select: 'COUNT' });
    expect([result.Count, result.Items]).toEqual([2, undefined]);
  });

  test('a scan in segments sees each item once', async () => {
    const partition = randomUUID();
    await putSorts(partition, ['a', 'b', 'c', 'd']);
    const filter = { FilterExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': { S: partition } } };
    const scan = async (Segment: number) => {
      const found: Item[] = [];
      let ExclusiveStartKey: Item | undefined;
      do {
        const request = { TableName, Segment, TotalSegments: 3, ExclusiveStartKey, ...filter };
        const { Items = [], LastEvaluatedKey } = await client.send(new ScanCommand(request));
        found.push(...Items);
        ExclusiveStartKey = LastEvaluatedKey;
      } while (ExclusiveStartKey !== undefined);
      return found;
    };
    const items = (await Promise.all([0, 1, 2].map(scan))).flat();
    expect(sortsOf(items).sort()).toEqual(['a', 'b', 'c', 'd']);
  });
});
