import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ServiceOptions, StartedService } from '../protocol/started-service.ts';
import { findDynamoDbEngine, type DynamoDbEngine } from './dynamo-db-engine.ts';
import { endOrphan, writePidFile } from './orphan.ts';

/** dynoxide needs some 30 ms, DynamoDB Local up to 5 s on a busy machine. */
const READY_TIMEOUT_MILLISECONDS = 30_000;
const STOP_TIMEOUT_MILLISECONDS = 5000;
/** Another process may take the free port before the child does. */
const PORT_ATTEMPTS = 3;

export interface DynamoDbOptions extends ServiceOptions {
  readonly engine?: DynamoDbEngine;
  /** Called once if the child ends though nobody stopped it; nothing answers from then on. */
  readonly onUnexpectedExit?: (error: Error) => void;
}

/** An embedded DynamoDB as a child process on a file in the data directory; kill -9 loses nothing it acknowledged. */
export async function startDynamoDb(
  options: DynamoDbOptions,
): Promise<StartedService & { readonly pid: number }> {
  const engine = options.engine ?? findDynamoDbEngine();
  const directory = resolve(options.dataDirectory, 'dynamodb');
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  await endOrphan(join(directory, 'pid'), directory);
  for (let attempt = 1; ; attempt += 1) {
    const port = await claimPort(options.port ?? 0);
    const child = await startChild(engine, directory, port);
    if (child.pid !== undefined && (await becomesReady(child, port))) {
      return superviseChild({ child, pid: child.pid, port, directory, engine }, options.onUnexpectedExit);
    }
    await stopChild(child);
    rmSync(join(directory, 'pid'), { force: true });
    if (options.port !== undefined || attempt === PORT_ATTEMPTS) {
      const log = readFileSync(join(directory, 'log'), 'utf8').slice(-2000);
      throw new Error(`${engine.name} did not start on port ${port}. Its output: ${log.trim() || '(none)'}`);
    }
  }
}

interface Supervised {
  child: ChildProcess;
  pid: number;
  port: number;
  directory: string;
  engine: DynamoDbEngine;
}

function superviseChild(
  { child, pid, port, directory, engine }: Supervised,
  onUnexpectedExit: DynamoDbOptions['onUnexpectedExit'],
): StartedService & { readonly pid: number } {
  let stopping = false;
  // A stop that takes too long is cut short: what was acknowledged is on the disk, and a child would stay behind.
  const endWithUs = () => child.kill('SIGKILL');
  process.once('exit', endWithUs);
  child.once('exit', (code, signal) => {
    process.off('exit', endWithUs);
    if (!stopping)
      onUnexpectedExit?.(new Error(`${engine.name} ended unexpectedly (${signal ?? `code ${code}`})`));
  });
  return {
    endpoint: `http://127.0.0.1:${port}`,
    pid,
    stop: async () => {
      stopping = true;
      await stopChild(child);
      rmSync(join(directory, 'pid'), { force: true });
    },
  };
}

async function startChild(engine: DynamoDbEngine, directory: string, port: number): Promise<ChildProcess> {
  // A file and not a pipe: an orphan must not die of a broken pipe in the middle of a write.
  const log = openSync(join(directory, 'log'), 'w', 0o600);
  const child = spawn(engine.command, engine.buildArguments(join(directory, 'tables.db'), port), {
    cwd: directory,
    stdio: ['ignore', log, log],
    env: {},
  });
  closeSync(log);
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  if (child.pid !== undefined) writePidFile(join(directory, 'pid'), child.pid);
  return child;
}

async function becomesReady(child: ChildProcess, port: number): Promise<boolean> {
  const deadline = Date.now() + READY_TIMEOUT_MILLISECONDS;
  while (hasNotExited(child) && Date.now() < deadline) {
    if (await accepts(port)) {
      // Somebody else may hold the port while the child is just about to give up on it.
      await delay(5);
      return hasNotExited(child);
    }
    await delay(5);
  }
  return false;
}

function hasNotExited(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (!hasNotExited(child)) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MILLISECONDS);
  await exited;
  clearTimeout(force);
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect({ port, host: '127.0.0.1' });
  return new Promise((resolve) => {
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
  }).then((accepted) => {
    socket.destroy();
    return accepted === true;
  });
}

/** The port (a free one for 0), made sure of: whoever holds it would be taken for the child. */
async function claimPort(wanted: number): Promise<number> {
  const server = createServer().listen(wanted, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('No free port on 127.0.0.1');
  return address.port;
}
