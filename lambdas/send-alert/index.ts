import type { HandleAlertMessage } from '../../core/alerts/handle-alert-message.ts';
import { readEnvironment } from '../../core/foundation/environment.ts';
import { createLog } from '../../core/foundation/logging.ts';
import { composeQueueWorker } from '../middleware/queue-worker.ts';
import { createAwsSendAlert } from './create-send-alert.ts';
import { createHandler } from './handler.ts';

const log = createLog({ function: 'send-alert' });

/** Made by the first message, so that a missing variable is that message's failure and not a crash at import. */
let handleMessage: HandleAlertMessage | undefined;

function handleMessageOnce(): HandleAlertMessage {
  return (handleMessage ??= createAwsSendAlert(
    readEnvironment(
      'TABLE_NAME',
      'ALERTS_QUEUE_URL',
      'BUS_NAME',
      'KEY_ARN',
      'API_URL',
      'ALLOW_PRIVATE',
      'RUN_RETENTION_DAYS',
      'DEAD_LETTER_QUEUES',
      'ALERT_SENDER',
      'ALERT_RECIPIENT',
      'ALERT_TOPIC_ARNS',
      'SMTP_URL',
      'SMTP_SECRET_ARN',
    ),
  ));
}

export const handler = composeQueueWorker(createHandler(handleMessageOnce), { log });
