import * as z from 'zod';
import { systemClock, type Clock } from '../foundation/clock.ts';
import { TABLE_KEYS, TTL_ATTRIBUTE } from '../foundation/table.ts';
import type { TableAccess } from '../foundation/table-client.ts';
import { readItems } from '../resources/resource-reads.ts';
import { runEventSchema, type RunEvent } from './run-event.ts';
import { eventOrderKey, RUN_EVENT_PREFIX, runEventKey } from './run-event-item.ts';
import { listRunEventIDs, type RunEventQuery } from './run-event-list.ts';

/** Reads the events of runs; they are written by `RunStore.commit`, together with the step that they tell of. */
export interface RunEventStore {
  get(appID: string, runID: string, eventID: string): Promise<RunEvent | undefined>;
  /** One page, and how many events the window and the filters leave. */
  list(appID: string, runID: string, query: RunEventQuery): Promise<{ events: RunEvent[]; nbItems: number }>;
}

export function createRunEventStore(access: TableAccess & { readonly clock?: Clock }): RunEventStore {
  const { client, tableName, clock = systemClock } = access;
  const table = { client, tableName, clock };
  const isCurrent = (item: Readonly<Record<string, unknown>>) => !isExpired(item, clock.now());

  return {
    async get(appID, runID, eventID) {
      const found = await readItems(table, [
        runEventKey(appID, runID, eventID),
        eventOrderKey(appID, runID, eventID),
      ]);
      const [item] = found;
      const order = orderSchema.safeParse(item).data?.order;
      const ordered =
        order === undefined ? item : (await readItems(table, [runEventKey(appID, runID, order)]))[0];
      return ordered === undefined || !isCurrent(ordered) ? undefined : runEventSchema.parse(ordered);
    },
    async list(appID, runID, query) {
      const { eventIDs, nbItems } = await listRunEventIDs(table, { appID, runID }, query);
      const items = await readItems(
        table,
        eventIDs.map((eventID) => runEventKey(appID, runID, eventID)),
      );
      const found = new Map(
        items.filter(isCurrent).map((item) => {
          const sortKey = String(item[TABLE_KEYS.sort]);
          return [sortKey.slice(RUN_EVENT_PREFIX.length), runEventSchema.parse(item)];
        }),
      );
      return { events: eventIDs.flatMap((eventID) => found.get(eventID) ?? []), nbItems };
    },
  };
}

/** Either an event lies under its own id, or this says under which. */
const orderSchema = z.object({ order: z.string() });

function isExpired(item: Readonly<Record<string, unknown>>, now: Date): boolean {
  const expiresAt = item[TTL_ATTRIBUTE];
  return typeof expiresAt === 'number' && expiresAt * 1000 <= now.getTime();
}
