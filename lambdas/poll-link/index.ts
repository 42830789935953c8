import { createLog } from '../../core/foundation/logging.ts';
import { composeQueueWorker } from '../middleware/queue-worker.ts';
import { createAwsLinkWork } from './create-link-work.ts';
import { createHandler, type LinkWork } from './handler.ts';

const log = createLog({ function: 'poll-link' });

/** Made by the first message, so that a missing variable is that message's failure and not a crash at import. */
let linkWork: LinkWork | undefined;

export const handler = composeQueueWorker(
  createHandler(() => (linkWork ??= createAwsLinkWork())),
  { log },
);
