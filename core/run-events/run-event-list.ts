import type { Clock } from '../foundation/clock.ts';
import { lowestTimeOrderedID } from '../foundation/ids.ts';
import type { PageRequest, SortOrder } from '../foundation/pagination.ts';
import { TABLE_INDEXES, TABLE_KEYS } from '../foundation/table.ts';
import type { TableAccess } from '../foundation/table-client.ts';
import { readCounts } from '../lists/day-counts.ts';
import { countKeys, type KeyRange } from '../lists/key-range.ts';
import { readPage, type ListPart } from '../lists/read-page.ts';
import type { RunEventStatus, RunEventType } from './run-event.ts';
import {
  RUN_EVENT_KINDS,
  RUN_EVENT_PREFIX,
  runEventKind,
  runEventsPartition,
  type RunEventKind,
} from './run-event-item.ts';

export interface RunEventQuery extends PageRequest {
  readonly statuses?: readonly RunEventStatus[];
  readonly types?: readonly RunEventType[];
  /** Both ends belong to the window. */
  readonly startDate: Date;
  readonly endDate: Date;
  readonly sort: 'status' | 'type' | 'publishedAt';
  readonly order: SortOrder;
}

/** The ids of one page, and how many events the window and the filters leave. By the sort key, then by time. */
export async function listRunEventIDs(
  table: TableAccess & { readonly clock: Clock },
  partition: { readonly appID: string; readonly runID: string },
  query: RunEventQuery,
): Promise<{ eventIDs: string[]; nbItems: number }> {
  const events = runEventsPartition(partition.appID, partition.runID);
  const parts = await readParts(table, events, query);
  const nbItems = parts.reduce((sum, { count }) => sum + count, 0);
  const { statuses, types, sort } = query;
  const isOneRange = statuses === undefined && types === undefined && sort === 'publishedAt';
  const whole: ListPart = { count: nbItems, rank: '', range: wholeRange(events, query) };
  const eventIDs = await readPage(table, isOneRange ? [whole] : parts, query);
  return { eventIDs, nbItems };
}

async function readParts(
  table: TableAccess & { readonly clock: Clock },
  events: string,
  query: RunEventQuery,
): Promise<ListPart[]> {
  const { statuses, types, startDate, endDate } = query;
  const kinds = RUN_EVENT_KINDS.filter(
    ({ status, type }) => (statuses?.includes(status) ?? true) && (types?.includes(type) ?? true),
  );
  const { counts, partial } = await readCounts(table, events, kinds.map(runEventKind), {
    from: startDate,
    to: endDate < table.clock.now() ? endDate : undefined,
  });
  const cut = await Promise.all(
    partial.map(async ({ kind, from, to }) => {
      const bounds = { startDate: new Date(from), endDate: new Date(to) };
      return { kind, count: await countKeys(table, kindRange(events, kind, bounds)) };
    }),
  );
  return kinds.map((kind) => {
    const name = runEventKind(kind);
    const inMinutes = cut.filter((part) => part.kind === name).reduce((sum, { count }) => sum + count, 0);
    const count = (counts.get(name) ?? 0) + inMinutes;
    return { count, rank: rankOf(kind, query.sort), range: kindRange(events, name, query) };
  });
}

function rankOf(kind: RunEventKind, sort: RunEventQuery['sort']): string {
  return sort === 'publishedAt' ? '' : (kind[sort] ?? '');
}

type Window = Pick<RunEventQuery, 'startDate' | 'endDate'>;

function wholeRange(events: string, window: Window): KeyRange {
  return {
    partitionName: TABLE_KEYS.partition,
    partition: events,
    sortName: TABLE_KEYS.sort,
    prefix: RUN_EVENT_PREFIX,
    ...boundsOf(window),
  };
}

function kindRange(events: string, kind: string, window: Window): KeyRange {
  const { name, partition: partitionName, sort: sortName } = TABLE_INDEXES.byApplication;
  const partition = `${events}#${kind}`;
  return { indexName: name, partitionName, partition, sortName, prefix: '', ...boundsOf(window) };
}

/** The end's millisecond belongs to the window; no id is as low as the lowest of the next one. */
function boundsOf({ startDate, endDate }: Window): { from: string; to: string } {
  return {
    from: lowestTimeOrderedID(startDate),
    to: lowestTimeOrderedID(new Date(endDate.getTime() + 1)),
  };
}
