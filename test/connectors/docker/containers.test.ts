import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ownerOf } from '../../../connectors/containers/process-identity.ts';
import { createLocalContainers } from '../../../connectors/containers/local-containers.ts';
import { dockerConnector } from '../../../connectors/sources/docker/index.ts';
import { dockerInputSchema } from '../../../connectors/sources/docker/docker-input.ts';
import { collect, type Parsed } from '../support/parse-bytes.ts';
import { failureOf, MANY } from '../contract/read-subject.ts';
import { buildTestImage, IMAGE, RUNTIME } from './container-image.ts';
import { dockerContext } from './open-docker.ts';

const never = new AbortController().signal;

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'millrace-containers-'));
});
const workers: ChildProcess[] = [];
afterAll(() => {
  for (const worker of workers) worker.kill('SIGKILL');
  rmSync(directory, { recursive: true, force: true });
});

function settingsOf(runtime: string) {
  const { PATH = '', HOME = '/root', CONTAINERS_CONF } = process.env;
  const environment = { PATH, HOME, ...(CONTAINERS_CONF === undefined ? {} : { CONTAINERS_CONF }) };
  return { directory: join(directory, 'running'), environment, commands: {}, runtime };
}

function contextOf(configuration: Record<string, unknown>, image = IMAGE, runtime = RUNTIME ?? '') {
  const input = dockerInputSchema.parse({ image, configuration });
  return {
    ...dockerContext(createLocalContainers(settingsOf(runtime)), {}),
    input: { ...input, imageType: 'singer' as const },
    limits: MANY,
  };
}

function containers(): string[] {
  const args = [
    'ps',
    '--all',
    '--quiet',
    '--filter',
    `label=io.millrace.data=${ownerOf(join(directory, 'running'))}`,
  ];
  return execFileSync(RUNTIME ?? '', args, { encoding: 'utf8' })
    .split('\n')
    .filter(Boolean);
}

test('a machine without a runtime says what to do', async () => {
  const error = await failureOf(() => dockerConnector.check(contextOf({}, IMAGE, 'no-such-runtime'), never));
  expect(error).toMatchObject({
    code: 'docker.no_runtime',
    message: expect.stringContaining('looked for no-such-runtime on the PATH'),
  });
});

describe.skipIf(RUNTIME === undefined)('a container', () => {
  beforeAll(() => {
    buildTestImage(directory);
  }, 120_000);

  test('reads its files, writes nowhere but its scratch space, has no capabilities, and is gone after', async () => {
    const source = dockerConnector.open(contextOf({ token: 'x' }));
    const reading: Parsed = { texts: [], rejected: [] };
    for await (const batch of source.read(undefined, never)) collect(batch, reading);
    const facts = Object.fromEntries(
      reading.texts.map((text) => {
        const { objectID, value } = JSON.parse(text) as { objectID: string; value: string };
        return [objectID, value];
      }),
    );
    expect(facts).toEqual({
      config: 'token:x',
      environment: '0',
      root: 'read-only',
      files: 'read-only',
      scratch: 'writable',
      capabilities: '0000000000000000',
      privileges: '1',
    });
    expect(containers()).toEqual([]);
    expect(readdirSync(join(directory, 'running'))).toEqual([]);
  }, 60_000);

  test('that never ends is ended and removed with its reading', async () => {
    const stop = new AbortController();
    const source = dockerConnector.open(contextOf({ hang: true }));
    const reading = async () => {
      for await (const _ of source.read(undefined, stop.signal)) {
        expect(containers()).toHaveLength(1);
        stop.abort(new Error('The run was cancelled'));
      }
    };
    await expect(reading()).rejects.toThrow('The run was cancelled');
    expect(containers()).toEqual([]);
  }, 60_000);

  test('whose worker is killed is ended by its watchdog', async () => {
    const worker = await startWorker();
    expect(containers()).toHaveLength(1);
    worker.kill('SIGKILL');
    await expect.poll(containers, { timeout: 20_000 }).toEqual([]);
    await expect.poll(() => readdirSync(join(directory, 'running')), { timeout: 10_000 }).toEqual([]);
  }, 60_000);

  test('whose worker and watchdog are killed is ended before the next one starts', async () => {
    const worker = await startWorker();
    const watchdogs = execFileSync('pgrep', ['-P', String(worker.pid), '-x', 'sh'], { encoding: 'utf8' });
    for (const pid of watchdogs.split('\n').filter(Boolean)) process.kill(Number(pid), 'SIGKILL');
    worker.kill('SIGKILL');
    await new Promise((resolve) => worker.once('exit', resolve));
    expect(containers()).toHaveLength(1);
    const { sample } = await dockerConnector.check(contextOf({ token: 'y' }), never);
    expect(sample).toHaveLength(7);
    expect(containers()).toEqual([]);
    expect(readdirSync(join(directory, 'running'))).toEqual([]);
  }, 60_000);
});

/** A process that reads a tap which never ends, and has begun to. */
async function startWorker() {
  const program = join(import.meta.dirname, 'programs/hanging-worker.program.ts');
  const worker = spawn(process.execPath, [program, IMAGE, JSON.stringify(settingsOf(RUNTIME ?? ''))], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  workers.push(worker);
  await new Promise((resolve, reject) => {
    worker.stdout.once('data', resolve);
    worker.once('exit', (code) => reject(new Error(`The worker ended with ${code}`)));
  });
  return worker;
}
