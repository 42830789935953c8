import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';

import type { ChannelAnswer, OpenedChannel, OutgoingAlert } from '../../core/alerts/channel-port.ts';
import { describeFailure } from './describe-failure.ts';

/** A subject of SNS is ASCII, and has fewer than 100 characters. */
const MAX_SUBJECT_CHARACTERS = 99;

/** Publishes the text to a topic that the operator allows. */
export async function sendToTopic(
  client: SNSClient,
  allowed: readonly string[],
  { topicARN }: Extract<OpenedChannel, { type: 'sns' }>,
  { rendered }: OutgoingAlert,
): Promise<ChannelAnswer> {
  if (!allowed.includes(topicARN)) {
    return { result: 'failed', answer: 'This deployment may not publish to that topic any more.' };
  }
  try {
    const Subject = rendered.title
      .replaceAll('→', '->')
      .replaceAll(/[^\x20-\x7e]/g, '?')
      .slice(0, MAX_SUBJECT_CHARACTERS);
    await client.send(new PublishCommand({ TopicArn: topicARN, Subject, Message: rendered.text }));
    return { result: 'delivered', answer: 'The topic took the message.' };
  } catch (error) {
    return { result: 'failed', answer: describeFailure('The topic did not take the message', error) };
  }
}
