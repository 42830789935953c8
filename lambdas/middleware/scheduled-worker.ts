import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import type { Log, LogFields } from '../../core/foundation/logging.ts';

/** What every function on a schedule has around its handler: one log line with what it did, and failures logged. */
export function composeScheduledWorker(
  handle: () => Promise<LogFields>,
  { log }: { readonly log: Log },
): (event: unknown, context: Context) => Promise<LogFields> {
  return middy<unknown, LogFields>(handle).use({
    // Blocks, because what a middleware returns would become the answer.
    after: ({ response, context }) => {
      log.info('Done', { requestID: context.awsRequestId, ...response });
    },
    onError: ({ error, context }) => {
      log.error('Failed', error, { requestID: context.awsRequestId });
    },
  });
}
