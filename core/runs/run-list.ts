import { BatchGetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { takePage, type PageRequest, type SortOrder } from '../foundation/pagination.ts';
import { TABLE_INDEXES, TTL_ATTRIBUTE } from '../foundation/table.ts';
import type { TableAccess } from '../foundation/table-client.ts';
import type { Run, RunStatus, RunType } from './run.ts';
import { applicationRunsKey, runKey, runSchema, taskRunsKey } from './run-item.ts';

export interface RunListQuery extends PageRequest {
  readonly taskID?: string;
  readonly statuses?: readonly RunStatus[];
  readonly types?: readonly RunType[];
  /** Of `createdAt`; both ends belong to the window. */
  readonly startDate: Date;
  readonly endDate: Date;
  readonly sort: 'status' | 'updatedAt' | 'createdAt';
  readonly order: SortOrder;
}

/** The few attributes that filter and sort; the page's runs are then read whole. */
const rowSchema = runSchema
  .pick({ runID: true, status: true, type: true, createdAt: true, updatedAt: true })
  .extend({ [TTL_ATTRIBUTE]: z.number().optional() });
type Row = z.infer<typeof rowSchema>;

/** One page of the runs of an application or task, and how many the window and the filters leave. */
export async function listRuns(
  table: TableAccess,
  appID: string,
  query: RunListQuery,
  now: Date,
): Promise<{ runs: Run[]; nbItems: number }> {
  const rows = (await readWindow(table, appID, query)).filter((row) => matches(row, query, now));
  rows.sort(comparatorOf(query));
  const page = takePage(rows, query);
  return { runs: await readRuns(table, appID, page), nbItems: rows.length };
}

async function readWindow(
  { client, tableName }: TableAccess,
  appID: string,
  { taskID, startDate, endDate }: RunListQuery,
): Promise<Row[]> {
  const index = taskID === undefined ? TABLE_INDEXES.byApplication : TABLE_INDEXES.byTask;
  const rows: Row[] = [];
  let page: Record<string, unknown> | undefined;
  do {
    const { Items = [], LastEvaluatedKey } = await client.send(
      new QueryCommand({
        TableName: tableName,
        IndexName: index.name,
        KeyConditionExpression: '#key = :key AND #sort BETWEEN :from AND :to',
        ProjectionExpression: '#runID, #status, #type, #createdAt, #updatedAt, #expiresAt',
        ExpressionAttributeNames: {
          '#key': index.partition,
          '#sort': index.sort,
          '#runID': 'runID',
          '#status': 'status',
          '#type': 'type',
          '#createdAt': 'createdAt',
          '#updatedAt': 'updatedAt',
          '#expiresAt': TTL_ATTRIBUTE,
        },
        ExpressionAttributeValues: {
          ':key': taskID === undefined ? applicationRunsKey(appID) : taskRunsKey(appID, taskID),
          ':from': startDate.toISOString(),
          // `~` sorts after the `#` that follows the instant in the index.
          ':to': `${endDate.toISOString()}~`,
        },
        ExclusiveStartKey: page,
      }),
    );
    rows.push(...Items.map((item) => rowSchema.parse(item)));
    page = LastEvaluatedKey;
  } while (page !== undefined);
  return rows;
}

function matches(row: Row, { statuses, types }: RunListQuery, now: Date): boolean {
  const expiresAt = row[TTL_ATTRIBUTE];
  return (
    (expiresAt === undefined || expiresAt * 1000 > now.getTime()) &&
    (statuses === undefined || statuses.includes(row.status)) &&
    (types === undefined || types.includes(row.type))
  );
}

/** By the sort key, then by creation, then by id: pages never overlap. */
function comparatorOf({ sort, order }: RunListQuery): (a: Row, b: Row) => number {
  const direction = order === 'asc' ? 1 : -1;
  return (a, b) =>
    direction * (compare(a[sort], b[sort]) || compare(a.createdAt, b.createdAt) || compare(a.runID, b.runID));
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

async function readRuns(
  { client, tableName }: TableAccess,
  appID: string,
  rows: readonly Row[],
): Promise<Run[]> {
  const found = new Map<string, Run>();
  // A page has at most 100 runs, which is what one BatchGetItem takes; it may leave keys unread.
  let keys = rows.map((row) => runKey(appID, row.runID));
  while (keys.length > 0) {
    const { Responses, UnprocessedKeys } = await client.send(
      new BatchGetCommand({ RequestItems: { [tableName]: { Keys: keys, ConsistentRead: true } } }),
    );
    for (const item of Responses?.[tableName] ?? []) {
      const run = runSchema.parse(item);
      found.set(run.runID, run);
    }
    keys = UnprocessedKeys?.[tableName]?.Keys ?? [];
  }
  return rows.flatMap((row) => found.get(row.runID) ?? []);
}
