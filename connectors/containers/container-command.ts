import type { ProgramRequest } from './container-runner.ts';
import type { ContainerRuntime } from './find-runtime.ts';
import { containerName, DATA_LABEL } from './orphans.ts';
import type { ProgramCommand, ProgramPlace } from './start-program.ts';

/** Where a container finds the files of its run. */
const MOUNT = '/millrace';
const MEMORY = '2g';
const PROCESSES = 512;
const SCRATCH_BYTES = 512 * 1024 * 1024;

/**
 * How a container is started: nothing of it can be written but a scratch space, it gains no privileges and has no
 * capabilities, and no log of it is kept beside what is read from it.
 */
export function containerCommand(options: {
  runtime: ContainerRuntime;
  image: string;
  args: ProgramRequest['args'];
  place: ProgramPlace;
}): ProgramCommand {
  const { runtime, image, args, place } = options;
  const name = containerName(place);
  return {
    argv: [
      runtime.path,
      'run',
      '--rm',
      '--name',
      name,
      '--label',
      `${DATA_LABEL}=${place.owner}`,
      '--read-only',
      '--tmpfs',
      `/tmp:rw,nosuid,nodev,size=${SCRATCH_BYTES},mode=1777`,
      '--cap-drop',
      'ALL',
      '--security-opt',
      'no-new-privileges',
      '--pids-limit',
      String(PROCESSES),
      '--memory',
      MEMORY,
      '--log-driver',
      'none',
      '--volume',
      `${place.files}:${MOUNT}:ro`,
      image,
      ...args(MOUNT),
    ],
    container: { runtime: runtime.path, name },
  };
}
