import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ECSClient } from '@aws-sdk/client-ecs';
import { S3Client } from '@aws-sdk/client-s3';
import * as z from 'zod';
import type { ContainerRunner } from '../../connectors/containers/container-runner.ts';
import { createFargateContainers } from '../../connectors/containers/fargate/fargate-containers.ts';

const settingsSchema = z.object({
  prefix: z.string(),
  region: z.string(),
  cluster: z.string(),
  subnets: z.array(z.string()).min(1),
  securityGroup: z.string(),
  assignPublicIP: z.boolean(),
  executionRole: z.string(),
  logGroup: z.string(),
  bucket: z.string(),
  memoryMB: z.number(),
  relayImage: z.string(),
  commands: z.record(z.string(), z.array(z.string()).min(1)),
});

/** The program for the containers beside a connector, which is bundled beside this function. */
const RELAY = 'relay.program.mjs';

/** Connectors as tasks of ECS, with what the stage has for it. */
export function openFargate(text: string): ContainerRunner {
  return createFargateContainers({
    settings: settingsSchema.parse(JSON.parse(text)),
    ecs: new ECSClient({}),
    s3: new S3Client({ requestChecksumCalculation: 'WHEN_REQUIRED' }),
    program: async () => readFile(join(import.meta.dirname, RELAY), 'utf8'),
  });
}
