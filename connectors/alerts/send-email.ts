import type { ChannelAnswer, OpenedChannel, OutgoingAlert } from '../../core/alerts/channel-port.ts';
import { describeFailure } from './describe-failure.ts';

/** How emails leave: the mail server that the operator names, or Amazon SES. */
export interface Mailer {
  send(email: {
    readonly from: string;
    readonly to: readonly string[];
    readonly subject: string;
    readonly text: string;
    readonly html: string;
  }): Promise<void>;
}

/** Sends one email to all addresses of the channel. */
export async function sendEmail(
  mailer: Mailer | undefined,
  sender: string,
  { to }: Extract<OpenedChannel, { type: 'email' }>,
  { rendered }: OutgoingAlert,
): Promise<ChannelAnswer> {
  if (mailer === undefined) return { result: 'failed', answer: 'This deployment sends no emails any more.' };
  const { title, text, html } = rendered;
  try {
    await mailer.send({ from: sender, to, subject: title, text, html });
    return { result: 'delivered', answer: 'The mail server took the email.' };
  } catch (error) {
    return { result: 'failed', answer: describeFailure('The mail server did not take the email', error) };
  }
}
