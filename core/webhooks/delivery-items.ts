import * as z from 'zod';
import { TABLE_INDEXES, TTL_ATTRIBUTE } from '../foundation/table.ts';
import type { HookOwner } from './hook-id.ts';

/** Longer than any sender repeats a delivery. */
export const REMEMBER_SECONDS = 7 * 24 * 60 * 60;

/**
 * What is kept of deliveries:
 *
 * - each authentic one: pk `{appID}#webhook-deliveries#{taskID}`, sk = an id derived from the sender's. It is what a
 *   repeat is known by, and the ledger's entry; the index `by-application` has them by time.
 * - how many were refused: the same pk, sk `refused#{hour}`. Only a number, so that nobody can fill the table.
 * - each hint that no run has taken: pk `{appID}#webhook-hints#{taskID}`, sk = time and id of its delivery.
 */
export function deliveriesPartition({ appID, taskID }: HookOwner): string {
  return `${appID}#webhook-deliveries#${taskID}`;
}

export function hintsPartition({ appID, taskID }: HookOwner): string {
  return `${appID}#webhook-hints#${taskID}`;
}

export const REFUSED_PREFIX = 'refused#';

const DELIVERY_STATUSES = ['waiting', 'taken', 'ignored'] as const;

export const deliverySchema = z.object({
  /** Derived from the sender's. */
  deliveryID: z.string(),
  /** As the sender names it, shortened. */
  senderID: z.string(),
  receivedAt: z.string(),
  /** `waiting`: no run has it yet; `taken`: `runID` has; `ignored`: it asks for none. */
  status: z.enum(DELIVERY_STATUSES),
  /** The first few that it names. */
  objectIDs: z.array(z.string()),
  objectCount: z.int(),
  runID: z.string().optional(),
  reason: z.string().optional(),
  /** How often it came again. */
  duplicates: z.int().default(0),
  lastDuplicateAt: z.string().optional(),
});

export type StoredDelivery = z.output<typeof deliverySchema>;

/** Where it stands among the deliveries of its hook, and where a page can begin. */
export function placeOf({
  receivedAt,
  deliveryID,
}: Pick<StoredDelivery, 'receivedAt' | 'deliveryID'>): string {
  return `${receivedAt}#${deliveryID}`;
}

export function toDeliveryItem(owner: HookOwner, delivery: StoredDelivery): Record<string, unknown> {
  const { byApplication } = TABLE_INDEXES;
  const pk = deliveriesPartition(owner);
  return {
    ...delivery,
    pk,
    sk: delivery.deliveryID,
    [byApplication.partition]: pk,
    [byApplication.sort]: placeOf(delivery),
    [TTL_ATTRIBUTE]: Math.floor(Date.parse(delivery.receivedAt) / 1000) + REMEMBER_SECONDS,
  };
}
