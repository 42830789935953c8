import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';

import type { TableAccess } from '../foundation/table-client.ts';

interface ConditionalUpdate {
  readonly Key: Record<string, unknown>;
  readonly UpdateExpression: string;
  readonly ConditionExpression: string;
  readonly ExpressionAttributeNames?: Record<string, string>;
  readonly ExpressionAttributeValues: Record<string, unknown>;
}

/** Stores an item unless its key is there; false when it was. */
export async function putOnce(
  { client, tableName }: TableAccess,
  Item: Record<string, unknown>,
): Promise<boolean> {
  return ifCondition(() =>
    client.send(
      new PutCommand({ TableName: tableName, Item, ConditionExpression: 'attribute_not_exists(pk)' }),
    ),
  );
}

/** False when the condition was not met. */
export async function updateIf(
  { client, tableName }: TableAccess,
  update: ConditionalUpdate,
): Promise<boolean> {
  return ifCondition(() => client.send(new UpdateCommand({ TableName: tableName, ...update })));
}

/** False when the condition of the write was not met. */
export async function ifCondition(write: () => Promise<unknown>): Promise<boolean> {
  try {
    await write();
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}
