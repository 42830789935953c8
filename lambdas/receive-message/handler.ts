import type { ReceiveMessage } from '../../core/webhooks/receive-message.ts';
import type { MessageHandler } from '../middleware/queue-worker.ts';

/** Takes in what another system put into a queue: who may do so is a right in AWS. */
export function createHandler(receiveMessage: () => ReceiveMessage): MessageHandler {
  return async (record) => {
    await receiveMessage()(Buffer.from(record.body));
  };
}
