import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Settings } from '../../../local/start-up/settings.ts';
import { startMachine, type Machine } from '../../../local/start-up/start-machine.ts';
import { startUpReport } from '../../../local/start-up/report.ts';

const START_MACHINE = join(import.meta.dirname, '../../../local/start-up/start-machine.ts');

let directory: string;
let machine: Machine | undefined;
let child: ChildProcess | undefined;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'millrace-machine-'));
});

afterEach(async () => {
  await machine?.stop();
  machine = undefined;
  child?.kill('SIGKILL');
  child = undefined;
  await rm(directory, { recursive: true, force: true });
});

function settings(): Settings {
  return {
    port: 0,
    dataDirectory: join(directory, 'data'),
    empty: true,
    help: false,
    stageEnvironment: {},
    containers: { environment: {}, commands: {}, runtime: '' },
    lambdasDirectory: join(import.meta.dirname, 'fixtures', 'lambdas'),
  };
}

async function start(): Promise<Machine> {
  machine = await startMachine(settings(), () => {});
  return machine;
}

async function stop(): Promise<void> {
  await machine?.stop();
  machine = undefined;
}

describe('a machine with the functions of a fixture and the template of the project', () => {
  it('answers over HTTP, keeps its credentials over a restart, and sweeps when it is started again', async () => {
    const first = await start();
    expect(first.isFirstStart).toBe(true);
    const answer = await askFixture(`${first.connection.url}/1/runs`);
    expect(answer).toMatchObject({ path: '/1/runs' });
    expect(answer.environment).toContain('TABLE_NAME');
    expect(answer.environment).not.toContain('PATH');
    expect(startUpReport(first, 1, '/')).toContain(first.connection.apiKey);
    const stack = await readFile(join(first.dataDirectory, 'stack.json'), 'utf8');
    await stop();
    await expect(fetch(first.connection.url)).rejects.toThrow('fetch failed');

    const second = await start();
    expect(second.isFirstStart).toBe(false);
    expect(second.connection).toEqual(first.connection);
    expect(startUpReport(second, 1, '/')).not.toContain(second.connection.apiKey);
    const withoutPorts = (text: string) => text.replaceAll(/127\.0\.0\.1:\d+/g, '');
    expect(withoutPorts(await readFile(join(second.dataDirectory, 'stack.json'), 'utf8'))).toBe(
      withoutPorts(stack),
    );
    const log = () => readFile(join(second.dataDirectory, 'logs', 'poll-runs.log'), 'utf8');
    await expect.poll(log, { timeout: 5000 }).toContain('swept');
  });

  it('refuses a second start on its data directory', async () => {
    await start();
    await expect(startMachine(settings(), () => {})).rejects.toThrow('Millrace already runs on');
  });

  it('can be started again after kill -9, and what it was is still there', async () => {
    const script = join(directory, 'start.mjs');
    await writeFile(
      script,
      `import { startMachine } from ${JSON.stringify(START_MACHINE)};
       const machine = await startMachine(${JSON.stringify(settings())}, () => {});
       process.stdout.write(JSON.stringify(machine.connection));`,
    );
    child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
    const connection = await new Promise<{ url: string }>((resolve) => {
      child?.stdout?.once('data', (text: Buffer) => resolve(JSON.parse(text.toString())));
    });
    const { pid } = await askFixture(connection.url);
    const ended = new Promise((resolve) => child?.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
    await expect.poll(() => isAlive(pid), { timeout: 3000 }).toBe(false);

    const again = await start();
    expect(again.connection).toEqual(connection);
    expect((await fetch(again.connection.url)).status).toBe(200);
  });
});

async function askFixture(url: string): Promise<{ path: string; pid: number; environment: string[] }> {
  const response = await fetch(url);
  return (await response.json()) as { path: string; pid: number; environment: string[] };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
