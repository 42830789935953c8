import {
  DeleteCommand,
  GetCommand,
  QueryCommand,
  UpdateCommand,
  type DeleteCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { TABLE_INDEXES } from '../foundation/table.ts';
import type { TransactionItem } from '../foundation/transactions.ts';
import type { StoreDependencies } from '../resources/resource-store.ts';
import type { HookOwner } from './hook-id.ts';
import { registrationSchema, type Registration } from './registration.ts';

/** A partition of the index `due` of its own: what lies here is no run. */
const DUE_REGISTRATIONS = 'due-webhook-registrations';

/** The registrations of webhooks at vendors. Items: pk `{appID}#webhook-registration`, sk taskID. */
export interface RegistrationStore {
  /** Read strongly. */
  find(owner: HookOwner): Promise<Registration | undefined>;
  /** To be written with the run that makes it true; refused if it is not as in `before` any more. */
  change(next: Registration, before: Registration | undefined): TransactionItem;
  /** A worker found or made it so; nothing if something else is wanted meanwhile. */
  note(wanted: Pick<Registration, 'appID' | 'taskID' | 'url'>, topics: readonly string[]): Promise<void>;
  /** Nothing is registered any more; nothing if something else is wanted meanwhile. */
  forget(removed: Pick<Registration, 'appID' | 'taskID' | 'url'>): Promise<void>;
  /** Given up; nothing if something else is wanted meanwhile. */
  drop(before: Registration): Promise<void>;
  /** Those to look at again, earliest first; read from an index, so they may be out of date. */
  listDue(limit: number): Promise<Registration[]>;
}

export function createRegistrationStore(table: StoreDependencies): RegistrationStore {
  const { client, tableName, clock } = table;
  return {
    async find(owner) {
      const { Item } = await client.send(
        new GetCommand({ TableName: tableName, Key: keyOf(owner), ConsistentRead: true }),
      );
      return Item === undefined ? undefined : registrationSchema.parse(Item);
    },
    change: (next, before) => toChange(tableName, next, before),
    note: ({ appID, taskID, url }, topics) =>
      unlessChanged(() =>
        client.send(
          new UpdateCommand({
            TableName: tableName,
            Key: keyOf({ appID, taskID }),
            UpdateExpression: 'SET topics = :topics, checkedAt = :now',
            ConditionExpression: 'wanted = :wanted AND #url = :url',
            ExpressionAttributeNames: { '#url': 'url' },
            ExpressionAttributeValues: {
              ':topics': [...topics],
              ':now': clock.now().toISOString(),
              ':wanted': 'registered',
              ':url': url,
            },
          }),
        ),
      ),
    forget: ({ url, ...owner }) =>
      deleteIf(table, owner, {
        ConditionExpression: 'wanted = :wanted AND #url = :url',
        ExpressionAttributeNames: { '#url': 'url' },
        ExpressionAttributeValues: { ':wanted': 'removed', ':url': url },
      }),
    drop: ({ runID, ...owner }) =>
      deleteIf(table, owner, {
        ConditionExpression: 'runID = :runID',
        ExpressionAttributeValues: { ':runID': runID },
      }),
    listDue: (limit) => listDue(table, limit),
  };
}

function toChange(tableName: string, next: Registration, before: Registration | undefined): TransactionItem {
  const { partition, sort } = TABLE_INDEXES.due;
  const condition =
    before === undefined
      ? { ConditionExpression: 'attribute_not_exists(pk)' }
      : { ConditionExpression: 'runID = :before', ExpressionAttributeValues: { ':before': before.runID } };
  return {
    Put: {
      TableName: tableName,
      Item: { ...keyOf(next), ...next, [partition]: DUE_REGISTRATIONS, [sort]: next.dueAt },
      ...condition,
    },
  };
}

function deleteIf(
  { client, tableName }: StoreDependencies,
  { appID, taskID }: HookOwner,
  condition: Omit<DeleteCommandInput, 'TableName' | 'Key'>,
): Promise<void> {
  const Key = keyOf({ appID, taskID });
  return unlessChanged(() => client.send(new DeleteCommand({ TableName: tableName, Key, ...condition })));
}

/** What somebody wanted meanwhile has a run of its own. */
async function unlessChanged(write: () => Promise<unknown>): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  }
}

function keyOf({ appID, taskID }: HookOwner): { pk: string; sk: string } {
  return { pk: `${appID}#webhook-registration`, sk: taskID };
}

async function listDue(
  { client, tableName, clock }: StoreDependencies,
  limit: number,
): Promise<Registration[]> {
  const { due } = TABLE_INDEXES;
  const { Items = [] } = await client.send(
    new QueryCommand({
      TableName: tableName,
      IndexName: due.name,
      KeyConditionExpression: '#dueKey = :due AND #dueAt <= :now',
      ExpressionAttributeNames: { '#dueKey': due.partition, '#dueAt': due.sort },
      ExpressionAttributeValues: { ':due': DUE_REGISTRATIONS, ':now': clock.now().toISOString() },
      Limit: limit,
    }),
  );
  return Items.map((item) => registrationSchema.parse(item));
}
