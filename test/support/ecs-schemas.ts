import { AwsError } from '../../local/services/protocol/aws-error.ts';
import * as z from 'zod';

const mountPointSchema = z.strictObject({
  sourceVolume: z.string(),
  containerPath: z.string().startsWith('/'),
  readOnly: z.boolean().default(false),
});

const containerSchema = z.strictObject({
  name: z.string(),
  image: z.string(),
  essential: z.boolean(),
  memory: z.int().min(6),
  user: z.string().optional(),
  entryPoint: z.array(z.string()),
  mountPoints: z.array(mountPointSchema),
  dependsOn: z
    .array(z.strictObject({ containerName: z.string(), condition: z.enum(['SUCCESS', 'COMPLETE']) }))
    .default([]),
  readonlyRootFilesystem: z.literal(true),
  linuxParameters: z.strictObject({
    capabilities: z.strictObject({ drop: z.tuple([z.literal('ALL')]) }),
  }),
  stopTimeout: z.int().min(1).max(120),
  logConfiguration: z.strictObject({
    logDriver: z.literal('awslogs'),
    options: z.strictObject({
      'awslogs-group': z.string().min(1),
      'awslogs-region': z.string().min(1),
      'awslogs-stream-prefix': z.string().min(1),
      mode: z.literal('non-blocking'),
      'max-buffer-size': z.string(),
    }),
  }),
});

export type ContainerOfTask = z.output<typeof containerSchema>;

/** Without a role of the task: that is what it is held to. */
export const taskDefinitionSchema = z.strictObject({
  family: z.string().regex(/^[A-Za-z0-9_-]{1,255}$/),
  networkMode: z.literal('awsvpc'),
  requiresCompatibilities: z.tuple([z.literal('FARGATE')]),
  runtimePlatform: z.strictObject({
    cpuArchitecture: z.literal('X86_64'),
    operatingSystemFamily: z.literal('LINUX'),
  }),
  executionRoleArn: z.string().min(1),
  memory: z.string(),
  cpu: z.string(),
  volumes: z.array(z.strictObject({ name: z.string() })),
  containerDefinitions: z.array(containerSchema),
});

export type TaskDefinition = z.output<typeof taskDefinitionSchema>;

export const runTaskSchema = z.strictObject({
  cluster: z.string().min(1),
  taskDefinition: z.string(),
  clientToken: z.string().max(64),
  count: z.literal(1),
  launchType: z.literal('FARGATE'),
  startedBy: z.string().max(128).optional(),
  networkConfiguration: z.strictObject({
    awsvpcConfiguration: z.strictObject({
      subnets: z.array(z.string()).min(1),
      securityGroups: z.array(z.string()).length(1),
      assignPublicIp: z.enum(['ENABLED', 'DISABLED']),
    }),
  }),
  tags: z.array(z.strictObject({ key: z.string(), value: z.string() })),
  overrides: z
    .strictObject({
      containerOverrides: z.array(z.strictObject({ name: z.string(), command: z.array(z.string()) })),
    })
    // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskOverride.html
    .refine(
      (overrides) => JSON.stringify(overrides).length <= 8192,
      'Container Overrides length must be at most 8192',
    ),
});

export type RunTaskInput = z.output<typeof runTaskSchema>;

/** CPU units → the memory that Fargate has with them, from and to, in GB. */
const COMBINATIONS: Readonly<Record<string, readonly [number, number]>> = {
  '512': [1, 4],
  '1024': [2, 8],
  '2048': [4, 16],
  '4096': [8, 30],
};

/** What ECS checks of a definition as a whole. */
export function requireRunnable(definition: TaskDefinition): void {
  const { cpu, memory, containerDefinitions, volumes } = definition;
  const [from, to] = COMBINATIONS[cpu] ?? [Infinity, 0];
  const refuse = (message: string) => {
    throw new AwsError('ClientException', message);
  };
  if (Number(memory) % 1024 !== 0 || Number(memory) < from * 1024 || Number(memory) > to * 1024) {
    refuse(`No Fargate configuration exists for given values: ${cpu} CPU, ${memory} memory.`);
  }
  const sum = containerDefinitions.reduce((left, each) => left + each.memory, 0);
  if (sum > Number(memory)) refuse('The total memory of the containers exceeds that of the task.');
  if (!containerDefinitions.some(({ essential }) => essential)) refuse('No container is essential.');
  if (JSON.stringify(definition).length > 64 * 1024) refuse('The task definition is larger than 64 KB.');
  for (const { dependsOn, mountPoints } of containerDefinitions) {
    const names = containerDefinitions.map(({ name }) => name);
    if (dependsOn.some(({ containerName }) => !names.includes(containerName))) refuse('Unknown dependency.');
    if (mountPoints.some(({ sourceVolume }) => volumes.every(({ name }) => name !== sourceVolume))) {
      refuse('Unknown volume.');
    }
  }
}
