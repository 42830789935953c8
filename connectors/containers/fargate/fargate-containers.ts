import { randomUUID } from 'node:crypto';
import {
  DescribeTasksCommand,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  StopTaskCommand,
  type ECSClient,
  type Task,
} from '@aws-sdk/client-ecs';
import type { S3Client } from '@aws-sdk/client-s3';
import { SourceError } from '../../../core/runs/source-error.ts';
import type { ContainerRunner, ProgramRequest } from '../container-runner.ts';
import { FargateProgram, type WorkerPace } from './fargate-program.ts';
import type { RelayPace } from './relay/protocol.ts';
import { FILES, taskDefinitionOf, type FargateSettings, type TaskDefinition } from './task-definition.ts';
import { fault, faultOfRequest } from './task-fault.ts';
import { TaskFiles } from './task-files.ts';

const MEGABYTE = 1024 * 1024;

/** How often each side looks for the other. */
export interface FargatePace {
  readonly worker: WorkerPace;
  readonly relay: RelayPace;
}

const PACE: FargatePace = {
  worker: { partMilliseconds: 500, taskMilliseconds: 3_000, beatMilliseconds: 20_000 },
  relay: {
    partBytes: 8 * MEGABYTE,
    flushMilliseconds: 2_000,
    pollMilliseconds: 300,
    beatMilliseconds: 20_000,
    silenceMilliseconds: 90_000,
    // A worker is a function of Lambda, which none outlives.
    wallMilliseconds: 15 * 60_000,
  },
};

export interface FargateContainersOptions {
  readonly settings: FargateSettings;
  readonly ecs: ECSClient;
  /** Made so that it asks for no checksums of its own: what is signed has to hold for a body that is not known yet. */
  readonly s3: S3Client;
  /** The text of `relay.program`. */
  readonly program: () => Promise<string>;
  readonly pace?: FargatePace;
}

/** Runs connectors as tasks of ECS on Fargate, one for each start. What an earlier worker of the run left is ended first. */
export function createFargateContainers(options: FargateContainersOptions): ContainerRunner {
  const runnerFor = (runID: string | undefined): ContainerRunner => ({
    start: async (request, signal) => start(options, { request, signal, startedBy: runID }),
    forRun: (id) => runnerFor(id),
  });
  return runnerFor(undefined);
}

interface Start {
  readonly request: ProgramRequest;
  readonly signal: AbortSignal;
  readonly startedBy: string | undefined;
}

async function start(options: FargateContainersOptions, wanted: Start): Promise<FargateProgram> {
  const { settings, ecs, s3, pace = PACE } = options;
  const { request, signal, startedBy } = wanted;
  const id = randomUUID();
  const files = new TaskFiles({ client: s3, bucket: settings.bucket, id, pace: pace.relay });
  try {
    if (startedBy !== undefined) await endTasksOf(ecs, settings.cluster, startedBy);
    const ordersURL = await files.open({ files: request.files, secrets: request.secrets ?? [] });
    signal.throwIfAborted();
    const definition = taskDefinitionOf({
      settings,
      image: request.image,
      command: settings.commands[request.name] ?? settings.commands[request.image],
      program: await options.program(),
    });
    const taskArn = await runTask(options, definition, { id, ordersURL, wanted });
    const task = { cluster: settings.cluster, taskArn };
    const program = new FargateProgram({
      files,
      image: request.image,
      describe: async () => describe(ecs, task),
      stopTask: async () => stopTask(ecs, task),
      pace: pace.worker,
    });
    if (!signal.aborted) return program;
    await program.stop();
    throw signal.reason;
  } catch (error) {
    await files.remove().catch(() => undefined);
    if (signal.aborted || error instanceof SourceError) throw error;
    throw faultOfRequest(error);
  }
}

/** Runs it by the definition that there may be already. */
async function runTask(
  { ecs, settings }: FargateContainersOptions,
  definition: TaskDefinition,
  details: { id: string; ordersURL: string; wanted: Start },
): Promise<string> {
  const command = new RunTaskCommand(runTaskInput(settings, definition, details));
  const { tasks = [], failures = [] } = await ecs.send(command).catch(async (error: unknown) => {
    if (!isUnknownDefinition(error)) throw error;
    await ecs.send(new RegisterTaskDefinitionCommand(definition));
    return ecs.send(command);
  });
  const taskArn = tasks[0]?.taskArn;
  if (taskArn !== undefined) return taskArn;
  const reasons = failures.map(({ reason, detail }) => [reason, detail].filter(Boolean).join(': '));
  throw fault('cannot_start', `ECS has no room for the connector now: ${reasons.join('; ')}.`, 'retryable');
}

function runTaskInput(
  settings: FargateSettings,
  definition: TaskDefinition,
  { id, ordersURL, wanted: { request, startedBy } }: { id: string; ordersURL: string; wanted: Start },
) {
  const { prefix, cluster, subnets, securityGroup, assignPublicIP } = settings;
  return {
    cluster,
    taskDefinition: definition.family ?? '',
    // Repeated by the client or not, it is one task.
    clientToken: id,
    count: 1,
    launchType: 'FARGATE' as const,
    ...(startedBy === undefined ? {} : { startedBy }),
    networkConfiguration: {
      awsvpcConfiguration: {
        subnets: [...subnets],
        securityGroups: [securityGroup],
        assignPublicIp: assignPublicIP ? ('ENABLED' as const) : ('DISABLED' as const),
      },
    },
    tags: [
      { key: 'millrace:stage', value: prefix },
      ...(startedBy === undefined ? [] : [{ key: 'millrace:run', value: startedBy }]),
    ],
    overrides: {
      containerOverrides: [
        { name: 'prepare', command: ['prepare', ordersURL] },
        { name: 'connector', command: [...request.args(FILES)] },
        { name: 'relay', command: ['relay', ordersURL] },
      ],
    },
  };
}

function isUnknownDefinition(error: unknown): boolean {
  return (
    error instanceof Error && error.name === 'ClientException' && /task ?definition/iu.test(error.message)
  );
}

interface TaskPlace {
  readonly cluster: string;
  readonly taskArn: string;
}

async function describe(ecs: ECSClient, { cluster, taskArn }: TaskPlace): Promise<Task | undefined> {
  const { tasks = [] } = await ecs.send(new DescribeTasksCommand({ cluster, tasks: [taskArn] }));
  return tasks[0];
}

async function stopTask(ecs: ECSClient, { cluster, taskArn }: TaskPlace): Promise<void> {
  await ecs.send(new StopTaskCommand({ cluster, task: taskArn, reason: 'Its worker needs it no more' }));
}

/** A run has one worker at a time, and a worker one connector. */
async function endTasksOf(ecs: ECSClient, cluster: string, startedBy: string): Promise<void> {
  const { taskArns = [] } = await ecs.send(
    new ListTasksCommand({ cluster, startedBy, desiredStatus: 'RUNNING' }),
  );
  await Promise.all(taskArns.map(async (taskArn) => stopTask(ecs, { cluster, taskArn })));
}
