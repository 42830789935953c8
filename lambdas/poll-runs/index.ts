import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SQSClient } from '@aws-sdk/client-sqs';
import { systemClock } from '../../core/foundation/clock.ts';
import { readEnvironment } from '../../core/foundation/environment.ts';
import { createLog } from '../../core/foundation/logging.ts';
import { createTableClient } from '../../core/foundation/table-client.ts';
import { createHandOff } from '../../core/runs/hand-off.ts';
import { createRunBus } from '../../core/runs/run-bus.ts';
import { createRunQueue } from '../../core/runs/run-queue.ts';
import { createRunStore } from '../../core/runs/run-store.ts';
import { createSweepRuns, type SweepRuns } from '../../core/runs/sweep-runs.ts';
import { createBlockTask } from '../../core/tasks/block-task.ts';
import { createTaskStore } from '../../core/tasks/task-store.ts';
import { composeScheduledWorker } from '../middleware/scheduled-worker.ts';
import { createHandler } from './handler.ts';

const log = createLog({ function: 'poll-runs' });

let sweepRuns: SweepRuns | undefined;

function createAwsSweepRuns(): SweepRuns {
  const environment = readEnvironment('TABLE_NAME', 'RUNS_QUEUE_URL', 'BUS_NAME');
  const table = { client: createTableClient(), tableName: environment.TABLE_NAME, clock: systemClock };
  const runStore = createRunStore(table);
  const runBus = createRunBus({ client: new EventBridgeClient({}), busName: environment.BUS_NAME });
  return createSweepRuns({
    runStore,
    runQueue: createRunQueue({ client: new SQSClient({}), queueUrl: environment.RUNS_QUEUE_URL }),
    handOff: createHandOff({
      runStore,
      runBus,
      blockTask: createBlockTask({ tasks: createTaskStore(table) }),
    }),
    clock: systemClock,
    log,
  });
}

export const handler = composeScheduledWorker(
  createHandler(() => (sweepRuns ??= createAwsSweepRuns())),
  { log },
);
