import middy from '@middy/core';
import type { Context } from 'aws-lambda';

import type { Log } from '../../core/foundation/logging.ts';

/** What a function that another one invokes has around its handler: failures logged, never what came or goes. */
export function composeInvokedFunction<Answer>(
  handle: (event: unknown) => Promise<Answer>,
  { log }: { readonly log: Log },
): (event: unknown, context: Context) => Promise<Answer> {
  return middy<unknown, Answer>(handle).use({
    onError: ({ error, context }) => {
      log.error('Failed', error, { requestID: context.awsRequestId });
    },
  });
}
