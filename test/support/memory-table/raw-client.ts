import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand as RawQueryCommand,
  ScanCommand as RawScanCommand,
  TransactGetItemsCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
  type AttributeValue,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  BatchWriteCommand,
  DeleteCommand,
  GetCommand,
  NumberValue,
  PutCommand,
  QueryCommand,
  ScanCommand,
  TransactGetCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { Command, MemoryClient } from './memory-client.ts';
import type { Item } from './values.ts';

/** Answers the commands of the plain client, whose values name their types, by those of the document client. */
export function createRawClient(client: MemoryClient): DynamoDBClient {
  const send = async (command: Command): Promise<object> => {
    const twin = TWINS.get(command.constructor);
    if (twin === undefined) throw new Error(`The table in memory knows no ${command.constructor.name}`);
    try {
      const input = translate(command.input, toPlain) as never;
      return translate(client.run(new twin(input)), toTyped) as object;
    } catch (error) {
      throw Object.assign(error as Error, translate({ ...(error as object) }, toTyped));
    }
  };
  return { send, destroy: () => undefined } as unknown as DynamoDBClient;
}

const TWINS = new Map<unknown, new (input: never) => Command>([
  [GetItemCommand, GetCommand],
  [PutItemCommand, PutCommand],
  [UpdateItemCommand, UpdateCommand],
  [DeleteItemCommand, DeleteCommand],
  [RawQueryCommand, QueryCommand],
  [RawScanCommand, ScanCommand],
  [BatchGetItemCommand, BatchGetCommand],
  [BatchWriteItemCommand, BatchWriteCommand],
  [TransactGetItemsCommand, TransactGetCommand],
  [TransactWriteItemsCommand, TransactWriteCommand],
]);

type Values = Record<string, unknown>;

const toPlain = (values: Values): Item =>
  unmarshall(values as Record<string, AttributeValue>, { wrapNumbers: readNumber });
const toTyped = (values: Values): Item => marshall(values);

/** Where the members of commands and answers hold attribute values. */
const OF_VALUES = new Set([
  'Item',
  'Key',
  'Attributes',
  'ExpressionAttributeValues',
  'ExclusiveStartKey',
  'LastEvaluatedKey',
]);
const LISTS_OF_VALUES = new Set(['Items', 'Keys']);

function translate(part: unknown, values: (values: Values) => Item): unknown {
  if (Array.isArray(part)) return part.map((member) => translate(member, values));
  if (typeof part !== 'object' || part === null) return part;
  return Object.fromEntries(
    Object.entries(part).map(([name, member]) => {
      if (member === undefined) return [name, member];
      if (OF_VALUES.has(name)) return [name, values(member as Values)];
      if (LISTS_OF_VALUES.has(name)) return [name, (member as Values[]).map(values)];
      if (name === 'Responses' && !Array.isArray(member))
        return [name, byTable(member as Record<string, Values[]>, values)];
      return [name, translate(member, values)];
    }),
  );
}

function byTable(responses: Record<string, Values[]>, values: (values: Values) => Item): object {
  return Object.fromEntries(Object.entries(responses).map(([table, items]) => [table, items.map(values)]));
}

/** Numbers of more digits than JavaScript's stay as they are. */
function readNumber(digits: string): number {
  const number = Number(digits);
  return String(number) === digits ? number : (NumberValue.from(digits) as unknown as number);
}
