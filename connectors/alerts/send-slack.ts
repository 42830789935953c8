import type { ChannelAnswer, OpenedChannel, OutgoingAlert } from '../../core/alerts/channel-port.ts';
import type { HttpClient } from '../http/http-client.ts';
import { post } from './post.ts';

/** Sends to an incoming webhook of Slack, or of what is compatible with it. */
export async function sendSlack(
  http: HttpClient,
  { url }: Extract<OpenedChannel, { type: 'slack' }>,
  { rendered }: OutgoingAlert,
): Promise<ChannelAnswer> {
  const answer = await post(http, url.reveal(), JSON.stringify({ text: rendered.slack }), {});
  // The path of such a URL is its secret, and errors name paths.
  return { ...answer, answer: answer.answer.replaceAll(new URL(url.reveal()).pathname, '/…') };
}
