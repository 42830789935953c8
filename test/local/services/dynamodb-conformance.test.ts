import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  CreateTableCommand,
  DeleteItemCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  TransactGetItemsCommand,
  TransactionCanceledException,
  TransactWriteItemsCommand,
  UpdateItemCommand,
  UpdateTimeToLiveCommand,
  type AttributeValue,
} from '@aws-sdk/client-dynamodb';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startDynamoDb } from '../../../local/services/dynamodb/start-dynamo-db.ts';
import type { StartedService } from '../../../local/services/protocol/started-service.ts';
import { clientOptions } from './support/client-options.ts';

type Item = Record<string, AttributeValue>;

const TableName = 'conformance';
const directory = mkdtempSync(join(tmpdir(), 'millrace-conformance-'));
let service: StartedService;
let client: DynamoDBClient;

beforeAll(async () => {
  service = await startDynamoDb({ dataDirectory: directory });
  client = new DynamoDBClient(clientOptions(service.endpoint));
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: ['pk', 'sk', 'gpk', 'gsk'].map((AttributeName) => ({
        AttributeName,
        AttributeType: 'S',
      })),
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'sparse',
          KeySchema: [
            { AttributeName: 'gpk', KeyType: 'HASH' },
            { AttributeName: 'gsk', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
    }),
  );
});

afterAll(async () => {
  client.destroy();
  await service.stop();
  rmSync(directory, { recursive: true, force: true });
});

/** Each test works under a partition of its own, so their order does not matter. */
function keyOf(partition: string, sort = 'a'): Item {
  return { pk: { S: partition }, sk: { S: sort } };
}

async function put(item: Item): Promise<void> {
  await client.send(new PutItemCommand({ TableName, Item: item }));
}

async function get(key: Item): Promise<Item | undefined> {
  return (await client.send(new GetItemCommand({ TableName, Key: key, ConsistentRead: true }))).Item;
}

async function update(
  key: Item,
  expression: string,
  values?: Item,
  names?: Record<string, string>,
): Promise<Item> {
  const { Attributes = {} } = await client.send(
    new UpdateItemCommand({
      TableName,
      Key: key,
      UpdateExpression: expression,
      ExpressionAttributeValues: values,
      ExpressionAttributeNames: names,
      ReturnValues: 'ALL_NEW',
    }),
  );
  return Attributes;
}

const sortsOf = (items: Item[] | undefined) => (items ?? []).map((item) => item['sk']?.S);

describe('conditional writes', () => {
  test('a put on an item that exists is refused and hands the item back', async () => {
    const key = keyOf(randomUUID());
    await put({ ...key, owner: { S: 'first' } });
    const refused = client.send(
      new PutItemCommand({
        TableName,
        Item: key,
        ConditionExpression: 'attribute_not_exists(pk)',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
    );
    await expect(refused).rejects.toMatchObject({
      name: 'ConditionalCheckFailedException',
      Item: { ...key, owner: { S: 'first' } },
    });
  });

  test('attribute_not_exists on both keys lets only the very item block', async () => {
    const partition = randomUUID();
    const both = 'attribute_not_exists(pk) AND attribute_not_exists(sk)';
    const write = (sort: string) =>
      client.send(new PutItemCommand({ TableName, Item: keyOf(partition, sort), ConditionExpression: both }));
    await write('a');
    await write('b');
    await expect(write('a')).rejects.toMatchObject({ name: 'ConditionalCheckFailedException' });
  });

  test('an update under a fencing token is refused with the item when the token is old', async () => {
    const key = keyOf(randomUUID());
    await put({ ...key, token: { N: '7' } });
    const stale = new UpdateItemCommand({
      TableName,
      Key: key,
      UpdateExpression: 'SET cursor_at = :c',
      ConditionExpression: '#t = :t',
      ExpressionAttributeNames: { '#t': 'token' },
      ExpressionAttributeValues: { ':c': { N: '1' }, ':t': { N: '6' } },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    await expect(client.send(stale)).rejects.toMatchObject({ Item: { token: { N: '7' } } });
    expect(await get(key)).not.toHaveProperty('cursor_at');
  });

  test('a delete under a condition that fails leaves the item', async () => {
    const key = keyOf(randomUUID());
    await put({ ...key, used: { N: '2' } });
    const refused = new DeleteItemCommand({
      TableName,
      Key: key,
      ConditionExpression: 'used = :none OR attribute_not_exists(used)',
      ExpressionAttributeValues: { ':none': { N: '0' } },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    await expect(client.send(refused)).rejects.toMatchObject({ Item: { used: { N: '2' } } });
    expect(await get(key)).toBeDefined();
  });

  test('conditions compare with IN, BETWEEN, contains, size and attribute_type', async () => {
    const key = keyOf(randomUUID());
    await put({ ...key, state: { S: 'idle' }, age: { N: '30' }, tags: { SS: ['a', 'b'] }, list: { L: [] } });
    await client.send(
      new PutItemCommand({
        TableName,
        Item: key,
        ConditionExpression:
          '#s IN (:i, :r) AND age BETWEEN :lo AND :hi AND contains(tags, :a) AND size(#l) = :zero AND attribute_type(age, :n) AND NOT begins_with(#s, :x)',
        ExpressionAttributeNames: { '#s': 'state', '#l': 'list' },
        ExpressionAttributeValues: {
          ':i': { S: 'idle' },
          ':r': { S: 'run' },
          ':lo': { N: '30' },
          ':hi': { N: '31' },
          ':a': { S: 'a' },
          ':zero': { N: '0' },
          ':n': { S: 'N' },
          ':x': { S: 'x' },
        },
      }),
    );
    expect(await get(key)).toEqual(key);
  });

  test('of twenty writers at once exactly one claims an item', async () => {
    const key = keyOf(randomUUID());
    const claims = Array.from({ length: 20 }, (_, writer) =>
      client.send(
        new PutItemCommand({
          TableName,
          Item: { ...key, writer: { N: String(writer) } },
          ConditionExpression: 'attribute_not_exists(pk)',
        }),
      ),
    );
    const results = await Promise.allSettled(claims);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });
});

describe('transactions', () => {
  test('say which of their conditions failed, with the item, and change nothing', async () => {
    const [taken, free] = [keyOf(randomUUID()), keyOf(randomUUID())];
    await put({ ...taken, by: { S: 'somebody' } });
    const error: unknown = await client
      .send(
        new TransactWriteItemsCommand({
          TransactItems: [
            { Put: { TableName, Item: free } },
            {
              Put: {
                TableName,
                Item: taken,
                ConditionExpression: 'attribute_not_exists(pk)',
                ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
              },
            },
          ],
        }),
      )
      .catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(TransactionCanceledException);
    const reasons = (error as TransactionCanceledException).CancellationReasons;
    expect(reasons?.map(({ Code }) => Code)).toEqual(['None', 'ConditionalCheckFailed']);
    expect(reasons?.[1]?.Item).toEqual({ ...taken, by: { S: 'somebody' } });
    expect(await get(free)).toBeUndefined();
  });

  test('put, update, delete and check in one', async () => {
    const [a, b, c, d] = ['a', 'b', 'c', 'd'].map(() => keyOf(randomUUID()));
    if (!a || !b || !c || !d) throw new Error('four keys');
    await put({ ...b, n: { N: '1' } });
    await put(c);
    await put(d);
    await client.send(
      new TransactWriteItemsCommand({
        TransactItems: [
          { Put: { TableName, Item: a } },
          {
            Update: {
              TableName,
              Key: b,
              UpdateExpression: 'ADD n :one',
              ExpressionAttributeValues: { ':one': { N: '1' } },
            },
          },
          { Delete: { TableName, Key: c } },
          { ConditionCheck: { TableName, Key: d, ConditionExpression: 'attribute_exists(pk)' } },
        ],
      }),
    );
    expect([await get(a), await get(b), await get(c)]).toEqual([a, { ...b, n: { N: '2' } }, undefined]);
  });

  test('the same ClientRequestToken again changes nothing', async () => {
    const key = keyOf(randomUUID());
    const add = new TransactWriteItemsCommand({
      ClientRequestToken: randomUUID(),
      TransactItems: [
        {
          Update: {
            TableName,
            Key: key,
            UpdateExpression: 'ADD n :one',
            ExpressionAttributeValues: { ':one': { N: '1' } },
          },
        },
      ],
    });
    await client.send(add);
    await client.send(add);
    expect(await get(key)).toMatchObject({ n: { N: '1' } });
  });

  test('the same ClientRequestToken for another transaction is refused', async () => {
    const ClientRequestToken = randomUUID();
    const write = (item: Item) =>
      client.send(
        new TransactWriteItemsCommand({
          ClientRequestToken,
          TransactItems: [{ Put: { TableName, Item: item } }],
        }),
      );
    await write(keyOf(randomUUID()));
    await expect(write(keyOf(randomUUID()))).rejects.toMatchObject({
      name: 'IdempotentParameterMismatchException',
    });
  });

  test('two actions on one item are refused', async () => {
    const key = keyOf(randomUUID());
    const twice = [{ Put: { TableName, Item: key } }, { Delete: { TableName, Key: key } }];
    await expect(client.send(new TransactWriteItemsCommand({ TransactItems: twice }))).rejects.toMatchObject({
      name: 'ValidationException',
    });
  });

  test('take 100 actions and refuse 101', async () => {
    const partition = randomUUID();
    const puts = Array.from({ length: 101 }, (_, index) => ({
      Put: { TableName, Item: keyOf(partition, String(index)) },
    }));
    await client.send(new TransactWriteItemsCommand({ TransactItems: puts.slice(0, 100) }));
    await expect(client.send(new TransactWriteItemsCommand({ TransactItems: puts }))).rejects.toMatchObject({
      name: 'ValidationException',
    });
  });

  test('read several items at one instant', async () => {
    const [a, b] = [keyOf(randomUUID()), keyOf(randomUUID())];
    await put(a);
    const { Responses } = await client.send(
      new TransactGetItemsCommand({
        TransactItems: [{ Get: { TableName, Key: a } }, { Get: { TableName, Key: b } }],
      }),
    );
    expect(Responses?.map(({ Item }) => Item)).toEqual([a, undefined]);
  });
});

describe('queries', () => {
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
    const scans = [0, 1, 2].map((Segment) =>
      client.send(
        new ScanCommand({
          TableName,
          Segment,
          TotalSegments: 3,
          FilterExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': { S: partition } },
        }),
      ),
    );
    const items = (await Promise.all(scans)).flatMap(({ Items }) => Items ?? []);
    expect(sortsOf(items).sort()).toEqual(['a', 'b', 'c', 'd']);
  });
});

describe('the sparse index', () => {
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

describe('update expressions', () => {
  test('SET, REMOVE, ADD and DELETE in one', async () => {
    const key = keyOf(randomUUID());
    await put({ ...key, gone: { S: 'x' }, n: { N: '1' }, tags: { SS: ['a', 'b'] } });
    const item = await update(key, 'SET fresh = :f REMOVE gone ADD n :n DELETE tags :t', {
      ':f': { BOOL: true },
      ':n': { N: '-3' },
      ':t': { SS: ['a'] },
    });
    expect(item).toEqual({ ...key, fresh: { BOOL: true }, n: { N: '-2' }, tags: { SS: ['b'] } });
  });

  test('list_append, if_not_exists and arithmetic', async () => {
    const key = keyOf(randomUUID());
    const expression =
      'SET #l = list_append(if_not_exists(#l, :empty), :more), n = if_not_exists(n, :zero) + :one';
    const values = {
      ':empty': { L: [] },
      ':more': { L: [{ S: 'x' }] },
      ':zero': { N: '0' },
      ':one': { N: '1' },
    };
    await update(key, expression, values, { '#l': 'list' });
    const item = await update(key, expression, values, { '#l': 'list' });
    expect(item).toMatchObject({ list: { L: [{ S: 'x' }, { S: 'x' }] }, n: { N: '2' } });
  });

  test('reach into maps and lists', async () => {
    const key = keyOf(randomUUID());
    await put({
      ...key,
      book: { M: { counts: { M: { received: { N: '1' } } }, parts: { L: [{ S: 'a' }, { S: 'b' }] } } },
    });
    const item = await update(
      key,
      'SET book.counts.received = book.counts.received + :n REMOVE book.parts[0]',
      {
        ':n': { N: '4' },
      },
    );
    expect(item['book']).toEqual({
      M: { counts: { M: { received: { N: '5' } } }, parts: { L: [{ S: 'b' }] } },
    });
  });

  test('cannot change a key', async () => {
    await expect(update(keyOf(randomUUID()), 'SET sk = :s', { ':s': { S: 'z' } })).rejects.toMatchObject({
      name: 'ValidationException',
    });
  });

  test('return the old values when asked', async () => {
    const key = keyOf(randomUUID());
    await put({ ...key, n: { N: '1' } });
    const { Attributes } = await client.send(
      new UpdateItemCommand({
        TableName,
        Key: key,
        UpdateExpression: 'SET n = :n',
        ExpressionAttributeValues: { ':n': { N: '2' } },
        ReturnValues: 'UPDATED_OLD',
      }),
    );
    expect(Attributes).toEqual({ n: { N: '1' } });
  });
});

describe('sizes and values', () => {
  test('an item of 400 KB fits and a larger one does not', async () => {
    const key = keyOf(randomUUID());
    await put({ ...key, f: { S: 'x'.repeat(400 * 1024 - 100) } });
    await expect(put({ ...key, f: { S: 'x'.repeat(400 * 1024 + 1) } })).rejects.toMatchObject({
      name: 'ValidationException',
    });
  });

  test('an update may not grow an item past 400 KB', async () => {
    const key = keyOf(randomUUID());
    await put({ ...key, f: { S: 'x'.repeat(300 * 1024) } });
    const grow = update(key, 'SET g = :g', { ':g': { S: 'x'.repeat(150 * 1024) } });
    await expect(grow).rejects.toMatchObject({ name: 'ValidationException' });
  });

  test('binary values come back byte for byte', async () => {
    const key = keyOf(randomUUID());
    const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    await put({ ...key, sealed: { B: bytes } });
    expect(new Uint8Array((await get(key))?.['sealed']?.B ?? [])).toEqual(bytes);
  });

  test('numbers keep 38 digits', async () => {
    const key = keyOf(randomUUID());
    const digits = '12345678901234567890123456789012345678';
    await put({ ...key, n: { N: digits } });
    expect((await get(key))?.['n']).toEqual({ N: digits });
  });

  test('empty strings are values, but not keys', async () => {
    const key = keyOf(randomUUID());
    await put({ ...key, empty: { S: '' } });
    expect(await get(key)).toMatchObject({ empty: { S: '' } });
    await expect(put(keyOf(randomUUID(), ''))).rejects.toMatchObject({ name: 'ValidationException' });
  });

  test('a value that no expression uses is refused', async () => {
    const unused = update(keyOf(randomUUID()), 'SET a = :a', { ':a': { N: '1' }, ':b': { N: '1' } });
    await expect(unused).rejects.toMatchObject({ name: 'ValidationException' });
  });
});

describe('batches', () => {
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

describe('tables', () => {
  test('are described with their indexes', async () => {
    const { Table } = await client.send(new DescribeTableCommand({ TableName }));
    expect(Table).toMatchObject({
      TableStatus: 'ACTIVE',
      BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
    });
    expect(Table?.GlobalSecondaryIndexes?.[0]).toMatchObject({ IndexName: 'sparse', IndexStatus: 'ACTIVE' });
  });

  test('take a time to live', async () => {
    await client.send(
      new UpdateTimeToLiveCommand({
        TableName,
        TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      }),
    );
    const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName }));
    expect(TimeToLiveDescription).toMatchObject({ AttributeName: 'expiresAt', TimeToLiveStatus: 'ENABLED' });
  });

  test('that do not exist are an error by name', async () => {
    const missing = client.send(new GetItemCommand({ TableName: 'missing', Key: keyOf('a') }));
    await expect(missing).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });
});
