import { readEnvironment } from '../../core/foundation/environment.ts';
import { createLog } from '../../core/foundation/logging.ts';
import type { WorkRun } from '../../core/runs/work-run.ts';
import { composeQueueWorker } from '../middleware/queue-worker.ts';
import { createAwsWorkRun } from './create-work-run.ts';
import { createHandler } from './handler.ts';

const log = createLog({ function: 'work-run' });

/** Made by the first message, so that a missing variable is that message's failure and not a crash at import. */
let workRun: WorkRun | undefined;

function workRunOnce(): WorkRun {
  return (workRun ??= createAwsWorkRun(
    readEnvironment(
      'TABLE_NAME',
      'PUSH_BUCKET',
      'RUN_TRANSFORM_NAME',
      'RUNS_QUEUE_URL',
      'BUS_NAME',
      'KEY_ARN',
      'SEARCH_HOSTS',
      'VENDOR_HOSTS',
      'ALLOW_PRIVATE',
      'TRUSTED_HOSTS',
      'LEASE_SECONDS',
      'RUN_RETENTION_DAYS',
      'MAX_RECORD_BYTES',
      'LOCAL_CONTAINERS',
      'CONTAINER_TASKS',
    ),
    log,
  ));
}

export const handler = composeQueueWorker(createHandler(workRunOnce), { log });
