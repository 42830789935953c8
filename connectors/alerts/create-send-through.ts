import type { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { SNSClient } from '@aws-sdk/client-sns';

import type { SendThrough } from '../../core/alerts/channel-port.ts';
import type { Clock } from '../../core/foundation/clock.ts';
import type { HttpClient } from '../http/http-client.ts';
import { sendEmail, type Mailer } from './send-email.ts';
import { sendSlack } from './send-slack.ts';
import { sendToBus } from './send-to-bus.ts';
import { sendToTopic } from './send-to-topic.ts';
import { sendWebhook } from './send-webhook.ts';

/** What the channels are reached with. */
export interface ChannelMeans {
  readonly http: HttpClient;
  readonly clock: Clock;
  /** Absent where the deployment sends no emails. */
  readonly mailer: Mailer | undefined;
  readonly sender: string;
  readonly sns: () => SNSClient;
  readonly topicARNs: readonly string[];
  readonly eventBridge: EventBridgeClient;
  readonly busName: string;
}

/** One channel of each type behind one function. */
export function createSendThrough(means: ChannelMeans): SendThrough {
  return async (channel, alert) => {
    switch (channel.type) {
      case 'email':
        return sendEmail(means.mailer, means.sender, channel, alert);
      case 'webhook':
        return sendWebhook(means.http, channel, alert, means.clock.now());
      case 'slack':
        return sendSlack(means.http, channel, alert);
      case 'sns':
        return sendToTopic(means.sns(), means.topicARNs, channel, alert);
      case 'eventBridge':
        return sendToBus({ client: means.eventBridge, busName: means.busName }, alert);
    }
  };
}
