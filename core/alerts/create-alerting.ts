import type { Clock } from '../foundation/clock.ts';
import type { DataKeys } from '../foundation/data-keys.ts';
import type { TableAccess } from '../foundation/table-client.ts';
import { createDestinationStore } from '../destinations/destination-store.ts';
import { createRunEventStore } from '../run-events/run-event-store.ts';
import { createFindLastRuns } from '../runs/last-runs.ts';
import { createRunStore } from '../runs/run-store.ts';
import { createSourceStore } from '../sources/source-store.ts';
import { createTaskStore } from '../tasks/task-store.ts';
import { createDeliveryLedger } from '../webhooks/delivery-ledger.ts';
import type { AlertQueue } from './alert-queue.ts';
import { createAlertStore } from './alert-store.ts';
import { createCauseStates } from './cause-states.ts';
import { createOnChannelNews } from './channel-news.ts';
import type { SendThrough } from './channel-port.ts';
import { createCheckAlert } from './check-alert.ts';
import { createCheckStore } from './check-store.ts';
import { createCheckTask } from './check-task.ts';
import { createCloseGone } from './close-gone.ts';
import { createComposeDelivery } from './compose-delivery.ts';
import type { CountDeadLetters } from './dead-letters.ts';
import { createDeliver, type Deliver } from './deliver.ts';
import { createDeliveryStore } from './delivery-store.ts';
import { createDigestWindow } from './digest-window.ts';
import { createGatherFacts } from './gather-facts.ts';
import { createHandleAlertMessage, type HandleAlertMessage } from './handle-alert-message.ts';
import { createIncidentLog } from './incident-log.ts';
import { createIncidentStore } from './incident-store.ts';
import { createNoteRunEnd } from './note-run-end.ts';
import { createReport } from './report.ts';
import { createTell } from './tell.ts';

/** What alerting stands on. */
export interface AlertingPorts {
  readonly table: TableAccess & { readonly clock: Clock };
  readonly dataKeys: DataKeys;
  readonly queue: AlertQueue;
  readonly sendThrough: SendThrough;
  readonly countDeadLetters: CountDeadLetters;
  /** Days that incidents and deliveries are kept, as runs are. */
  readonly retentionDays: number;
  /** Where the API answers, without a slash at its end. */
  readonly apiURL: string;
  /** Who gets the emails that tasks ask for. */
  readonly recipient: string | undefined;
}

/** Everything that alerts are made of, put together over a table and the ways out. */
export function createAlerting(ports: AlertingPorts): HandleAlertMessage {
  const { table } = ports;
  const { clock } = table;
  const stores = createStores(ports);
  const { alerts, tasks, incidents, digestWindow } = stores;
  const incidentLog = createIncidentLog({ ...stores, clock, retentionDays: ports.retentionDays });
  const gatherFacts = createGatherFacts(stores);
  const tell = createTell({ ...ports, ...stores, clock });
  const deliver: Deliver = createDeliver({
    ...ports,
    ...stores,
    compose: createComposeDelivery({ incidents, digestWindow, apiURL: ports.apiURL }),
    clock,
    onChannelNews: createOnChannelNews({ ...stores, incidentLog, tell, clock, deliver: () => deliver }),
  });
  const told = { incidentLog, gatherFacts, tell, deliver };
  const report = createReport(told);
  return createHandleAlertMessage({
    runStore: stores.runStore,
    noteRunEnd: createNoteRunEnd({ ...told, ...stores, clock }),
    deliver,
    report,
    closeGone: createCloseGone({ table, states: stores.states, report, clock }),
    checkAlert: createCheckAlert({
      checks: createCheckStore(table),
      alerts,
      tasks,
      findLastRuns: createFindLastRuns(table),
      countDeadLetters: ports.countDeadLetters,
      checkTask: createCheckTask({ deliveryLedger: createDeliveryLedger(table), report, clock }),
      report,
      clock,
    }),
  });
}

function createStores({ table, retentionDays }: AlertingPorts) {
  return {
    runStore: createRunStore({ ...table, retentionDays }),
    runEvents: createRunEventStore(table),
    tasks: createTaskStore(table),
    sources: createSourceStore(table),
    destinations: createDestinationStore(table),
    alerts: createAlertStore(table),
    incidents: createIncidentStore(table),
    states: createCauseStates(table),
    deliveries: createDeliveryStore({ ...table, retentionDays }),
    digestWindow: createDigestWindow(table),
  };
}
