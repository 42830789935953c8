import { BatchGetCommand } from '@aws-sdk/lib-dynamodb';
import { CLOCK_SLACK_MILLISECONDS } from '../foundation/clock.ts';
import type { PageRequest, SortOrder } from '../foundation/pagination.ts';
import { TABLE_INDEXES } from '../foundation/table.ts';
import type { TableAccess } from '../foundation/table-client.ts';
import { readCounts } from '../lists/day-counts.ts';
import { countKeys, type KeyRange } from '../lists/key-range.ts';
import { idOfKey, readPage, type ListPart } from '../lists/read-page.ts';
import type { Run, RunStatus, RunType } from './run.ts';
import { runKey, runSchema } from './run-item.ts';
import { applicationRuns, RUN_KINDS, runKind, taskRuns, type RunKind } from './run-list-keys.ts';

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

interface Span {
  readonly from: Date;
  /** Absent: to the newest. */
  readonly to: Date | undefined;
}

/**
 * One page of the runs of an application or task, and how many the window and the filters leave. Equal sort values are
 * ordered by creation, then by id, in the same direction. Runs older than `oldest` count as gone.
 */
export async function listRuns(
  table: TableAccess,
  appID: string,
  query: RunListQuery,
  { now, oldest }: { readonly now: Date; readonly oldest: Date },
): Promise<{ runs: Run[]; nbItems: number }> {
  const span: Span = {
    from: query.startDate > oldest ? query.startDate : oldest,
    // Nothing was made after now, so the last minute needs no cutting.
    to: query.endDate < now ? query.endDate : undefined,
  };
  const parts = await readParts(table, appID, query, span);
  const keys = await readPage(table, parts, query);
  const nbItems = parts.reduce((sum, { count }) => sum + count, 0);
  return { runs: await readRuns(table, appID, keys.map(idOfKey)), nbItems };
}

async function readParts(
  table: TableAccess,
  appID: string,
  query: RunListQuery,
  span: Span,
): Promise<ListPart[]> {
  const { taskID, statuses, types, sort } = query;
  const partition = taskID === undefined ? applicationRuns(appID) : taskRuns(appID, taskID);
  const kinds = RUN_KINDS.filter(
    ({ status, type }) => (statuses?.includes(status) ?? true) && (types?.includes(type) ?? true),
  );
  const { counts, partial } = await readCounts(table, partition, kinds.map(runKind), span);
  const cut = await Promise.all(
    partial.map(async ({ kind, from, to }) => {
      const count = await countKeys(table, createdRange(partition, kind, taskID, { from, to }));
      return { kind, count };
    }),
  );
  return kinds.map((kind) => {
    const name = runKind(kind);
    const inMinutes = cut.filter((part) => part.kind === name).reduce((sum, { count }) => sum + count, 0);
    const count = (counts.get(name) ?? 0) + inMinutes;
    return { count, rank: rankOf(kind, sort), ...selectionOf(partition, name, query, span) };
  });
}

function rankOf({ status }: RunKind, sort: RunListQuery['sort']): string {
  return sort === 'status' ? status : '';
}

/** The keys of one kind of run in the order asked for. */
function selectionOf(
  partition: string,
  kind: string,
  { taskID, sort }: RunListQuery,
  { from, to }: Span,
): Pick<ListPart, 'range' | 'accepts'> {
  const bounds = { from: from.toISOString(), to: to?.toISOString() };
  if (sort !== 'updatedAt') return { range: createdRange(partition, kind, taskID, bounds) };
  const index = taskID === undefined ? TABLE_INDEXES.byApplicationUpdate : TABLE_INDEXES.byTaskUpdate;
  // An update comes after the creation, but for what the clocks of two machines differ.
  const earliest = new Date(Math.max(0, from.getTime() - CLOCK_SLACK_MILLISECONDS));
  return {
    range: rangeOf(index, partition, kind, { from: earliest.toISOString() }),
    accepts: (key) => {
      const [, createdAt = ''] = key.split('#');
      return createdAt >= bounds.from && (bounds.to === undefined || createdAt <= bounds.to);
    },
  };
}

function createdRange(
  partition: string,
  kind: string,
  taskID: string | undefined,
  bounds: Pick<KeyRange, 'from' | 'to'>,
): KeyRange {
  const index = taskID === undefined ? TABLE_INDEXES.byApplication : TABLE_INDEXES.byTask;
  return rangeOf(index, partition, kind, bounds);
}

function rangeOf(
  { name, partition: partitionName, sort }: (typeof TABLE_INDEXES)[keyof typeof TABLE_INDEXES],
  partition: string,
  kind: string,
  bounds: Pick<KeyRange, 'from' | 'to'>,
): KeyRange {
  const key = { partitionName, partition: `${partition}#${kind}`, sortName: sort, prefix: '' };
  return { indexName: name, ...key, ...bounds };
}

async function readRuns(
  { client, tableName }: TableAccess,
  appID: string,
  runIDs: readonly string[],
): Promise<Run[]> {
  const found = new Map<string, Run>();
  // A page has at most 100 runs, which is what one BatchGetItem takes; it may leave keys unread.
  let keys = [...new Set(runIDs)].map((runID) => runKey(appID, runID));
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
  return runIDs.flatMap((runID) => found.get(runID) ?? []);
}
