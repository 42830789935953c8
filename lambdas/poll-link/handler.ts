import type { CarryOutStart } from '../../core/links/carry-out-start.ts';
import { readLinkMessage } from '../../core/links/link-message.ts';
import type { PollLink } from '../../core/links/poll-link.ts';
import type { MessageHandler } from '../middleware/queue-worker.ts';

export interface LinkWork {
  readonly pollLink: PollLink;
  readonly carryOutStart: CarryOutStart;
}

/** Does what a link, or a start asked of it, has due; a message that cannot be read ends in the dead-letter queue. */
export function createHandler(linkWork: () => LinkWork): MessageHandler {
  return async (record, context) => {
    const { appID, linkID, startID } = readLinkMessage(record.body);
    const { pollLink, carryOutStart } = linkWork();
    if (startID !== undefined) return carryOutStart({ appID, startID });
    await pollLink({ appID, linkID }, { remainingMilliseconds: () => context.getRemainingTimeInMillis() });
  };
}
