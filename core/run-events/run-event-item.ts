import { TABLE_KEYS, TTL_ATTRIBUTE } from '../foundation/table.ts';
import { boundData } from './bound-data.ts';
import type { RunEvent } from './run-event.ts';

const SORT_PREFIX = 'event#';

export function runEventKey(appID: string, runID: string, eventID: string): Record<string, string> {
  return { ...runEventsPartition(appID, runID), [TABLE_KEYS.sort]: runEventSort(eventID) };
}

export function runEventsPartition(appID: string, runID: string): Record<string, string> {
  return { [TABLE_KEYS.partition]: `${appID}#run#${runID}` };
}

export function runEventSort(eventID: string): string {
  return `${SORT_PREFIX}${eventID}`;
}

/** The item of an event, its data cut to the bound. */
export function toRunEventItem(appID: string, event: RunEvent, expiresAt: number): Record<string, unknown> {
  return {
    ...event,
    data: event.data === null ? null : boundData(event.data),
    ...runEventKey(appID, event.runID, event.eventID),
    [TTL_ATTRIBUTE]: expiresAt,
  };
}
