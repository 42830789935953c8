import {
  ConditionalCheckFailedException,
  IdempotentParameterMismatchException,
  ResourceNotFoundException,
  TransactionCanceledException,
} from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  BatchWriteCommand,
  DeleteCommand,
  GetCommand,
  PutCommand,
  QueryCommand,
  ScanCommand,
  TransactGetCommand,
  TransactWriteCommand,
  UpdateCommand,
  type DynamoDBDocumentClient,
} from '@aws-sdk/lib-dynamodb';
import {
  changedAttributes,
  type MemoryTable,
  type PreparedWrite,
  type WriteInput,
  type WriteKind,
} from './memory-table.ts';
import { project, readItems, type ReadInput } from './read-items.ts';
import { copyOf, sizeOf, validationError, type Item } from './values.ts';

const MAX_BATCH_WRITES = 25;
const MAX_BATCH_READS = 100;
const MAX_BATCH_BYTES = 16 * 1024 * 1024;
const MAX_TRANSACTION_WRITES = 100;

/** What all commands have in common. */
export interface Command {
  readonly input: object;
}

export interface ReadOptions {
  /** A read that is not strong sees items as they were before their last change. */
  readonly isStale?: boolean;
}

/** Answers the document client's commands from a table in memory, at once; refusals are the SDK's own errors. */
export class MemoryClient {
  readonly table: MemoryTable;
  readonly #tableName: string;
  readonly #tokens = new Map<string, string>();

  constructor(tableName: string, table: MemoryTable) {
    this.table = table;
    this.#tableName = tableName;
  }

  /** As the stores take it. */
  asDocumentClient(): DynamoDBDocumentClient {
    return { send: async (command: Command) => this.run(command) } as unknown as DynamoDBDocumentClient;
  }

  run(command: Command, options: ReadOptions = {}): object {
    const answer = ANSWERS.get(command.constructor);
    if (answer === undefined) throw new Error(`The table in memory knows no ${command.constructor.name}`);
    return answer(this, command.input as never, options);
  }

  assertTable(name: unknown): void {
    if (name === this.#tableName) return;
    throw new ResourceNotFoundException({ message: `No table ${String(name)}`, $metadata: {} });
  }

  get(input: ReadInput & { Key: Item; ConsistentRead?: boolean }, { isStale = false }: ReadOptions): Item {
    this.assertTable(input.TableName);
    const item = this.table.get(input.Key, { isStale: isStale && input.ConsistentRead !== true });
    return item === undefined ? {} : { Item: copyOf(project(item, input)) };
  }

  write(kind: WriteKind, input: WriteInput & SingleWrite): Item {
    this.assertTable(input.TableName);
    const write = this.table.prepare(kind, input);
    const { before, after } = write.change;
    if (!write.isAllowed) throw conditionFailed(input, before);
    this.table.apply([write]);
    const attributes = {
      ALL_OLD: before,
      ALL_NEW: after,
      UPDATED_OLD: changedAttributes(before, write.touched),
      UPDATED_NEW: changedAttributes(after, write.touched),
      NONE: undefined,
    }[input.ReturnValues ?? 'NONE'];
    return attributes === undefined ? {} : { Attributes: copyOf(attributes) };
  }

  transactWrite({ TransactItems, ClientRequestToken: token }: TransactWrite): Item {
    if (TransactItems.length > MAX_TRANSACTION_WRITES) throw validationError('At most 100 actions');
    if (token !== undefined && this.#wasSent(token, TransactItems)) return {};
    const actions = TransactItems.map((item) => {
      const [kind, input] = Object.entries(item).find(([, input]) => input !== undefined) ?? [];
      this.assertTable(input?.TableName);
      return { input, write: this.table.prepare(kind as WriteKind, input ?? {}) };
    });
    const keys = new Set(actions.map(({ write }) => write.key));
    if (keys.size < actions.length) throw validationError('Several actions on one item');
    if (actions.some(({ write }) => !write.isAllowed)) {
      throw new TransactionCanceledException({
        message: 'Transaction cancelled',
        $metadata: {},
        CancellationReasons: actions.map(({ input, write }) =>
          write.isAllowed ? { Code: 'None' } : reasonOf(input ?? {}, write),
        ),
      });
    }
    this.table.apply(actions.map(({ write }) => write));
    return {};
  }

  #wasSent(token: string, items: unknown): boolean {
    const text = JSON.stringify(items);
    const known = this.#tokens.get(token);
    if (known !== undefined && known !== text) {
      throw new IdempotentParameterMismatchException({ message: 'Another transaction', $metadata: {} });
    }
    this.#tokens.set(token, text);
    return known !== undefined;
  }

  transactGet({ TransactItems }: { TransactItems: { Get: ReadInput & { Key: Item } }[] }): Item {
    return { Responses: TransactItems.map(({ Get }) => this.get(Get, {})) };
  }

  batchWrite({ RequestItems }: { RequestItems: Record<string, BatchWriteRequest[]> }): Item {
    const writes = Object.entries(RequestItems).flatMap(([TableName, requests]) =>
      requests.map(({ PutRequest, DeleteRequest }) => {
        this.assertTable(TableName);
        return PutRequest === undefined
          ? this.table.prepare('Delete', { Key: DeleteRequest?.Key ?? {} })
          : this.table.prepare('Put', { Item: PutRequest.Item });
      }),
    );
    if (writes.length > MAX_BATCH_WRITES) throw validationError('At most 25 writes');
    if (new Set(writes.map(({ key }) => key)).size < writes.length) throw validationError('One key twice');
    for (const write of writes) this.table.apply([write]);
    return { UnprocessedItems: {} };
  }

  batchGet({ RequestItems }: { RequestItems: Record<string, BatchGetRequest> }, options: ReadOptions): Item {
    const Responses: Record<string, Item[]> = {};
    const UnprocessedKeys: Record<string, BatchGetRequest> = {};
    let bytes = 0;
    for (const [TableName, request] of Object.entries(RequestItems)) {
      if (request.Keys.length > MAX_BATCH_READS) throw validationError('At most 100 keys');
      const found: Item[] = [];
      const left: Item[] = [];
      for (const Key of request.Keys) {
        const { Item: item } = this.get({ ...request, TableName, Key }, options) as { Item?: Item };
        bytes += item === undefined ? 0 : sizeOf(item);
        if (bytes > MAX_BATCH_BYTES) left.push(Key);
        else if (item !== undefined) found.push(item);
      }
      Responses[TableName] = found;
      if (left.length > 0) UnprocessedKeys[TableName] = { ...request, Keys: left };
    }
    return { Responses, UnprocessedKeys };
  }
}

interface SingleWrite {
  readonly TableName?: string;
  readonly ReturnValues?: 'NONE' | 'ALL_OLD' | 'ALL_NEW' | 'UPDATED_OLD' | 'UPDATED_NEW';
  readonly ReturnValuesOnConditionCheckFailure?: string;
}

interface TransactWrite {
  readonly TransactItems: readonly Partial<Record<WriteKind, WriteInput & SingleWrite>>[];
  readonly ClientRequestToken?: string;
}

interface BatchWriteRequest {
  readonly PutRequest?: { readonly Item: Item };
  readonly DeleteRequest?: { readonly Key: Item };
}

type BatchGetRequest = ReadInput & { readonly Keys: Item[] };

type Answer = (client: MemoryClient, input: never, options: ReadOptions) => object;

const ANSWERS = new Map<unknown, Answer>([
  [GetCommand, (client, input, options) => client.get(input, options)],
  [PutCommand, (client, input) => client.write('Put', input)],
  [UpdateCommand, (client, input) => client.write('Update', input)],
  [DeleteCommand, (client, input) => client.write('Delete', input)],
  [TransactWriteCommand, (client, input) => client.transactWrite(input)],
  [TransactGetCommand, (client, input) => client.transactGet(input)],
  [BatchWriteCommand, (client, input) => client.batchWrite(input)],
  [BatchGetCommand, (client, input, options) => client.batchGet(input, options)],
  [QueryCommand, (client, input, options) => readItems(client, input, options)],
  [ScanCommand, (client, input, options) => readItems(client, input, options)],
]);

function conditionFailed(input: SingleWrite, item: Item | undefined): ConditionalCheckFailedException {
  const failure = new ConditionalCheckFailedException({
    message: 'The conditional request failed',
    $metadata: {},
  });
  // The document client's item has plain values, where the type of the error says AttributeValue.
  return Object.assign(failure, isItemAsked(input) ? { Item: copyOf(item) } : {}) as typeof failure;
}

function reasonOf(input: SingleWrite, { change }: PreparedWrite): { Code: string } {
  return { Code: 'ConditionalCheckFailed', ...(isItemAsked(input) ? { Item: copyOf(change.before) } : {}) };
}

function isItemAsked({ ReturnValuesOnConditionCheckFailure: asked }: SingleWrite): boolean {
  return asked === 'ALL_OLD';
}
