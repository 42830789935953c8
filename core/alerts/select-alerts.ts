import { deriveID } from '../foundation/ids.ts';
import type { Resource } from '../resources/resource.ts';
import type { Task } from '../tasks/task.ts';
import type { Alert, Channel } from './alert.ts';
import type { AlertStore } from './alert-store.ts';
import { FAILED_RUN_CAUSES } from './causes.ts';
import type { Incident } from './incident.ts';

const PAGE = 100;

/** An alert with those of its channels that are to be told of an incident. */
export interface SelectedAlert {
  readonly alertID: string;
  readonly name: string;
  readonly channels: readonly Channel[];
}

/** All alerts of an application; how many there may be is limited. */
export async function listAlerts(alerts: AlertStore, appID: string): Promise<Resource<Alert>[]> {
  const found: Resource<Alert>[] = [];
  for (let page = 1; ; page += 1) {
    const { items, nbItems } = await alerts.list(appID, {
      filter: {},
      sort: 'createdAt',
      order: 'asc',
      page,
      itemsPerPage: PAGE,
    });
    found.push(...items);
    if (items.length === 0 || found.length >= nbItems) return found;
  }
}

/**
 * Who is told of an incident: the alerts that ask for its cause and its task, without emails where the task wants none.
 * An alert that was made after the incident began is not told that it is over.
 */
export function selectAlerts(
  alerts: readonly Resource<Alert>[],
  { body: incident }: Resource<Incident>,
  task: Task | undefined,
): SelectedAlert[] {
  const wantsEmail = task?.notifications?.email.enabled !== false;
  return alerts
    .filter(({ body }) => body.enabled && concerns(body, incident))
    .filter(({ id }) => incident.alertID === undefined || incident.alertID === id)
    .filter(({ createdAt }) => incident.status === 'open' || createdAt <= incident.openedAt)
    .map(({ id, body }) => ({
      alertID: id,
      name: body.name,
      channels: openChannels(body).filter(({ type }) => wantsEmail || type !== 'email'),
    }))
    .filter(({ channels }) => channels.length > 0);
}

/** Who is told that a channel failed: the other channels of its alert, else those of the application's other alerts. */
export function selectOthers(
  alerts: readonly Resource<Alert>[],
  failed: { readonly alertID: string | undefined; readonly channelID: string },
): SelectedAlert[] {
  const others = alerts
    .filter(({ body }) => body.enabled)
    .map(({ id, body }) => ({
      alertID: id,
      name: body.name,
      channels: openChannels(body).filter(({ channelID }) => channelID !== failed.channelID),
    }))
    .filter(({ channels }) => channels.length > 0);
  const own = others.filter(({ alertID }) => alertID === failed.alertID);
  return own.length > 0 ? own : others;
}

/** A task that asks for emails (`notifications.email.enabled`) has them sent to the address that the deployment names. */
export function taskNotification(
  appID: string,
  { body: incident }: Resource<Incident>,
  task: Task | undefined,
  recipient: string | undefined,
): SelectedAlert[] {
  if (recipient === undefined || task?.notifications?.email.enabled !== true) return [];
  if (!NOTIFIED.has(incident.cause)) return [];
  const channelID = deriveID(appID, 'task-notifications');
  return [
    {
      alertID: channelID,
      name: 'email notifications of the task',
      channels: [{ channelID, type: 'email', to: [recipient] }],
    },
  ];
}

const NOTIFIED: ReadonlySet<string> = new Set([...FAILED_RUN_CAUSES, 'noRecords', 'taskBlocked']);

export function openChannels({ channels }: Alert): Channel[] {
  return channels.filter(({ disabled }) => disabled === undefined);
}

function concerns({ taskIDs, conditions }: Alert, { cause, taskID, facts }: Incident): boolean {
  if (taskID !== undefined && taskIDs !== undefined && !taskIDs.includes(taskID)) return false;
  const isFailedRun =
    FAILED_RUN_CAUSES.includes(cause) || (cause === 'noRecords' && facts.run?.reasonCode === 'no_events');
  return conditions.some(({ type }) => type === cause || (type === 'runFailed' && isFailedRun));
}
