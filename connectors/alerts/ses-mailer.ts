import { SendEmailCommand, type SESv2Client } from '@aws-sdk/client-sesv2';

import type { Mailer } from './send-email.ts';

/** Sends by Amazon SES. */
export function createSesMailer(client: SESv2Client): Mailer {
  return {
    async send({ from, to, subject, text, html }) {
      await client.send(
        new SendEmailCommand({
          FromEmailAddress: from,
          Destination: { ToAddresses: [...to] },
          Content: {
            Simple: {
              Subject: { Data: subject, Charset: 'UTF-8' },
              Body: { Text: { Data: text, Charset: 'UTF-8' }, Html: { Data: html, Charset: 'UTF-8' } },
            },
          },
        }),
      );
    },
  };
}
