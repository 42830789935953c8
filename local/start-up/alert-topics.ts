import { CreateTopicCommand, type SNSClient } from '@aws-sdk/client-sns';
import { LOCAL_ACCOUNT_ID } from '../services/protocol/call.ts';
import { StartUpError } from './start-up-error.ts';

const TOPIC_PREFIX = `arn:aws:sns:us-east-1:${LOCAL_ACCOUNT_ID}:`;

/** The names of the topics that alerts may be sent to. There are none here but the machine's own. */
export function readTopicNames(arns: string | undefined): string[] {
  const listed = (arns ?? '').split(',').filter((arn) => arn.trim() !== '');
  return listed.map((arn) => {
    const name = arn.trim().slice(TOPIC_PREFIX.length);
    if (arn.trim().startsWith(TOPIC_PREFIX) && /^[\w-]{1,256}$/.test(name)) return name;
    throw new StartUpError(
      `MILLRACE_ALERT_TOPIC_ARNS: on one machine a topic is ${TOPIC_PREFIX}NAME, not ${arn.trim()}.`,
    );
  });
}

/** Makes those that are not there yet. */
export async function makeTopics(client: SNSClient, names: readonly string[]): Promise<void> {
  await Promise.all(names.map((Name) => client.send(new CreateTopicCommand({ Name }))));
}
