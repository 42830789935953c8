import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SESv2Client } from '@aws-sdk/client-sesv2';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';

import { createSendThrough } from '../../connectors/alerts/create-send-through.ts';
import type { Mailer } from '../../connectors/alerts/send-email.ts';
import { createSesMailer } from '../../connectors/alerts/ses-mailer.ts';
import { createSmtpMailer } from '../../connectors/alerts/smtp-mailer.ts';
import { createHttpClient } from '../../connectors/http/http-client.ts';
import { createAlertQueue } from '../../core/alerts/alert-queue.ts';
import { createAlerting } from '../../core/alerts/create-alerting.ts';
import { createCountDeadLetters } from '../../core/alerts/dead-letters.ts';
import type { HandleAlertMessage } from '../../core/alerts/handle-alert-message.ts';
import { createSecretReader } from '../../core/applications/admin-secret.ts';
import { systemClock } from '../../core/foundation/clock.ts';
import { createKmsDataKeys } from '../../core/foundation/data-keys.ts';
import type { Environment } from '../../core/foundation/environment.ts';
import { createTableClient } from '../../core/foundation/table-client.ts';

type SendAlertEnvironment = Pick<
  Environment,
  | 'TABLE_NAME'
  | 'ALERTS_QUEUE_URL'
  | 'BUS_NAME'
  | 'KEY_ARN'
  | 'API_URL'
  | 'ALLOW_PRIVATE'
  | 'RUN_RETENTION_DAYS'
  | 'DEAD_LETTER_QUEUES'
  | 'ALERT_SENDER'
  | 'ALERT_RECIPIENT'
  | 'ALERT_TOPIC_ARNS'
  | 'SMTP_URL'
  | 'SMTP_SECRET_ARN'
>;

/** Alerting over AWS, as the environment names it. */
export function createAwsSendAlert(environment: SendAlertEnvironment): HandleAlertMessage {
  const sqs = new SQSClient({});
  let sns: SNSClient | undefined;
  const { ALERT_RECIPIENT: recipient, ALERT_SENDER: sender } = environment;
  return createAlerting({
    table: { client: createTableClient(), tableName: environment.TABLE_NAME, clock: systemClock },
    dataKeys: createKmsDataKeys(environment.KEY_ARN),
    queue: createAlertQueue({ client: sqs, queueUrl: environment.ALERTS_QUEUE_URL }),
    sendThrough: createSendThrough({
      // Only what the operator allows: the hosts that sources may reach besides are no receivers of alerts.
      http: createHttpClient({ allowPrivate: toList(environment.ALLOW_PRIVATE), trustedHosts: [] }),
      clock: systemClock,
      mailer: sender === '' ? undefined : createMailer(environment),
      sender,
      sns: () => (sns ??= new SNSClient({})),
      topicARNs: toList(environment.ALERT_TOPIC_ARNS),
      eventBridge: new EventBridgeClient({}),
      busName: environment.BUS_NAME,
    }),
    countDeadLetters: createCountDeadLetters({
      client: sqs,
      queues: z.record(z.string(), z.string()).parse(JSON.parse(environment.DEAD_LETTER_QUEUES)),
    }),
    retentionDays: Number(environment.RUN_RETENTION_DAYS),
    apiURL: environment.API_URL,
    recipient: recipient === '' || sender === '' ? undefined : recipient,
  });
}

const credentialsSchema = z.object({ username: z.string(), password: z.string() });

function createMailer({ SMTP_URL, SMTP_SECRET_ARN }: SendAlertEnvironment): Mailer {
  if (SMTP_URL === '') return createSesMailer(new SESv2Client({}));
  if (SMTP_SECRET_ARN === '') return createSmtpMailer(SMTP_URL, async () => undefined);
  const readSecret = createSecretReader(SMTP_SECRET_ARN);
  return createSmtpMailer(SMTP_URL, async () => {
    const json: unknown = JSON.parse(await readSecret());
    return credentialsSchema.parse(json);
  });
}

function toList(text: string): string[] {
  return text.split(',').filter((entry) => entry !== '');
}
