import { execFile } from 'node:child_process';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ContainerRuntime } from './find-runtime.ts';
import { isAlive, ownerOf, pidOf } from './process-identity.ts';
import { endContainer } from './start-program.ts';

/** Which installation a container belongs to. */
export const DATA_LABEL = 'io.millrace.data';
const NAME = /^millrace\.([0-9a-f-]+)\.(\d+)\.(.*)$/;

/** A container's name says which process started it: of all that runtimes list, they all list that in one way. */
export function containerName({ id, worker }: { readonly id: string; readonly worker: string }): string {
  return `millrace.${id}.${worker.replace(':', '.')}`;
}

const LIST_MILLISECONDS = 20_000;

/** Ends what workers left behind that are gone. */
export interface Orphans {
  end(runtime: Promise<ContainerRuntime> | undefined): Promise<void>;
}

/**
 * A watchdog ends a program as soon as its worker is gone; this is for when that was ended too, as by a restart of the
 * machine. The process that started a program is written down beside it, with when that began.
 */
export function createOrphans({ directory }: { directory: string }): Orphans {
  return {
    async end(runtime) {
      await endPrograms(directory);
      if (runtime !== undefined) await endContainers(await runtime, ownerOf(directory));
    },
  };
}

async function endPrograms(directory: string): Promise<void> {
  const ids = await readdir(directory).catch(() => []);
  for (const id of ids) {
    const folder = join(directory, id);
    const worker = await readFile(join(folder, 'worker'), 'utf8').catch(() => undefined);
    // Without it the folder is being made at this moment.
    if (worker === undefined || isAlive(worker)) continue;
    const program = await readFile(join(folder, 'program'), 'utf8').catch(() => '');
    if (isAlive(program)) killGroup(pidOf(program));
    await rm(folder, { recursive: true, force: true });
  }
}

async function endContainers({ path, environment }: ContainerRuntime, owner: string): Promise<void> {
  const args = ['ps', '--all', '--filter', `label=${DATA_LABEL}=${owner}`, '--format', '{{.Names}}'];
  const { stdout } = await promisify(execFile)(path, args, { env: environment, timeout: LIST_MILLISECONDS });
  const left = stdout.split('\n').filter((name) => {
    const [, , pid, start] = NAME.exec(name.trim()) ?? [];
    return pid !== undefined && !isAlive(`${pid}:${start}`);
  });
  for (const name of left) await endContainer({ runtime: path, name }, environment);
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It ended between the look and the signal.
  }
}
