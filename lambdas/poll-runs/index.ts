import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SQSClient } from '@aws-sdk/client-sqs';
import { createListAlertDues } from '../../core/alerts/alert-dues.ts';
import { createAlertQueue } from '../../core/alerts/alert-queue.ts';
import { createSweepAlerts } from '../../core/alerts/sweep-alerts.ts';
import { systemClock } from '../../core/foundation/clock.ts';
import { readEnvironment } from '../../core/foundation/environment.ts';
import { createLog } from '../../core/foundation/logging.ts';
import { createTableClient } from '../../core/foundation/table-client.ts';
import { createLinkQueue } from '../../core/links/link-queue.ts';
import { createSweepLinks } from '../../core/links/sweep-links.ts';
import { createHandOff } from '../../core/runs/hand-off.ts';
import { createRunBus } from '../../core/runs/run-bus.ts';
import { createRunQueue } from '../../core/runs/run-queue.ts';
import { createRunStore } from '../../core/runs/run-store.ts';
import { createSweepRuns } from '../../core/runs/sweep-runs.ts';
import { createBlockTask } from '../../core/tasks/block-task.ts';
import { createTaskStore } from '../../core/tasks/task-store.ts';
import { createScheduleMarks } from '../../core/triggers/schedule-marks.ts';
import { createSchedules } from '../../core/triggers/schedules.ts';
import { createStartQueue } from '../../core/triggers/start-queue.ts';
import { createSweepSchedules } from '../../core/triggers/sweep-schedules.ts';
import { createSyncSchedules } from '../../core/triggers/sync-schedules.ts';
import { createHintWindows } from '../../core/webhooks/hint-window.ts';
import { createRegistrationStore } from '../../core/webhooks/registration-store.ts';
import { createSweepRegistrations } from '../../core/webhooks/sweep-registrations.ts';
import { createSweepWindows } from '../../core/webhooks/sweep-windows.ts';
import { composeScheduledWorker } from '../middleware/scheduled-worker.ts';
import { createHandler, type Sweeps } from './handler.ts';

const log = createLog({ function: 'poll-runs' });

let sweeps: Sweeps | undefined;

function createAwsSweeps(): Sweeps {
  const environment = readEnvironment(
    'TABLE_NAME',
    'RUNS_QUEUE_URL',
    'STARTS_QUEUE_URL',
    'LINKS_QUEUE_URL',
    'ALERTS_QUEUE_URL',
    'SCHEDULE_GROUP',
    'STARTS_QUEUE_ARN',
    'SCHEDULE_ROLE_ARN',
    'SCHEDULE_DEAD_LETTERS_ARN',
    'BUS_NAME',
  );
  const table = { client: createTableClient(), tableName: environment.TABLE_NAME, clock: systemClock };
  const sqs = new SQSClient({});
  const runStore = createRunStore(table);
  const alertQueue = createAlertQueue({ client: sqs, queueUrl: environment.ALERTS_QUEUE_URL });
  const runBus = createRunBus({ client: new EventBridgeClient({}), busName: environment.BUS_NAME });
  const tasks = createTaskStore(table);
  const marks = createScheduleMarks(table);
  const schedules = createSchedules(environment);
  const syncSchedules = createSyncSchedules({ tasks, marks, schedules, clock: systemClock });
  const sweepRuns = createSweepRuns({
    runStore,
    runQueue: createRunQueue({ client: sqs, queueUrl: environment.RUNS_QUEUE_URL }),
    handOff: createHandOff({
      runStore,
      runBus,
      blockTask: createBlockTask({ tasks }),
    }),
    reportStuck: ({ appID, runID }) =>
      alertQueue.send({ version: 1, kind: 'runStuck', appID, runID, at: new Date().toISOString() }),
    clock: systemClock,
    log,
  });
  const sweepSchedules = createSweepSchedules({ marks, syncSchedules, clock: systemClock, log });
  const startQueue = createStartQueue({ client: sqs, queueUrl: environment.STARTS_QUEUE_URL });
  const sweepWindows = createSweepWindows({ windows: createHintWindows(table), startQueue });
  const registrations = createRegistrationStore(table);
  const sweepRegistrations = createSweepRegistrations({ registrations, startQueue });
  const sweepLinks = createSweepLinks({
    table,
    linkQueue: createLinkQueue({ client: sqs, queueUrl: environment.LINKS_QUEUE_URL }),
    clock: systemClock,
  });
  const listDues = createListAlertDues(table);
  const sweepAlerts = createSweepAlerts({ listDues, queue: alertQueue, clock: systemClock });
  return { sweepRuns, sweepSchedules, sweepWindows, sweepRegistrations, sweepLinks, sweepAlerts };
}

export const handler = composeScheduledWorker(
  createHandler(() => (sweeps ??= createAwsSweeps())),
  { log },
);
