import { systemClock } from '../../core/foundation/clock.ts';
import { readEnvironment } from '../../core/foundation/environment.ts';
import { createLog } from '../../core/foundation/logging.ts';
import { composeHttpHandler } from '../middleware/http-handler.ts';
import { createApiDependencies, createAwsPorts } from './create-dependencies.ts';
import { createHandler } from './handler.ts';

const log = createLog({ function: 'api' });

/** Made by the first request, so that a missing variable is that request's answer and not a crash at import. */
let dependencies: ReturnType<typeof createApiDependencies> | undefined;

function dependenciesOnce(): ReturnType<typeof createApiDependencies> {
  return (dependencies ??= createApiDependencies(
    createAwsPorts(
      readEnvironment(
        'TABLE_NAME',
        'PUSH_BUCKET',
        'RUN_TRANSFORM_NAME',
        'PUSH_MAX_BYTES',
        'WATCH_SECONDS',
        'LIMITS',
        'RUNS_QUEUE_URL',
        'ADMIN_SECRET_ARN',
        'KEY_ARN',
        'RUN_RETENTION_DAYS',
        'LINKS_QUEUE_URL',
        'ALERTS_QUEUE_URL',
        'ALERT_SENDER',
        'ALERT_TOPIC_ARNS',
        'COMMERCETOOLS_PROJECTS',
        'SCHEDULE_GROUP',
        'STARTS_QUEUE_ARN',
        'SCHEDULE_ROLE_ARN',
        'SCHEDULE_DEAD_LETTERS_ARN',
      ),
      { clock: systemClock, log },
    ),
  ));
}

export const handler = composeHttpHandler(createHandler(dependenciesOnce), {
  log,
  now: () => performance.now(),
});
