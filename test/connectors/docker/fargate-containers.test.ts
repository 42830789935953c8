import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dockerInputSchema } from '../../../connectors/sources/docker/docker-input.ts';
import { dockerConnector } from '../../../connectors/sources/docker/index.ts';
import type { Launcher } from '../../support/ecs-task.ts';
import { MANY } from '../contract/read-subject.ts';
import { collect, type Parsed } from '../support/parse-bytes.ts';
import { buildTestImage, IMAGE, RUNTIME } from './container-image.ts';
import { buildNodeImage } from './node-image.ts';
import { dockerContext } from './open-docker.ts';
import { bundleRelay, openFargate } from './open-fargate.ts';

/** As most images of connectors have it; those beside it are root. */
const USER = '1000:1000';

/** What a task's definition says of a container, as a container. The network is this machine's, to reach its S3. */
const launcher: Launcher = ({ name, container, argv: [entryPoint = '', ...args], mounts }) => ({
  argv: [
    RUNTIME ?? '',
    'run',
    '--rm',
    '--pull',
    'never',
    '--name',
    name,
    '--network',
    'host',
    '--log-driver',
    'none',
    '--read-only',
    ...(RUNTIME === 'podman' ? ['--read-only-tmpfs=false'] : []),
    ...container.linuxParameters.capabilities.drop.flatMap((each) => ['--cap-drop', each]),
    '--memory',
    `${container.memory}m`,
    '--user',
    container.user ?? USER,
    ...mounts.flatMap(({ host, path, readOnly }) => [
      '--volume',
      `${host}:${path}:${readOnly ? 'ro' : 'rw'}`,
    ]),
    '--entrypoint',
    entryPoint,
    container.image,
    ...args,
  ],
  environment: environment(),
  // It may be ending by itself.
  kill: () => void spawnSync(RUNTIME ?? '', ['kill', name], { env: environment(), stdio: 'ignore' }),
});

function environment(): Record<string, string> {
  const { PATH = '', HOME = '/root', CONTAINERS_CONF } = process.env;
  return { PATH, HOME, ...(CONTAINERS_CONF === undefined ? {} : { CONTAINERS_CONF }) };
}

function contextOf(
  runner: Awaited<ReturnType<typeof openFargate>>['runner'],
  configuration: Record<string, unknown>,
) {
  const input = dockerInputSchema.parse({ image: IMAGE, configuration });
  return { ...dockerContext(runner, {}), input: { ...input, imageType: 'singer' as const }, limits: MANY };
}

describe.skipIf(RUNTIME === undefined)('a task of containers', () => {
  let directory: string;
  let fargate: Awaited<ReturnType<typeof openFargate>>;
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'millrace-fargate-images-'));
    buildTestImage(directory);
    buildNodeImage(directory);
    fargate = await openFargate({
      program: await bundleRelay(),
      launcher,
      settings: { commands: { [IMAGE]: ['/bin/sh', '/tap.sh'] } },
    });
  }, 180_000);
  afterAll(async () => {
    await fargate.close();
    rmSync(directory, { recursive: true, force: true });
  });

  test('has its files fetched and its output brought back, for a user who can write nowhere else', async () => {
    const source = dockerConnector.open(contextOf(fargate.runner, { token: 'x' }));
    const reading: Parsed = { texts: [], rejected: [] };
    for await (const batch of source.read(undefined, new AbortController().signal)) collect(batch, reading);
    const facts = reading.texts.map((text) => {
      const { objectID, value } = JSON.parse(text) as { objectID: string; value: string };
      return [objectID, value];
    });
    expect(Object.fromEntries(facts)).toEqual({
      config: 'token:x',
      environment: '0',
      root: 'read-only',
      files: 'read-only',
      scratch: 'writable',
      capabilities: '0000000000000000',
      // Fargate cannot take it away; what could be gained by it are capabilities, and there are none.
      privileges: '0',
    });
  }, 60_000);

  test('that never ends is ended with its reading', async () => {
    const stop = new AbortController();
    const source = dockerConnector.open(contextOf(fargate.runner, { hang: true }));
    const reading = async () => {
      for await (const _ of source.read(undefined, stop.signal))
        stop.abort(new Error('The run was cancelled'));
    };
    await expect(reading()).rejects.toThrow('The run was cancelled');
    await expect
      .poll(() => fargate.ecs.tasks.some(({ isRunning }) => isRunning), { timeout: 20_000 })
      .toBe(false);
  }, 60_000);
});
