import * as z from 'zod';
import type { ContainerRunner } from '../../connectors/containers/container-runner.ts';
import { createLocalContainers } from '../../connectors/containers/local-containers.ts';

const settingsSchema = z.object({
  directory: z.string(),
  environment: z.record(z.string(), z.string()),
  commands: z.record(z.string(), z.array(z.string()).min(1)),
  runtime: z.string(),
});

/** What connectors in container images are run with. Only the one machine says so: a Lambda function can run none. */
export function openContainers(text: string): ContainerRunner | undefined {
  return text === '' ? undefined : createLocalContainers(settingsSchema.parse(JSON.parse(text)));
}
