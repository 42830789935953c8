import { TABLE_INDEXES, TABLE_KEYS, TTL_ATTRIBUTE } from '../foundation/table.ts';
import type { TransactionItem } from '../foundation/transactions.ts';
import { countChanges } from '../lists/day-counts.ts';
import { boundData } from './bound-data.ts';
import { runEventSchema, type RunEvent } from './run-event.ts';

export const RUN_EVENT_PREFIX = 'event#';

/** What lists of events filter by besides time: its part of the index lies in a partition of its own. */
export type RunEventKind = Pick<RunEvent, 'type' | 'status'>;

export const RUN_EVENT_KINDS: readonly RunEventKind[] = runEventSchema.shape.type.options.flatMap((type) =>
  [...runEventSchema.shape.status.unwrap().options, null].map((status) => ({ type, status })),
);

export function runEventKind({ type, status }: RunEventKind): string {
  return `${type}.${status ?? ''}`;
}

/** Of the events of a run and of their counts; with a kind behind it, the partition of the index. */
export function runEventsPartition(appID: string, runID: string): string {
  return `${appID}#run#${runID}`;
}

export function runEventKey(appID: string, runID: string, eventID: string): Record<string, string> {
  return {
    [TABLE_KEYS.partition]: runEventsPartition(appID, runID),
    [TABLE_KEYS.sort]: `${RUN_EVENT_PREFIX}${eventID}`,
  };
}

/**
 * Events are ordered by their ids. Of one that was copied, and whose id does not sort by time, the item here says under
 * which id in its place it lies.
 */
export function eventOrderKey(appID: string, runID: string, eventID: string): Record<string, string> {
  return {
    [TABLE_KEYS.partition]: runEventsPartition(appID, runID),
    [TABLE_KEYS.sort]: `order#${eventID}`,
  };
}

/** The item of an event, its data cut to the bound. */
export function toRunEventItem(appID: string, event: RunEvent, expiresAt: number): Record<string, unknown> {
  const { byApplication } = TABLE_INDEXES;
  return {
    ...event,
    data: event.data === null ? null : boundData(event.data),
    ...runEventKey(appID, event.runID, event.eventID),
    [byApplication.partition]: `${runEventsPartition(appID, event.runID)}#${runEventKind(event)}`,
    [byApplication.sort]: event.eventID,
    [TTL_ATTRIBUTE]: expiresAt,
  };
}

/** The writes that store a step's events and count them. */
export function runEventChanges(
  tableName: string,
  { appID, runID }: { readonly appID: string; readonly runID: string },
  events: readonly RunEvent[],
  expiresAt: number,
): TransactionItem[] {
  const changes = events.map((event) => ({
    kind: runEventKind(event),
    at: event.publishedAt,
    by: 1 as const,
  }));
  return [
    ...events.map((event) => ({
      Put: { TableName: tableName, Item: toRunEventItem(appID, event, expiresAt) },
    })),
    // One, unless they were published in several hours.
    ...countChanges(tableName, runEventsPartition(appID, runID), changes, expiresAt),
  ];
}
