import { DeleteItemCommand, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { keyOf, startGrounds, TableName } from '../support/conformance-table.ts';

const grounds = await startGrounds();

describe.each(grounds)('conditional writes on $ground', ({ client, put, get }) => {
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
