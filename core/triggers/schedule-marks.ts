import { GetCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { Clock } from '../foundation/clock.ts';
import { newID } from '../foundation/ids.ts';
import { TABLE_INDEXES, TABLE_KEYS } from '../foundation/table.ts';
import type { TableAccess } from '../foundation/table-client.ts';
import {
  TransactionRefusedError,
  writeTransaction,
  type TransactionItem,
} from '../foundation/transactions.ts';

/** Apart from that of runs, so that neither sweep reads what is the other's. */
const DUE_PARTITION = 'due-schedules';

/** Who changed the task sees to its schedules at once; after that the sweep does. A request ends within this time. */
const WRITER_SECONDS = 30;

/** The task whose schedules are meant. */
interface TaskKey {
  readonly appID: string;
  readonly taskID: string;
}

/**
 * When a task's schedules are next compared with the task: soon after a change of either, which gets a mark of its
 * own, else at times. There is one for each task that has or had schedules.
 */
interface ScheduleMark extends TaskKey {
  readonly mark: string;
}

const itemSchema = z.object({ appID: z.string(), taskID: z.string(), mark: z.string() });

export interface ScheduleMarks {
  /** Has the schedules compared soon. */
  add(task: TaskKey): Promise<void>;
  /** Read strongly. */
  find(task: TaskKey): Promise<ScheduleMark | undefined>;
  /** Those that are due, earliest first; read from an index, so they may be out of date. */
  listDue(limit: number): Promise<TaskKey[]>;
  /**
   * The schedules are as the task says: they are looked at again `nextAt`, or never. False if there is another mark than
   * `found` meanwhile.
   */
  settle(task: TaskKey, found: ScheduleMark | undefined, nextAt: Date | undefined): Promise<boolean>;
}

export function createScheduleMarks(table: TableAccess & { readonly clock: Clock }): ScheduleMarks {
  const { client, tableName, clock } = table;
  return {
    async add(task) {
      await client.send(new PutCommand(toPut(tableName, { ...task, mark: newID() }, clock.now())));
    },
    async find(task) {
      const { Item } = await client.send(
        new GetCommand({ TableName: tableName, Key: keyOf(task), ConsistentRead: true }),
      );
      return Item === undefined ? undefined : itemSchema.parse(Item);
    },
    listDue: (limit) => listDue(table, limit),
    async settle(task, found, nextAt) {
      const condition =
        found === undefined
          ? { ConditionExpression: 'attribute_not_exists(mark)' }
          : { ConditionExpression: 'mark = :found', ExpressionAttributeValues: { ':found': found.mark } };
      const next = { ...task, mark: found?.mark ?? newID() };
      const change: TransactionItem =
        nextAt === undefined
          ? { Delete: { TableName: tableName, Key: keyOf(task), ...condition } }
          : { Put: { ...toPut(tableName, next, nextAt), ...condition } };
      try {
        await writeTransaction(client, [change], clock);
        return true;
      } catch (error) {
        if (error instanceof TransactionRefusedError) return false;
        throw error;
      }
    },
  };
}

/** The write that goes with a change of the task, in one transaction. */
export function scheduleMarkChange(tableName: string, task: TaskKey, now: Date): TransactionItem {
  const dueAt = new Date(now.getTime() + WRITER_SECONDS * 1000);
  return { Put: toPut(tableName, { ...task, mark: newID() }, dueAt) };
}

function toPut(tableName: string, { appID, taskID, mark }: ScheduleMark, dueAt: Date) {
  const { due } = TABLE_INDEXES;
  const dueAttributes = { [due.partition]: DUE_PARTITION, [due.sort]: dueAt.toISOString() };
  return {
    TableName: tableName,
    Item: { ...keyOf({ appID, taskID }), ...dueAttributes, appID, taskID, mark },
  };
}

function keyOf({ appID, taskID }: TaskKey): Record<string, string> {
  return { [TABLE_KEYS.partition]: `${appID}#schedule`, [TABLE_KEYS.sort]: taskID };
}

async function listDue(
  { client, tableName, clock }: TableAccess & { readonly clock: Clock },
  limit: number,
): Promise<TaskKey[]> {
  const { due } = TABLE_INDEXES;
  const { Items = [] } = await client.send(
    new QueryCommand({
      TableName: tableName,
      IndexName: due.name,
      KeyConditionExpression: '#dueKey = :due AND #dueAt <= :now',
      ExpressionAttributeNames: { '#dueKey': due.partition, '#dueAt': due.sort },
      ExpressionAttributeValues: { ':due': DUE_PARTITION, ':now': clock.now().toISOString() },
      Limit: limit,
    }),
  );
  return Items.map((item) => itemSchema.pick({ appID: true, taskID: true }).parse(item));
}
