import { SourceError } from '../../core/runs/source-error.ts';
import type { ContainerRunner } from './container-runner.ts';
import { findRuntime, type ContainerRuntime } from './find-runtime.ts';
import { createOrphans } from './orphans.ts';
import { containerCommand } from './container-command.ts';
import { startProgram } from './start-program.ts';

/** What one machine has to run connectors with. */
export interface LocalContainerSettings {
  /** Where the files of running connectors lie. */
  readonly directory: string;
  /** The environment of a runtime: PATH, HOME, and where its daemon is found. */
  readonly environment: Readonly<Record<string, string>>;
  /** Image → command, for connectors that are installed as programs: what the operator put in the image's place. */
  readonly commands: Readonly<Record<string, readonly string[]>>;
  /** The runtime to use; the first of docker and podman that works where it is empty. */
  readonly runtime: string;
}

/** Of what a runtime is told, a program is told only this. */
const PROGRAM_VARIABLES = ['PATH', 'HOME', 'LANG', 'TZ'] as const;

/**
 * Runs connectors on the machine itself: as a command where the operator names one for the image, else in a container of
 * the OCI runtime that is found on the PATH. Whatever was left by a worker that is gone is ended first.
 */
export function createLocalContainers(settings: LocalContainerSettings): ContainerRunner {
  const { directory, environment, commands } = settings;
  const orphans = createOrphans(settings);
  let runtime: Promise<ContainerRuntime> | undefined;
  const runtimeOnce = () => {
    runtime ??= findRuntime(settings).catch((error: unknown) => {
      // It may be started meanwhile.
      runtime = undefined;
      throw error;
    });
    return runtime;
  };
  return {
    async start({ image, name, files, args }, signal) {
      await orphans.end(runtime);
      signal.throwIfAborted();
      const command = commands[name] ?? commands[image];
      if (command !== undefined) {
        const own = Object.fromEntries(
          PROGRAM_VARIABLES.flatMap((key) =>
            environment[key] === undefined ? [] : [[key, environment[key]]],
          ),
        );
        return startProgram({
          directory,
          files,
          environment: own,
          command: (place) => ({ argv: [...command, ...args(place.files)] }),
        });
      }
      if (image.startsWith('-'))
        throw new SourceError('docker.bad_image', 'The name of the image cannot begin with a hyphen.');
      const found = await runtimeOnce();
      await orphans.end(runtime);
      return startProgram({
        directory,
        files,
        environment,
        command: (place) => containerCommand({ runtime: found, image, args, place }),
      });
    },
  };
}
