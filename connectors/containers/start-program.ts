import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { SourceError } from '../../core/runs/source-error.ts';
import type { ProgramExit, RunningProgram } from './container-runner.ts';
import { describeProcess, ownerOf } from './process-identity.ts';

/** One program's own folder, and who it belongs to. */
export interface ProgramPlace {
  readonly id: string;
  /** The directory with its files, as the machine has it. */
  readonly files: string;
  /** Stands for the directory in which all programs have their folders. */
  readonly owner: string;
  /** The process that started it, as `describeProcess` has it. */
  readonly worker: string;
}

interface ProgramOptions {
  /** Each program has a folder of its own in it. */
  readonly directory: string;
  readonly files: Readonly<Record<string, string>>;
  readonly environment: Readonly<Record<string, string>>;
  readonly command: (place: ProgramPlace) => ProgramCommand;
}

/** What is started, and the container that it is the client of, if it is one: ending the client does not end it. */
export interface ProgramCommand {
  readonly argv: readonly string[];
  readonly container?: { readonly runtime: string; readonly name: string };
}

/** Ends the container $2 of the runtime $1, whatever state it is in. (To remove a running one may take its grace.) */
const END_CONTAINER = '"$1" kill "$2"; "$1" rm --force "$2"';
/**
 * Waits for its input to end, which it does when the worker is gone, then ends the program's process group ($1), removes
 * its folder ($2) and ends its container.
 */
const WATCHDOG = `cat; kill -9 "-$1"; rm -rf -- "$2"; shift 2; [ $# -eq 0 ] || { ${END_CONTAINER}; }`;

/** Starts a program in a process group of its own, with its files in a folder that only this user can look into. */
export async function startProgram(options: ProgramOptions): Promise<RunningProgram> {
  const { directory, files, environment } = options;
  const id = randomUUID();
  const folder = join(directory, id);
  const worker = describeProcess(process.pid);
  const place = { id, files: join(folder, 'files'), owner: ownerOf(directory), worker };
  const { argv, container } = options.command(place);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  try {
    // First: whoever finds the folder without its worker removes it.
    await writeFile(join(folder, 'worker'), worker, { mode: 0o600 });
    // Another user inside a container has to be able to read what is mounted; the folder around it keeps others out.
    await mkdir(place.files, { mode: 0o755 });
    for (const [name, content] of Object.entries(files)) {
      await writeFile(join(place.files, name), content, { mode: 0o644 });
    }
    const launched = await launch(argv, environment, place.files);
    await writeFile(join(folder, 'program'), describeProcess(launched.child.pid ?? 0), { mode: 0o600 });
    return supervise({ ...launched, folder, container, environment });
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

interface Launched {
  readonly child: ChildProcess;
  readonly stdout: PassThrough;
  readonly stderr: PassThrough;
  readonly exited: Promise<ProgramExit>;
}

async function launch(
  [command = '', ...args]: readonly string[],
  environment: Readonly<Record<string, string>>,
  cwd: string,
): Promise<Launched> {
  const child = spawn(command, args, {
    env: { ...environment },
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    // A process group of its own, so that what it starts can be ended with it.
    detached: true,
  });
  // Before anything is waited for: some have ended by then.
  const exited = new Promise<ProgramExit>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  // Node throws away what nobody has begun to read when a program exits; these keep it.
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  child.stdout.pipe(stdout);
  child.stderr.pipe(stderr);
  return new Promise((resolve, reject) => {
    child.once('spawn', () => resolve({ child, stdout, stderr, exited }));
    child.once('error', (error) =>
      reject(
        new SourceError('docker.cannot_start', `The connector cannot be started: ${error.message}.`, {
          cause: error,
        }),
      ),
    );
  });
}

function supervise(supervised: Supervised): RunningProgram {
  const { child, stdout, stderr, exited, folder, container, environment } = supervised;
  const watchdog = startWatchdog(supervised);
  child.on('error', () => undefined);
  const stop = async () => {
    const isRunning = child.exitCode === null && child.signalCode === null;
    if (isRunning && container !== undefined) await endContainer(container, environment);
    signalGroup(child.pid ?? 0, 'SIGKILL');
    await exited;
    for (const stream of [child.stdout, child.stderr, stdout, stderr]) stream?.destroy();
    watchdog.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  };
  let stopping: Promise<void> | undefined;
  return {
    stdout,
    stderr,
    exited,
    stop: () => (stopping ??= stop()),
  };
}

interface Supervised extends Launched {
  readonly folder: string;
  readonly container: ProgramCommand['container'];
  readonly environment: Readonly<Record<string, string>>;
}

function startWatchdog({ child, folder, container, environment }: Supervised): ChildProcess {
  const rest = container === undefined ? [] : [container.runtime, container.name];
  const watchdog = spawn('/bin/sh', ['-c', WATCHDOG, 'sh', String(child.pid), folder, ...rest], {
    env: { ...environment },
    cwd: '/',
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  watchdog.on('error', () => undefined);
  watchdog.stdin?.on('error', () => undefined);
  return watchdog;
}

/** Ends a container and removes what is left of it; one that is not there is no failure. */
export async function endContainer(
  { runtime, name }: { readonly runtime: string; readonly name: string },
  environment: Readonly<Record<string, string>>,
): Promise<void> {
  const child = spawn('/bin/sh', ['-c', END_CONTAINER, 'sh', runtime, name], {
    env: { ...environment },
    stdio: 'ignore',
  });
  await new Promise<void>((resolve) => {
    child.once('error', () => resolve());
    child.once('exit', () => resolve());
  });
}

function signalGroup(groupID: number, signal: NodeJS.Signals): void {
  if (groupID <= 1) return;
  try {
    process.kill(-groupID, signal);
  } catch {
    // All of it has ended.
  }
}
