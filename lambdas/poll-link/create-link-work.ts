import { createOpenHostedApi, ingestionHostsSchema } from '../../connectors/hosted/open-hosted-api.ts';
import { systemClock } from '../../core/foundation/clock.ts';
import { createKmsDataKeys } from '../../core/foundation/data-keys.ts';
import { readEnvironment } from '../../core/foundation/environment.ts';
import { createTableClient } from '../../core/foundation/table-client.ts';
import { createCarryOutStart } from '../../core/links/carry-out-start.ts';
import { createHostedRunEvents } from '../../core/links/hosted-run-events.ts';
import { createHostedRuns } from '../../core/links/hosted-runs.ts';
import { createHostedStarts } from '../../core/links/hosted-starts.ts';
import { createLinkStates } from '../../core/links/link-states.ts';
import { createLinkStore } from '../../core/links/link-store.ts';
import { createPollLink } from '../../core/links/poll-link.ts';
import { createTaskStore } from '../../core/tasks/task-store.ts';
import type { LinkWork } from './handler.ts';

/** The poller over AWS, as the environment names it. */
export function createAwsLinkWork(): LinkWork {
  const environment = readEnvironment(
    'TABLE_NAME',
    'KEY_ARN',
    'INGESTION_HOSTS',
    'ALLOW_PRIVATE',
    'TRUSTED_HOSTS',
    'RUN_RETENTION_DAYS',
  );
  const clock = systemClock;
  const retentionDays = Number(environment.RUN_RETENTION_DAYS);
  const table = { client: createTableClient(), tableName: environment.TABLE_NAME, clock, retentionDays };
  const dependencies = {
    clock,
    links: createLinkStore(table),
    states: createLinkStates(table),
    starts: createHostedStarts(table),
    tasks: createTaskStore(table),
    runs: createHostedRuns(table),
    events: createHostedRunEvents(table),
    dataKeys: createKmsDataKeys(environment.KEY_ARN),
    openHostedApi: createOpenHostedApi({
      hosts: ingestionHostsSchema.parse(JSON.parse(environment.INGESTION_HOSTS)),
      network: {
        allowPrivate: toList(environment.ALLOW_PRIVATE),
        trustedHosts: toList(environment.TRUSTED_HOSTS),
      },
    }),
  };
  return { pollLink: createPollLink(dependencies), carryOutStart: createCarryOutStart(dependencies) };
}

function toList(text: string): string[] {
  return text.split(',').filter((entry) => entry !== '');
}
