import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { AwsError } from '../../local/services/protocol/aws-error.ts';
import { startEndpoint } from '../../local/services/protocol/endpoint.ts';
import { answerJsonProtocol } from '../../local/services/protocol/json-protocol.ts';
import { operation } from '../../local/services/protocol/operation.ts';
import type { StartedService } from '../../local/services/protocol/started-service.ts';
import * as z from 'zod';
import { RunningTask, type Launcher } from './ecs-task.ts';
import { requireRunnable, runTaskSchema, taskDefinitionSchema, type TaskDefinition } from './ecs-schemas.ts';

export interface EcsServer extends StartedService {
  /** Every task that was run, the oldest first. */
  readonly tasks: RunningTask[];
  readonly definitions: readonly TaskDefinition[];
  /** From now on RunTask has no room for anything. */
  isFull: boolean;
}

/**
 * The part of ECS that runs tasks on Fargate, by its wire protocol, strict about what it is sent. It runs the containers of a
 * task really, by `launcher`: in the order of their dependencies, with directories that they share, and ends them all
 * when an essential one has ended.
 */
export async function startEcs(options: { directory: string; launcher: Launcher }): Promise<EcsServer> {
  const definitions: TaskDefinition[] = [];
  const tasks: RunningTask[] = [];
  const started = new Map<string, RunningTask>();
  const server = { isFull: false };
  const find = (arn: string) => tasks.find((task) => task.arn === arn);
  const endpoint = await startEndpoint(
    'ECS',
    0,
    answerJsonProtocol({
      targetPrefix: 'AmazonEC2ContainerServiceV20141113',
      version: '1.1',
      operations: {
        RegisterTaskDefinition: operation(taskDefinitionSchema, (definition) => {
          requireRunnable(definition);
          definitions.push(definition);
          return { taskDefinition: { family: definition.family, revision: definitions.length } };
        }),
        RunTask: operation(runTaskSchema, (input) => {
          const definition = definitions.findLast(({ family }) => family === input.taskDefinition);
          if (definition === undefined) throw new AwsError('ClientException', 'TaskDefinition not found.');
          if (server.isFull) {
            return {
              tasks: [],
              failures: [{ reason: 'Capacity is unavailable at this time. Please try again later' }],
            };
          }
          const known = started.get(input.clientToken);
          if (known !== undefined) return { tasks: [known.describe()], failures: [] };
          const id = randomUUID().replaceAll('-', '');
          const directory = join(options.directory, id);
          mkdirSync(directory, { recursive: true });
          const task = new RunningTask({ id, definition, input, directory, launcher: options.launcher });
          tasks.push(task);
          started.set(input.clientToken, task);
          return { tasks: [task.describe()], failures: [] };
        }),
        DescribeTasks: operation(
          z.strictObject({ cluster: z.string(), tasks: z.array(z.string()) }),
          (input) => {
            const found = input.tasks.flatMap((arn) => find(arn) ?? []);
            return { tasks: found.map((task) => task.describe()), failures: [] };
          },
        ),
        StopTask: operation(
          z.strictObject({ cluster: z.string(), task: z.string(), reason: z.string() }),
          ({ task: arn, reason }) => {
            const task = find(arn);
            if (task === undefined)
              throw new AwsError('InvalidParameterException', 'The referenced task was not found.');
            task.stop('UserInitiated', reason);
            return { task: task.describe() };
          },
        ),
        ListTasks: operation(
          z.strictObject({ cluster: z.string(), startedBy: z.string(), desiredStatus: z.literal('RUNNING') }),
          ({ startedBy }) => {
            const running = tasks.filter((task) => task.startedBy === startedBy && task.isWanted);
            return { taskArns: running.map(({ arn }) => arn) };
          },
        ),
      },
    }),
  );
  return Object.assign(server, {
    tasks,
    definitions,
    endpoint: endpoint.endpoint,
    stop: async () => {
      for (const task of tasks) task.stop('UserInitiated', 'The test is over');
      await Promise.all(tasks.map(async ({ ended }) => ended));
      await endpoint.stop();
      rmSync(options.directory, { recursive: true, force: true });
    },
  });
}
