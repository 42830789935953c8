import type { Clock } from '../foundation/clock.ts';
import type { AlertStore } from './alert-store.ts';
import type { Channel } from './alert.ts';
import type { CauseStates } from './cause-states.ts';
import { cleanText } from './clean-text.ts';
import type { ChannelNews, Deliver } from './deliver.ts';
import type { Delivery } from './delivery.ts';
import type { IncidentLog, Matter } from './incident-log.ts';
import type { IncidentStore } from './incident-store.ts';
import type { Tell } from './tell.ts';

/**
 * What follows when a channel was given up, or delivered again: it is turned off if its receiver wants nothing more, and
 * others are told. That a message about a failed channel failed too is told to nobody, so that this comes to an end.
 */
export function createOnChannelNews(dependencies: {
  readonly states: CauseStates;
  readonly incidents: IncidentStore;
  readonly incidentLog: IncidentLog;
  readonly alerts: AlertStore;
  readonly tell: Tell;
  readonly clock: Clock;
  /** Sends what was made of the news. */
  readonly deliver: () => Deliver;
}): (delivery: Delivery, channel: Channel, news: ChannelNews) => Promise<void> {
  const { states, incidents, incidentLog, alerts, tell } = dependencies;
  return async (delivery, channel, news) => {
    const { appID, alertID, deliveryID } = delivery;
    const { channelID } = channel;
    const matter: Matter = { appID, cause: 'channelFailed', alertID, part: channelID };
    const sighting = { key: deliveryID, at: news.at };
    if (news.kind === 'works') {
      const state = await states.find({ appID, subject: alertID, name: `channelFailed#${channelID}` });
      if (state?.isOpen !== true) return;
      const recovered = await incidentLog.recovered(matter, sighting);
      if (recovered !== undefined) await sendAll(await tell(appID, recovered, channelID));
      return;
    }
    const about =
      delivery.transition === 'digest' ? undefined : await incidents.find(appID, delivery.aboutID);
    if (about?.body.cause !== 'channelFailed') {
      const opened = await incidentLog.occurred(matter, sighting, async () => {
        const name = (await alerts.find(appID, alertID))?.body.name ?? 'email notifications of tasks';
        return { detail: describe(name, channel, news) };
      });
      if (opened !== undefined) await sendAll(await tell(appID, opened, channelID));
    }
    // Last: once it is off, nobody looks at this delivery again.
    if (news.isGone) await turnOff(delivery, news.reason);
  };

  async function turnOff({ appID, alertID, channelID }: Delivery, reason: string): Promise<void> {
    if ((await alerts.find(appID, alertID)) === undefined) return;
    const disabled = { at: dependencies.clock.now().toISOString(), reason };
    await alerts.update(appID, alertID, ({ body }) => ({
      ...body,
      channels: body.channels.map((each) => (each.channelID === channelID ? { ...each, disabled } : each)),
    }));
  }

  async function sendAll(made: readonly Delivery[]): Promise<void> {
    const deliver = dependencies.deliver();
    await Promise.all(made.map((each) => deliver(each)));
  }
}

function describe(
  alertName: string,
  { type }: Channel,
  { reason, isGone }: Extract<ChannelNews, { kind: 'failed' }>,
): string {
  const end = isGone ? ' Nothing more is sent there.' : '';
  return `The alert "${cleanText(alertName)}" could not be delivered by ${WORDS[type]}. ${reason}${end}`;
}

const WORDS: Readonly<Record<Channel['type'], string>> = {
  email: 'email',
  webhook: 'its webhook',
  slack: 'its chat channel',
  sns: 'its SNS topic',
  eventBridge: 'the event bus',
};
