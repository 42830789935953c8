import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { keyOf, startGrounds, TableName } from '../support/conformance-table.ts';

const grounds = await startGrounds();

describe.each(grounds)('update expressions on $ground', ({ client, put, update }) => {
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
