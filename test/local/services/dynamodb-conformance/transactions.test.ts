import {
  TransactGetItemsCommand,
  TransactionCanceledException,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { keyOf, startGrounds, TableName, type Item } from '../support/conformance-table.ts';

const grounds = await startGrounds();

describe.each(grounds)('transactions on $ground', ({ client, put, get }) => {
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
