import { GetCommand, QueryCommand, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import { systemClock, type Clock } from '../foundation/clock.ts';
import { lowestTimeOrderedID } from '../foundation/ids.ts';
import { takePage, type PageRequest, type SortOrder } from '../foundation/pagination.ts';
import { TABLE_KEYS, TTL_ATTRIBUTE } from '../foundation/table.ts';
import type { TableAccess } from '../foundation/table-client.ts';
import { runEventSchema, type RunEvent, type RunEventStatus, type RunEventType } from './run-event.ts';
import { runEventKey, runEventSort, runEventsPartition } from './run-event-item.ts';

export interface RunEventQuery extends PageRequest {
  readonly statuses?: readonly RunEventStatus[];
  readonly types?: readonly RunEventType[];
  /** Both ends belong to the window. */
  readonly startDate: Date;
  readonly endDate: Date;
  readonly sort: 'status' | 'type' | 'publishedAt';
  readonly order: SortOrder;
}

/** Reads the events of runs; they are written by `RunStore.commit`, together with the step that they tell of. */
export interface RunEventStore {
  get(appID: string, runID: string, eventID: string): Promise<RunEvent | undefined>;
  /** One page, and how many events the window and the filters leave. */
  list(appID: string, runID: string, query: RunEventQuery): Promise<{ events: RunEvent[]; nbItems: number }>;
}

export function createRunEventStore(table: TableAccess & { readonly clock?: Clock }): RunEventStore {
  const { client, tableName, clock = systemClock } = table;
  const epochSeconds = () => Math.floor(clock.now().getTime() / 1000);

  return {
    async get(appID, runID, eventID) {
      const { Item } = await client.send(
        new GetCommand({
          TableName: tableName,
          Key: runEventKey(appID, runID, eventID),
          ConsistentRead: true,
        }),
      );
      return Item === undefined || isExpired(Item, epochSeconds()) ? undefined : runEventSchema.parse(Item);
    },
    async list(appID, runID, query) {
      const events: RunEvent[] = [];
      const statement = windowStatement(appID, runID, query);
      let page: Record<string, unknown> | undefined;
      do {
        const { Items = [], LastEvaluatedKey } = await client.send(
          new QueryCommand({ TableName: tableName, ...statement, ExclusiveStartKey: page }),
        );
        for (const item of Items) {
          if (isExpired(item, epochSeconds())) continue;
          const event = runEventSchema.parse(item);
          if (matches(event, query)) events.push(event);
        }
        page = LastEvaluatedKey;
      } while (page !== undefined);
      events.sort(comparatorOf(query));
      return { events: takePage(events, query), nbItems: events.length };
    },
  };
}

function windowStatement(
  appID: string,
  runID: string,
  query: RunEventQuery,
): Omit<QueryCommandInput, 'TableName'> {
  return {
    ConsistentRead: true,
    KeyConditionExpression: '#pk = :pk AND #sk BETWEEN :from AND :to',
    ExpressionAttributeNames: { '#pk': TABLE_KEYS.partition, '#sk': TABLE_KEYS.sort },
    ExpressionAttributeValues: {
      ':pk': runEventsPartition(appID, runID)[TABLE_KEYS.partition],
      ':from': runEventSort(lowestTimeOrderedID(query.startDate)),
      // The end's millisecond belongs to the window; no id is as low as the lowest of the next one.
      ':to': runEventSort(lowestTimeOrderedID(new Date(query.endDate.getTime() + 1))),
    },
  };
}

function matches(event: RunEvent, { statuses, types }: RunEventQuery): boolean {
  return (
    (statuses === undefined || statuses.includes(event.status)) &&
    (types === undefined || types.includes(event.type))
  );
}

/** By the sort key, then by time: ids are time-ordered. */
function comparatorOf({ sort, order }: RunEventQuery): (a: RunEvent, b: RunEvent) => number {
  const direction = order === 'asc' ? 1 : -1;
  const keyOf = (event: RunEvent) => (sort === 'publishedAt' ? '' : (event[sort] ?? ''));
  return (a, b) => direction * (compare(keyOf(a), keyOf(b)) || compare(a.eventID, b.eventID));
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function isExpired(item: Readonly<Record<string, unknown>>, now: number): boolean {
  const expiresAt = item[TTL_ATTRIBUTE];
  return typeof expiresAt === 'number' && expiresAt <= now;
}
