import type { Clock } from '../foundation/clock.ts';
import { deriveID } from '../foundation/ids.ts';
import type { Resource } from '../resources/resource.ts';
import type { TaskStore } from '../tasks/task-store.ts';
import type { Channel } from './alert.ts';
import type { AlertStore } from './alert-store.ts';
import type { Delivery } from './delivery.ts';
import type { DeliveryStore } from './delivery-store.ts';
import type { DigestWindow } from './digest-window.ts';
import type { Incident } from './incident.ts';
import { transitionID } from './incident-log.ts';
import {
  listAlerts,
  selectAlerts,
  selectOthers,
  taskNotification,
  type SelectedAlert,
} from './select-alerts.ts';

/** Makes the deliveries of a transition, each once however often it is told, and answers those that are due at once. */
export type Tell = (
  appID: string,
  incident: Resource<Incident>,
  failedChannelID?: string,
) => Promise<Delivery[]>;

interface TellDependencies {
  readonly alerts: AlertStore;
  readonly tasks: TaskStore;
  readonly deliveries: DeliveryStore;
  readonly digestWindow: DigestWindow;
  readonly clock: Clock;
  /** Who gets the emails that tasks ask for. */
  readonly recipient: string | undefined;
}

export function createTell(dependencies: TellDependencies): Tell {
  const { alerts, tasks, recipient } = dependencies;
  return async (appID, incident, failedChannelID) => {
    const { taskID, alertID } = incident.body;
    const all = await listAlerts(alerts, appID);
    const selected =
      failedChannelID === undefined
        ? await selectForTask()
        : selectOthers(all, { alertID, channelID: failedChannelID });
    const made = await Promise.all(
      selected.map((alert) => tellAlert(dependencies, { appID, incident, alert })),
    );
    return made.flat();

    async function selectForTask(): Promise<SelectedAlert[]> {
      const task = taskID === undefined ? undefined : (await tasks.find(appID, taskID))?.body;
      return [...selectAlerts(all, incident, task), ...taskNotification(appID, incident, task, recipient)];
    }
  };
}

interface Told {
  readonly appID: string;
  readonly incident: Resource<Incident>;
  readonly alert: SelectedAlert;
}

async function tellAlert(
  { digestWindow, deliveries, clock }: TellDependencies,
  { appID, incident, alert }: Told,
): Promise<Delivery[]> {
  const { alertID } = alert;
  const transition = transitionID(incident);
  const way = await digestWindow.join(appID, alertID, { transitionID: transition, incidentID: incident.id });
  const now = clock.now().toISOString();
  const make = (
    channel: Channel,
    about: Pick<Delivery, 'aboutID' | 'transition' | 'status'>,
    key: string,
  ) => ({
    appID,
    ...about,
    deliveryID: deriveID('delivery', key, alertID, channel.channelID),
    alertID,
    channelID: channel.channelID,
    channelType: channel.type,
    attempts: [],
    createdAt: now,
  });
  const told = incident.body.status === 'open' ? ('opened' as const) : ('recovered' as const);
  if (way.isSingle) {
    const about = { aboutID: incident.id, transition: told, status: 'pending' as const };
    return Promise.all(
      alert.channels.map((channel) => deliveries.create({ ...make(channel, about, transition), dueAt: now })),
    );
  }
  const { digestID, dueAt } = way;
  for (const channel of alert.channels) {
    const digest = { aboutID: digestID, transition: 'digest' as const, status: 'pending' as const };
    await deliveries.create({ ...make(channel, digest, digestID), dueAt: dueAt.toISOString() });
    const about = { aboutID: incident.id, transition: told, status: 'inDigest' as const };
    await deliveries.create({ ...make(channel, about, transition), digestID });
  }
  return [];
}
