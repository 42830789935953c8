import type { Clock } from '../foundation/clock.ts';
import type { TableAccess } from '../foundation/table-client.ts';
import type { LinkQueue } from './link-queue.ts';
import { listLinksDue } from './links-due.ts';

/** Bounds one sweep; what is left over is due at the next. */
const MAX_MESSAGES = 500;

/** Sends a message for each link, and each start asked of one, that is due; resolves with how many. */
export type SweepLinks = () => Promise<number>;

/** Only the poller moves what is due on: a message that finds another one at work does nothing. */
export function createSweepLinks(dependencies: {
  readonly table: TableAccess;
  readonly linkQueue: LinkQueue;
  readonly clock: Clock;
}): SweepLinks {
  const { table, linkQueue, clock } = dependencies;
  return async () => {
    const messages = await listLinksDue(table, clock.now(), MAX_MESSAGES);
    await linkQueue.sendAll(messages);
    return messages.length;
  };
}
