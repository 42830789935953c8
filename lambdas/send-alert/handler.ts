import { readAlertMessage } from '../../core/alerts/alert-message.ts';
import type { HandleAlertMessage } from '../../core/alerts/handle-alert-message.ts';
import type { MessageHandler } from '../middleware/queue-worker.ts';

/** Does what a message of the queue `alerts` asks for; one that cannot be read fails, and ends in the dead-letter queue. */
export function createHandler(handleMessage: () => HandleAlertMessage): MessageHandler {
  return async (record) => {
    const message = readAlertMessage(record.body);
    await handleMessage()(message);
  };
}
