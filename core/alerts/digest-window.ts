import * as z from 'zod';

import type { Clock } from '../foundation/clock.ts';
import { deriveID } from '../foundation/ids.ts';
import { TTL_ATTRIBUTE } from '../foundation/table.ts';
import type { TableAccess } from '../foundation/table-client.ts';
import { readItem, readPartition } from '../resources/resource-reads.ts';
import { putOnce } from './conditional-write.ts';

/** So many transitions of one minute an alert tells one by one; the others of that minute together. */
const MAX_SINGLE_PER_MINUTE = 5;

/** Writers may be this much late at the end of the minute. */
const SLACK_MILLISECONDS = 5_000;

/** Longer than a digest is tried to be delivered. */
const RETENTION_SECONDS = 14 * 86_400;

/** A digest names a few incidents and counts the others: no more than these. */
const MAX_MEMBERS = 1_000;

const memberSchema = z.object({
  digestID: z.string(),
  minute: z.string(),
  isSingle: z.boolean(),
  incidentID: z.string(),
});

/** How an alert tells a transition: by itself, or in the digest of its minute. */
type Way =
  | { readonly isSingle: true }
  | { readonly isSingle: false; readonly digestID: string; readonly dueAt: Date };

/** What each alert has told in each minute. The way of a transition is decided once. */
export interface DigestWindow {
  join(appID: string, alertID: string, told: { transitionID: string; incidentID: string }): Promise<Way>;
  /** The incidents of a digest, each once. */
  membersOf(appID: string, digestID: string): Promise<string[]>;
}

export function createDigestWindow(table: TableAccess & { readonly clock: Clock }): DigestWindow {
  return {
    async join(appID, alertID, { transitionID, incidentID }) {
      // Found by the transition alone, in whatever minute it was told first.
      const key = { pk: `${appID}#told#${alertID}`, sk: transitionID };
      const told = await readItem(table, key);
      const member = told === undefined ? undefined : memberSchema.parse(told);
      if (member !== undefined) return wayOf(member);
      const now = table.clock.now();
      const minute = now.toISOString().slice(0, 16);
      const digestID = deriveID('digest', appID, alertID, minute);
      const partition = partitionOf(appID, digestID);
      const before = await readPartition(table, partition, MAX_SINGLE_PER_MINUTE);
      const fresh = { digestID, minute, isSingle: before.length < MAX_SINGLE_PER_MINUTE, incidentID };
      const expiresAt = Math.floor(now.getTime() / 1000) + RETENTION_SECONDS;
      // First its place in the minute, then the decision: who dies in between leaves one place too many.
      const place = { pk: partition, sk: transitionID };
      await putOnce(table, { ...place, ...fresh, [TTL_ATTRIBUTE]: expiresAt });
      const placed = memberSchema.parse(await readItem(table, place));
      const isFirst = await putOnce(table, { ...key, ...placed, [TTL_ATTRIBUTE]: expiresAt });
      return isFirst ? wayOf(placed) : wayOf(memberSchema.parse(await readItem(table, key)));
    },
    async membersOf(appID, digestID) {
      const items = await readPartition(table, partitionOf(appID, digestID), MAX_MEMBERS);
      const members = items.map((item) => memberSchema.parse(item)).filter(({ isSingle }) => !isSingle);
      return [...new Set(members.map(({ incidentID }) => incidentID))];
    },
  };
}

function wayOf({ isSingle, digestID, minute }: z.output<typeof memberSchema>): Way {
  if (isSingle) return { isSingle };
  return {
    isSingle,
    digestID,
    dueAt: new Date(Date.parse(`${minute}:00.000Z`) + 60_000 + SLACK_MILLISECONDS),
  };
}

function partitionOf(appID: string, digestID: string): string {
  return `${appID}#digest#${digestID}`;
}
