import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { ContainerRunner, ProgramRequest } from '../../../connectors/containers/container-runner.ts';
import { dockerConnector } from '../../../connectors/sources/docker/index.ts';
import { dockerInputSchema } from '../../../connectors/sources/docker/docker-input.ts';
import type { MillraceError } from '../../../core/foundation/errors.ts';
import { Secret } from '../../../core/foundation/secret.ts';
import type { TaskSourceInput } from '../../../core/tasks/task-source-input.ts';
import type { RunningTask } from '../../support/ecs-task.ts';
import { isRunning } from '../../support/is-running.ts';
import { failureOf, MANY } from '../contract/read-subject.ts';
import { collect, type Parsed } from '../support/parse-bytes.ts';
import { COMMANDS, dockerContext } from './open-docker.ts';
import { bundleRelay, openFargate, processLauncher } from './open-fargate.ts';

const AIRBYTE = 'docker.io/airbyte/source-test:latest';
const TAP = 'docker.io/library/tap-test:latest';
const MUTE = 'docker.io/acme/mute:latest';

const CATALOG = JSON.stringify({
  streams: [
    { tap_stream_id: 'items', stream: 'items', metadata: [{ breadcrumb: [], metadata: { selected: true } }] },
  ],
});

let relay: string;
let fargate: Awaited<ReturnType<typeof openFargate>>;
beforeAll(async () => {
  relay = await bundleRelay();
  fargate = await openFargate({
    program: relay,
    launcher: processLauncher({
      [AIRBYTE]: { AIRBYTE_ENTRYPOINT: COMMANDS['source-test'].join(' ') },
      [TAP]: {},
      [MUTE]: {},
    }),
    settings: { commands: { 'tap-test': COMMANDS['tap-test'] } },
  });
});
afterAll(async () => fargate.close());
afterEach(async () => {
  // Whatever happened: no task is left.
  for (let tries = 0; fargate.ecs.tasks.some(({ isRunning }) => isRunning); tries += 1) {
    if (tries === 200) throw new Error('There are tasks left');
    await sleep(50);
  }
});

const never = new AbortController().signal;

function requestOf(configuration: Record<string, unknown>): ProgramRequest {
  return {
    image: TAP,
    name: 'tap-test',
    files: {
      'config.json': JSON.stringify({
        records: 1,
        at: configuration['hang'] === true ? 1 : 0,
        misbehave: 'hangs',
      }),
      'catalog.json': CATALOG,
    },
    args: (directory) => ['--config', `${directory}/config.json`, '--catalog', `${directory}/catalog.json`],
  };
}

/** Starts a connector, has it run to its end and clears it away. */
async function listFiles(runner: ContainerRunner | undefined): Promise<void> {
  const program = await runner?.start(requestOf({}), never);
  program?.stdout.resume();
  expect(await program?.exited).toEqual({ code: 0, signal: null });
  await program?.stop();
}

/** The last task, once its connector runs, and does not list its streams. */
async function readingTask(): Promise<RunningTask> {
  for (let tries = 0; tries < 500; tries += 1) {
    const task = fargate.ecs.tasks.at(-1);
    if (task?.processIDs.length === 2 && !JSON.stringify(task.input).includes('--discover')) return task;
    await sleep(10);
  }
  throw new Error('No connector came to run');
}

type Streams = Extract<TaskSourceInput, { streams: unknown }>['streams'];
const ITEMS: Streams = [{ name: 'items', syncMode: 'incremental' }];

async function read(
  input: Record<string, unknown>,
  options: { streams?: Streams; signal?: AbortSignal; token?: string } = {},
) {
  const { streams = ITEMS, signal = new AbortController().signal, token } = options;
  const source = dockerConnector.open({
    ...dockerContext(
      fargate.runner,
      {},
      {
        taskInput: { streams },
        ...(token === undefined
          ? {}
          : { authentication: { type: 'secrets', input: { token: new Secret(token) } } }),
      },
    ),
    input: dockerInputSchema.parse(input),
    limits: MANY,
  });
  const reading: Parsed & { states: string[]; error?: MillraceError } = {
    texts: [],
    rejected: [],
    states: [],
  };
  try {
    for await (const batch of source.read(undefined, signal)) {
      collect(batch, reading);
      reading.states.push(source.stateAt?.(batch.cursor) ?? '');
    }
  } catch (error) {
    reading.error = error as MillraceError;
  }
  return reading;
}

function tap(configuration: Record<string, unknown>, image = 'tap-test') {
  return { image, imageType: 'singer', registry: 'dockerhub', configuration };
}

test("Airbyte's image is read whole, by the command that it says itself", async () => {
  const { texts, error } = await read(
    { image: 'source-test', configuration: { users: 2 } },
    { streams: [{ name: 'users', syncMode: 'incremental', properties: ['email'] }] },
  );
  expect(error).toBeUndefined();
  expect(texts).toEqual([
    '{"objectID":"1","id":1,"email":"user1@example.com"}',
    '{"objectID":"2","id":2,"email":"user2@example.com"}',
  ]);
});

test('a tap is read whole by the command that the stage names, byte for byte, in many parts', async () => {
  const { texts, states, error } = await read(tap({ records: 3_000, padding: 2_000 }));
  expect(error).toBeUndefined();
  expect(texts).toHaveLength(3_000);
  expect(texts[1]).toMatch(
    /^\{"objectID":"2","id": 2, "name": "Lamp 2x+", "price": 2.50, "huge": 9007199254740993\}$/,
  );
  expect(states.at(-1)).toContain('"id":3000');
});

test('a stage without connectors says how to have them', async () => {
  const { containers: _, ...context } = dockerContext(fargate.runner, {});
  const source = dockerConnector.open({
    ...context,
    input: dockerInputSchema.parse(tap({})),
    limits: MANY,
  });
  const error = await failureOf(async () => {
    for await (const _ of source.read(undefined, never));
  });
  expect(error).toMatchObject({ code: 'docker.no_runtime', disposition: 'fatal' });
  expect(error.message).toContain('connectors=true');
});

test('a tap that prints garbage among its messages is read all the same, but for a record that was cut', async () => {
  const { texts, rejected, error } = await read(tap({ records: 8, misbehave: 'garbage', at: 4 }));
  expect(error).toBeUndefined();
  expect(texts).toHaveLength(8);
  expect(rejected).toMatchObject([{ code: 'docker.bad_record', position: 4 }]);
});

test('a tap that fails after a state has what came before it written, and its last words shown and logged without secrets', async () => {
  const configuration = { records: 30, misbehave: 'fails', at: 25, token: '${token}' };
  const { texts, states, error } = await read(tap(configuration), { token: 'canary-token' });
  expect(texts).toHaveLength(24);
  expect(states.at(-1)).toContain('"id":20');
  expect(error).toMatchObject({ code: 'docker.failed', disposition: 'retryable' });
  expect(error?.message).toBe(
    'The connector tap-test ended with exit code 1. It said last: Could not reach the shop with [secret]',
  );
  const logs = fargate.ecs.tasks.map(({ log }) => log).join('');
  expect(logs).toContain('Could not reach the shop with [secret]');
  expect(logs).not.toContain('canary');
  expect(JSON.stringify(fargate.ecs.tasks.map(({ input }) => input))).not.toContain('canary');
});

test.each([
  ['fails after everything', { records: 20, misbehave: 'failsAtEnd' }, 20, 'ended with exit code 3'],
  ['is killed', { records: 30, misbehave: 'killed', at: 25 }, 24, 'was ended by SIGKILL'],
  [
    'closes its output early and says that all is well',
    { records: 30, misbehave: 'closesOutput', at: 25 },
    24,
    'without a state',
  ],
])('a tap that %s has not succeeded', async (_what, configuration, count, message) => {
  const { texts, error } = await read(tap(configuration));
  expect(texts).toHaveLength(count);
  expect(error).toMatchObject({ disposition: 'retryable', message: expect.stringContaining(message) });
});

test('a line of 1 GB is ended at 16 MB, held in no memory, and ends its task', async () => {
  const before = process.memoryUsage().rss;
  const { texts, error } = await read(tap({ records: 9, misbehave: 'longLine', at: 5 }));
  expect(texts).toHaveLength(4);
  expect(error).toMatchObject({ code: 'docker.line_too_long', disposition: 'fatal' });
  expect(process.memoryUsage().rss - before).toBeLessThan(150 * 1024 * 1024);
});

test('an image that cannot be fetched is named, with what to do', async () => {
  const { error } = await read(tap({}, 'acme/nothing'));
  expect(error).toMatchObject({ code: 'docker.cannot_pull', disposition: 'fatal' });
  expect(error?.message).toMatch(
    /^The image docker\.io\/acme\/nothing:latest cannot be fetched by ECS: CannotPull.*public/,
  );
});

test('an image that does not say its command ends with where to name it', async () => {
  const { error } = await read(tap({}, 'acme/mute'));
  expect(error).toMatchObject({ code: 'docker.failed', disposition: 'fatal' });
  expect(error?.message).toContain(
    'does not say its command in AIRBYTE_ENTRYPOINT: name it in the setting connectorCommands',
  );
});

test('where ECS has no room, the run is tried again', async () => {
  fargate.ecs.isFull = true;
  const { error } = await read(tap({}));
  fargate.ecs.isFull = false;
  expect(error).toMatchObject({ code: 'docker.cannot_start', disposition: 'retryable' });
  expect(error?.message).toContain('Capacity is unavailable');
});

test('an abort ends the reading at once, and the task', async () => {
  const stop = new AbortController();
  const reading = read(tap({ records: 30, misbehave: 'hangs', at: 25 }), { signal: stop.signal });
  const { processIDs } = await readingTask();
  stop.abort(new Error('The run was cancelled'));
  expect((await reading).error?.message).toBe('The run was cancelled');
  await expect.poll(() => processIDs.filter(isRunning)).toEqual([]);
});

test('a task that is stopped from outside fails the run, which is tried again', async () => {
  const reading = read(tap({ records: 30, misbehave: 'hangs', at: 25 }));
  const task = await readingTask();
  task.stop('ServiceSchedulerInitiated', 'Task stopped for maintenance');
  expect((await reading).error).toMatchObject({ code: 'docker.failed', disposition: 'retryable' });
});

test('a definition is registered once for each image and command, and tasks are marked with their run', async () => {
  const before = fargate.ecs.definitions.length;
  const runner = fargate.runner.forRun?.('run-1');
  for (let start = 1; start <= 2; start += 1) await listFiles(runner);
  expect(fargate.ecs.definitions.length - before).toBeLessThanOrEqual(1);
  const { input } = fargate.ecs.tasks.at(-1) ?? {};
  expect(input).toMatchObject({
    startedBy: 'run-1',
    tags: expect.arrayContaining([{ key: 'millrace:run', value: 'run-1' }]),
  });
});

test('what an earlier worker of the same run left running is ended before the next connector starts', async () => {
  const runner = fargate.runner.forRun?.('run-2');
  const left = await runner?.start(requestOf({ hang: true }), never);
  const task = await readingTask();
  const { processIDs } = task;
  await listFiles(runner);
  expect(task.isWanted).toBe(false);
  expect(processIDs.filter(isRunning)).toEqual([]);
  await left?.stop();
});

test('a task whose worker died ends by itself, and what it has yet to send stays within bounds', async () => {
  const program = join(import.meta.dirname, 'programs/dying-worker.program.ts');
  const { settings, endpoints } = fargate;
  const options = JSON.stringify({ settings, endpoints, program: relay });
  const worker = spawn(process.execPath, [program], { stdio: ['pipe', 'pipe', 'inherit'] });
  worker.stdin.end(options);
  await once(worker.stdout, 'data');
  const { processIDs, input } = await readingTask();
  const prefix = /(connectors\/[0-9a-f-]{36})\/orders/.exec(JSON.stringify(input))?.[1];
  // Nobody reads on: it is held up when 16 parts wait, one of which may have been taken.
  await expect.poll(() => fargate.has(`${prefix}/15`), { timeout: 5_000 }).toBe(true);
  await sleep(200);
  expect(await fargate.has(`${prefix}/18`)).toBe(false);
  worker.kill('SIGKILL');
  await expect.poll(() => processIDs.filter(isRunning), { timeout: 5_000 }).toEqual([]);
});
