import type { Resource } from '../resources/resource.ts';
import { alertRaisedSchema } from './alert-raised.ts';
import type { OutgoingAlert } from './channel-port.ts';
import { composeDigest, composeIncident, composeTest, type AlertText } from './compose-alert.ts';
import type { Delivery } from './delivery.ts';
import type { DigestWindow } from './digest-window.ts';
import type { Incident } from './incident.ts';
import type { IncidentStore } from './incident-store.ts';
import { renderAlert } from './render-alert.ts';

/** A message to a program stays well under the 256 KB that its way may carry. */
const MAX_INCIDENTS = 50;

/** What a delivery says; nothing when what it tells of is gone. The same in every attempt, but for counts that grow. */
export type ComposeDelivery = (delivery: Delivery, alertName: string) => Promise<OutgoingAlert | undefined>;

export function createComposeDelivery(dependencies: {
  readonly incidents: IncidentStore;
  readonly digestWindow: DigestWindow;
  readonly apiURL: string;
}): ComposeDelivery {
  const { incidents, digestWindow, apiURL } = dependencies;
  return async (delivery, alertName) => {
    const { appID, aboutID, transition } = delivery;
    if (transition === 'test') return outgoing(delivery, composeTest(alertName), []);
    if (transition === 'digest') {
      const ids = await digestWindow.membersOf(appID, aboutID);
      const members = await incidents.findMany(appID, ids.slice(0, MAX_INCIDENTS));
      return outgoing(delivery, composeDigest(members, ids.length, { apiURL }), members);
    }
    const incident = await incidents.find(appID, aboutID);
    if (incident === undefined) return undefined;
    const told = asTold(incident, transition);
    return outgoing(delivery, composeIncident(told, { apiURL }), [told]);
  };
}

/** That it began is told as such, though it may be over by now. */
function asTold(incident: Resource<Incident>, transition: Delivery['transition']): Resource<Incident> {
  return transition === 'opened' ? { ...incident, body: { ...incident.body, status: 'open' } } : incident;
}

function outgoing(
  { appID, alertID, deliveryID, transition, createdAt }: Delivery,
  text: AlertText,
  incidents: readonly Resource<Incident>[],
): OutgoingAlert {
  const rendered = renderAlert(text);
  return {
    rendered,
    at: new Date(createdAt),
    raised: alertRaisedSchema.parse({
      version: 1,
      appID,
      alertID,
      deliveryID,
      transition,
      title: rendered.title,
      text: rendered.text,
      incidents: incidents.map(({ id, body: { facts, ...body } }) => ({
        ...body,
        incidentID: id,
        ...(facts.task === undefined ? {} : { task: facts.task }),
        ...(facts.run === undefined ? {} : { run: facts.run }),
      })),
    }),
  };
}
