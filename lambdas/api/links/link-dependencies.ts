import { createFindHostedRun } from '../../../core/links/find-hosted-run.ts';
import { createHostedStarts } from '../../../core/links/hosted-starts.ts';
import { createLinkService } from '../../../core/links/link-service.ts';
import { createLinkStates } from '../../../core/links/link-states.ts';
import { createLinkStore } from '../../../core/links/link-store.ts';
import { createRunHostedTask, type RunHostedTask } from '../../../core/links/run-hosted-task.ts';
import type { TaskStore } from '../../../core/tasks/task-store.ts';
import type { ApiPorts } from '../create-dependencies.ts';
import type { ApiDependencies } from '../dependencies.ts';

/** What the links of an application and the runs of its hosted tasks are reached by. */
export function createLinkDependencies(
  ports: ApiPorts,
  tasks: TaskStore,
): Pick<ApiDependencies, 'linkStore' | 'links' | 'hostedStarts' | 'findHostedRun'> & {
  readonly runHostedTask: RunHostedTask;
} {
  const { runStore, askPoller, clock, watchSeconds: waitSeconds } = ports;
  const linkStore = createLinkStore(ports);
  const starts = createHostedStarts(ports);
  return {
    linkStore,
    links: createLinkService({ ...ports, store: linkStore, states: createLinkStates(ports), waitSeconds }),
    hostedStarts: starts,
    findHostedRun: createFindHostedRun({ starts, runStore, tasks }),
    runHostedTask: createRunHostedTask({ starts, runStore, askPoller, clock, waitSeconds }),
  };
}
