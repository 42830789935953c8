import middy from '@middy/core';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { Log } from '../../core/foundation/logging.ts';

/** Does what one message asks for; throws if the message is to come again. */
export type MessageHandler = (record: SQSRecord, context: Context) => Promise<void>;

type Settled = readonly PromiseSettledResult<void>[];

/**
 * What every queue worker has around its handler: each message succeeds or fails by itself, those that failed are named
 * in the answer and logged, and their bodies are not.
 */
export function composeQueueWorker(
  handle: MessageHandler,
  { log }: { readonly log: Log },
): (event: SQSEvent, context: Context) => Promise<SQSBatchResponse> {
  const settleAll = async (event: SQSEvent, context: Context): Promise<Settled> =>
    Promise.allSettled(event.Records.map((record) => handle(record, context)));
  const worker = middy<SQSEvent, Settled | SQSBatchResponse>(settleAll).use(partialBatchResponse(log));
  return async (event, context) => {
    const response = await worker(event, context);
    if (!('batchItemFailures' in response)) throw new Error('The partial-batch middleware did not run');
    return response;
  };
}

function partialBatchResponse(log: Log): middy.MiddlewareObj<SQSEvent, Settled | SQSBatchResponse> {
  return {
    after: (request) => {
      const { event, response } = request;
      if (response === null || response === undefined || 'batchItemFailures' in response) return;
      const batchItemFailures: SQSBatchResponse['batchItemFailures'] = [];
      for (const [index, result] of response.entries()) {
        const messageID = event.Records[index]?.messageId;
        if (result.status === 'fulfilled' || messageID === undefined) continue;
        log.error('A message goes back to the queue', result.reason, {
          messageID,
          requestID: request.context.awsRequestId,
        });
        batchItemFailures.push({ itemIdentifier: messageID });
      }
      request.response = { batchItemFailures };
    },
  };
}
