import type { Environment } from '../core/foundation/environment.ts';
import type { HouseFunction } from './constructs/house-function.ts';
import type { Stage } from './stage.ts';
import { Stack } from 'aws-cdk-lib';

type MeansEnvironment = Pick<
  Environment,
  'ALERT_SENDER' | 'ALERT_TOPIC_ARNS' | 'ALERT_RECIPIENT' | 'SMTP_URL' | 'SMTP_SECRET_ARN'
>;

/** What the stage offers to send alerts with, as functions are told. */
export function alertMeansOf(stage: Stage): MeansEnvironment {
  const { alertSender = '', alertRecipient = '', alertTopicArns, smtpURL = '', smtpSecretArn = '' } = stage;
  return {
    ALERT_SENDER: alertSender,
    ALERT_TOPIC_ARNS: alertTopicArns.join(','),
    ALERT_RECIPIENT: alertRecipient,
    SMTP_URL: smtpURL,
    SMTP_SECRET_ARN: smtpSecretArn,
  };
}

/** The function can send by these means: the mail server or Amazon SES, and the topics that the stage names. */
export function grantAlertMeans(stage: Stage, fn: HouseFunction): void {
  const { alertSender, alertTopicArns, smtpURL, smtpSecretArn } = stage;
  if (alertTopicArns.length > 0) fn.allow({ actions: ['sns:Publish'], resources: [...alertTopicArns] });
  if (smtpSecretArn !== undefined) {
    fn.allow({ actions: ['secretsmanager:GetSecretValue'], resources: [smtpSecretArn] });
  }
  if (alertSender === undefined || smtpURL !== undefined) return;
  // Either the address itself is verified at SES, or its domain.
  const identities = [alertSender, alertSender.split('@')[1] ?? alertSender];
  fn.allow({
    actions: ['ses:SendEmail'],
    resources: identities.map((resourceName) =>
      Stack.of(fn).formatArn({ service: 'ses', resource: 'identity', resourceName }),
    ),
  });
}
