import { SQSClient } from '@aws-sdk/client-sqs';
import { createDestinationStore } from '../../core/destinations/destination-store.ts';
import { systemClock } from '../../core/foundation/clock.ts';
import { readEnvironment } from '../../core/foundation/environment.ts';
import { createLog } from '../../core/foundation/logging.ts';
import { createTableClient } from '../../core/foundation/table-client.ts';
import { createHostedStarts } from '../../core/links/hosted-starts.ts';
import { createAskPoller, createLinkQueue } from '../../core/links/link-queue.ts';
import { createRunHostedTask } from '../../core/links/run-hosted-task.ts';
import { createRunQueue } from '../../core/runs/run-queue.ts';
import { createRunStore } from '../../core/runs/run-store.ts';
import { createStartRun } from '../../core/runs/start-run.ts';
import { createSourceStore } from '../../core/sources/source-store.ts';
import { createRunTask } from '../../core/tasks/run-task.ts';
import { createTaskStore } from '../../core/tasks/task-store.ts';
import { createScheduleMarks } from '../../core/triggers/schedule-marks.ts';
import { createStartOrSkip } from '../../core/triggers/start-or-skip.ts';
import { createStartQueue } from '../../core/triggers/start-queue.ts';
import { createStartScheduledRun } from '../../core/triggers/start-scheduled-run.ts';
import { createAskVendor } from '../../core/webhooks/ask-vendor.ts';
import { createGatherHints } from '../../core/webhooks/gather-hints.ts';
import { createHintLine } from '../../core/webhooks/hint-line.ts';
import { createHintWindows } from '../../core/webhooks/hint-window.ts';
import { createRegistrationStore } from '../../core/webhooks/registration-store.ts';
import { createStartDueRegistration } from '../../core/webhooks/start-due-registration.ts';
import { createStartHintedRun } from '../../core/webhooks/start-hinted-run.ts';
import { composeQueueWorker } from '../middleware/queue-worker.ts';
import { createHandler, type StartRuns } from './handler.ts';

const log = createLog({ function: 'start-run' });

let startRuns: StartRuns | undefined;

function createAwsStartRuns(): StartRuns {
  const environment = readEnvironment(
    'TABLE_NAME',
    'RUNS_QUEUE_URL',
    'STARTS_QUEUE_URL',
    'LINKS_QUEUE_URL',
    'RUN_RETENTION_DAYS',
  );
  const clock = systemClock;
  const sqs = new SQSClient({});
  const table = { client: createTableClient(), tableName: environment.TABLE_NAME, clock };
  const tasks = createTaskStore(table);
  const retentionDays = Number(environment.RUN_RETENTION_DAYS);
  const runStore = createRunStore({ ...table, retentionDays });
  const startRun = createStartRun({
    runStore,
    runQueue: createRunQueue({ client: sqs, queueUrl: environment.RUNS_QUEUE_URL }),
    clock,
    onUnsent: (run, error) =>
      log.error('A run waits for the sweep: its message was not sent', error, { runID: run.runID }),
  });
  const sources = createSourceStore(table);
  const destinations = createDestinationStore(table);
  const linkQueue = createLinkQueue({ client: sqs, queueUrl: environment.LINKS_QUEUE_URL });
  const runHostedTask = createRunHostedTask({
    starts: createHostedStarts({ ...table, retentionDays }),
    runStore,
    askPoller: createAskPoller(linkQueue, log),
    clock,
    // Nobody waits for the run.
    waitSeconds: 0,
  });
  const runTask = createRunTask({ tasks, sources, destinations, startRun, runHostedTask });
  const startOrSkip = createStartOrSkip({ runTask, tasks, runStore, clock });
  const marks = createScheduleMarks(table);
  const windows = createHintWindows(table);
  const gatherHints = createGatherHints({
    windows,
    startQueue: createStartQueue({ client: sqs, queueUrl: environment.STARTS_QUEUE_URL }),
    onUnsent: ({ taskID }, error) =>
      log.error('Hints wait for the sweep: their message was not sent', error, { taskID }),
  });
  const line = createHintLine(table);
  const registrations = createRegistrationStore(table);
  const askVendor = createAskVendor({ registrations, sources, startRun, clock });
  return {
    schedule: createStartScheduledRun({ tasks, startOrSkip, marks, clock, log }),
    webhook: createStartHintedRun({ table, tasks, startOrSkip, windows, line, gatherHints, clock }),
    registration: createStartDueRegistration({ registrations, tasks, sources, askVendor, clock }),
  };
}

export const handler = composeQueueWorker(
  createHandler(() => (startRuns ??= createAwsStartRuns())),
  { log },
);
