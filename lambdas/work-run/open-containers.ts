import * as z from 'zod';
import type { ContainerRunner } from '../../connectors/containers/container-runner.ts';
import { createLocalContainers } from '../../connectors/containers/local-containers.ts';
import type { Environment } from '../../core/foundation/environment.ts';

const settingsSchema = z.object({
  directory: z.string(),
  environment: z.record(z.string(), z.string()),
  commands: z.record(z.string(), z.array(z.string()).min(1)),
  runtime: z.string(),
});

/**
 * What connectors in container images are run with: by the one machine itself, or as tasks of ECS where the stage has what
 * they need. Nothing where it has not.
 */
export function openContainers({
  LOCAL_CONTAINERS,
  CONTAINER_TASKS,
}: Pick<Environment, 'LOCAL_CONTAINERS' | 'CONTAINER_TASKS'>): ContainerRunner | undefined {
  if (LOCAL_CONTAINERS !== '') {
    return createLocalContainers(settingsSchema.parse(JSON.parse(LOCAL_CONTAINERS)));
  }
  return CONTAINER_TASKS === '' ? undefined : createFargateLater(CONTAINER_TASKS);
}

/** Loads what speaks with ECS when a run needs it: few do. */
function createFargateLater(text: string): ContainerRunner {
  let opened: Promise<ContainerRunner> | undefined;
  const open = async () =>
    (opened ??= import('./open-fargate.ts').then(({ openFargate }) => openFargate(text)));
  const runnerFor = (runID: string | undefined): ContainerRunner => ({
    async start(request, signal) {
      const runner = await open();
      const ofRun = runID === undefined ? runner : (runner.forRun?.(runID) ?? runner);
      return ofRun.start(request, signal);
    },
    forRun: (id) => runnerFor(id),
  });
  return runnerFor(undefined);
}
