import {
  BatchWriteCommand,
  PutCommand,
  UpdateCommand,
  type DynamoDBDocumentClient,
} from '@aws-sdk/lib-dynamodb';

import { newID } from '../../core/foundation/ids.ts';
import { TTL_ATTRIBUTE } from '../../core/foundation/table.ts';
import type { TableAccess } from '../../core/foundation/table-client.ts';
import type { TransactionItem } from '../../core/foundation/transactions.ts';
import { createRunStore } from '../../core/runs/run-store.ts';
import { createSourceStore } from '../../core/sources/source-store.ts';

const BATCH_ITEMS = 25;
const BATCHES_AT_ONCE = 8;
const WEEK_MILLISECONDS = 6 * 86_400_000;

/** Stores so many sources and runs as the stores would, but in batches: the counts are added up and written last. */
export async function fillTable(
  table: TableAccess,
  appID: string,
  count: { readonly sources: number; readonly runs: number },
): Promise<void> {
  const writes = captureWrites();
  const start = Date.now() - WEEK_MILLISECONDS;
  let now = start;
  const clock = { now: () => new Date(now), sleep: async () => {} };
  const access = { client: writes.client, tableName: table.tableName, clock };
  const sources = createSourceStore(access);
  const runs = createRunStore(access);
  const most = Math.max(count.sources, count.runs);
  for (let index = 0; index < most; index += 1) {
    now = start + (index / most) * WEEK_MILLISECONDS;
    const type = index % 2 === 0 ? 'csv' : 'json';
    const input = { url: 'https://example.com/catalogue' };
    if (index < count.sources) await sources.create(appID, newID(), { type, name: `source ${index}`, input });
    if (index < count.runs) await runs.claim(runAt(appID, clock.now(), index));
    if (writes.items.length > BATCH_ITEMS * BATCHES_AT_ONCE * 10)
      await writeAll(table, writes.items.splice(0));
  }
  await writeAll(table, writes.items);
  for (const counter of writes.counters.values()) await addUp(table, counter);
}

type Run = Parameters<ReturnType<typeof createRunStore>['claim']>[0];

function runAt(appID: string, at: Date, index: number): Run {
  const createdAt = at.toISOString();
  return {
    runID: newID(),
    appID,
    taskID: `task ${index % 10}`,
    type: 'reindex',
    action: 'save',
    status: 'finished',
    outcome: 'success',
    failureThreshold: 0,
    trigger: { kind: 'api', key: newID() },
    counts: { received: 0, applied: 0, unchanged: 0, rejected: 0 },
    fence: 1,
    attempts: 1,
    stalls: 0,
    restarts: 0,
    revision: 2,
    createdAt,
    updatedAt: createdAt,
  };
}

type Item = Record<string, unknown>;

interface Counter {
  readonly key: Item;
  readonly sums: Map<string, number>;
  expiresAt: number | undefined;
}

/** A client that keeps the items which transactions put, and adds up those that count. */
function captureWrites(): { client: DynamoDBDocumentClient; items: Item[]; counters: Map<string, Counter> } {
  const items: Item[] = [];
  const counters = new Map<string, Counter>();
  const send = async (command: { input: { TransactItems?: TransactionItem[] } }): Promise<object> => {
    for (const { Put, Update } of command.input.TransactItems ?? []) {
      if (Put?.Item) items.push(Put.Item);
      if (Update) count(counters, Update);
    }
    return {};
  };
  return { client: { send } as unknown as DynamoDBDocumentClient, items, counters };
}

function count(counters: Map<string, Counter>, update: NonNullable<TransactionItem['Update']>): void {
  const key = JSON.stringify(update.Key);
  const counter = counters.get(key) ?? { key: update.Key ?? {}, sums: new Map(), expiresAt: undefined };
  counters.set(key, counter);
  for (const [placeholder, name] of Object.entries(update.ExpressionAttributeNames ?? {})) {
    const value = Number(update.ExpressionAttributeValues?.[placeholder.replace('#', ':')]);
    if (placeholder === '#ttl') counter.expiresAt = value;
    else counter.sums.set(name, (counter.sums.get(name) ?? 0) + value);
  }
}

async function addUp({ client, tableName }: TableAccess, { key, sums, expiresAt }: Counter): Promise<void> {
  const names = [...sums.keys()];
  const added = `ADD ${names.map((_, index) => `#n${index} :n${index}`).join(', ')}`;
  await client.send(
    new UpdateCommand({
      TableName: tableName,
      Key: key,
      UpdateExpression: expiresAt === undefined ? added : `${added} SET #ttl = :ttl`,
      ExpressionAttributeNames: {
        ...(expiresAt === undefined ? {} : { '#ttl': TTL_ATTRIBUTE }),
        ...Object.fromEntries(names.map((name, index) => [`#n${index}`, name])),
      },
      ExpressionAttributeValues: {
        ...(expiresAt === undefined ? {} : { ':ttl': expiresAt }),
        ...Object.fromEntries(names.map((name, index) => [`:n${index}`, sums.get(name)])),
      },
    }),
  );
}

async function writeAll({ client, tableName }: TableAccess, written: readonly Item[]): Promise<void> {
  // A batch takes each key once; what was written last counts.
  const items = [
    ...new Map(written.map((item) => [JSON.stringify([item['pk'], item['sk']]), item])).values(),
  ];
  const batches = Array.from({ length: Math.ceil(items.length / BATCH_ITEMS) }, (_, index) =>
    items.slice(index * BATCH_ITEMS, (index + 1) * BATCH_ITEMS),
  );
  const work = async (): Promise<void> => {
    for (let batch = batches.shift(); batch; batch = batches.shift()) {
      const requests = batch.map((Item) => ({ PutRequest: { Item } }));
      const answer = await client.send(new BatchWriteCommand({ RequestItems: { [tableName]: requests } }));
      for (const { PutRequest } of answer.UnprocessedItems?.[tableName] ?? []) {
        if (PutRequest) await client.send(new PutCommand({ TableName: tableName, Item: PutRequest.Item }));
      }
    }
  };
  await Promise.all(Array.from({ length: BATCHES_AT_ONCE }, work));
}
