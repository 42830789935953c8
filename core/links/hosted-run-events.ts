import type { Clock } from '../foundation/clock.ts';
import { deriveTimeOrderedID, lowestTimeOrderedID } from '../foundation/ids.ts';
import { TABLE_KEYS, TTL_ATTRIBUTE } from '../foundation/table.ts';
import type { TableAccess } from '../foundation/table-client.ts';
import {
  TransactionRefusedError,
  writeTransaction,
  type TransactionItem,
} from '../foundation/transactions.ts';
import { countChanges } from '../lists/day-counts.ts';
import { countKeys } from '../lists/key-range.ts';
import { readItems } from '../resources/resource-reads.ts';
import type { RunEvent } from '../run-events/run-event.ts';
import {
  eventOrderKey,
  RUN_EVENT_PREFIX,
  runEventKey,
  runEventKind,
  runEventsPartition,
  toRunEventItem,
} from '../run-events/run-event-item.ts';
import type { Run } from '../runs/run.ts';

/** Each is at most two items and a count of its hour; a transaction has at most 100. */
const EVENTS_PER_TRANSACTION = 30;
const MAX_ATTEMPTS = 5;

/** The copies of runs' events. What is stored twice is stored once, whoever stores it. */
export interface HostedRunEvents {
  count(run: Run): Promise<number>;
  save(run: Run, events: readonly RunEvent[]): Promise<void>;
}

type Table = TableAccess & { readonly clock: Clock; readonly retentionDays: number };

export function createHostedRunEvents(table: Table): HostedRunEvents {
  return {
    count: ({ appID, runID }) =>
      countKeys(table, {
        partitionName: TABLE_KEYS.partition,
        partition: runEventsPartition(appID, runID),
        sortName: TABLE_KEYS.sort,
        prefix: RUN_EVENT_PREFIX,
      }),
    async save(run, events) {
      for (let start = 0; start < events.length; start += EVENTS_PER_TRANSACTION) {
        await saveSome(table, run, events.slice(start, start + EVENTS_PER_TRANSACTION));
      }
    },
  };
}

/** Another poller may store some of them meanwhile: then what is left is looked at again. */
async function saveSome(table: Table, run: Run, events: readonly RunEvent[]): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const items = await readItems(
      table,
      events.map((event) => runEventKey(run.appID, run.runID, orderIDOf(event))),
    );
    const stored = new Set(items.map((item) => item['eventID']));
    const fresh = new Map(
      events.filter(({ eventID }) => !stored.has(eventID)).map((event) => [event.eventID, event]),
    );
    if (fresh.size === 0) return;
    try {
      await writeTransaction(table.client, toItems(table, run, [...fresh.values()]), table.clock);
      return;
    } catch (error) {
      if (!(error instanceof TransactionRefusedError) || attempt === MAX_ATTEMPTS) throw error;
    }
  }
}

function toItems(table: Table, run: Run, events: readonly RunEvent[]): TransactionItem[] {
  const { tableName: TableName, retentionDays } = table;
  const expiresAt = Math.floor(Date.parse(run.createdAt) / 1000) + retentionDays * 86_400;
  const puts = events.flatMap((event): TransactionItem[] => {
    const order = orderIDOf(event);
    const row = {
      Put: {
        TableName,
        Item: {
          ...toRunEventItem(run.appID, { ...event, eventID: order }, expiresAt),
          eventID: event.eventID,
        },
        ConditionExpression: 'attribute_not_exists(pk)',
      },
    };
    if (order === event.eventID) return [row];
    const Item = { ...eventOrderKey(run.appID, run.runID, event.eventID), order, [TTL_ATTRIBUTE]: expiresAt };
    return [row, { Put: { TableName, Item } }];
  });
  const partition = runEventsPartition(run.appID, run.runID);
  const changes = events.map((event) => ({
    kind: runEventKind(event),
    at: event.publishedAt,
    by: 1 as const,
  }));
  return [...puts, ...countChanges(TableName, partition, changes, expiresAt)];
}

/**
 * The id under which an event lies in its place: its own when that sorts by the second that it was published in, as
 * those of another Millrace do, else one derived from both.
 */
function orderIDOf({ eventID, publishedAt }: RunEvent): string {
  const at = new Date(publishedAt);
  const isOrdered =
    eventID[14] === '7' &&
    eventID >= lowestTimeOrderedID(at) &&
    eventID < lowestTimeOrderedID(new Date(at.getTime() + 1000));
  return isOrdered ? eventID : deriveTimeOrderedID(at, eventID);
}
