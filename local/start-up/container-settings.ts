import * as z from 'zod';
import { StartUpError } from './start-up-error.ts';

/** What a container runtime is told of the environment: where it is found, and where it finds its own things. */
const VARIABLES = [
  'PATH',
  'HOME',
  'LANG',
  'TZ',
  'XDG_RUNTIME_DIR',
  'DOCKER_HOST',
  'DOCKER_CONFIG',
  'CONTAINER_HOST',
  'CONTAINERS_CONF',
] as const;

export interface ContainerSettings {
  readonly environment: Readonly<Record<string, string>>;
  /** Image → the command that stands for it. */
  readonly commands: Readonly<Record<string, readonly string[]>>;
  /** Empty for the first that answers. */
  readonly runtime: string;
}

const commandsSchema = z.record(z.string().min(1), z.array(z.string().min(1)).min(1));

/** The settings for sources of type docker, from the environment. */
export function readContainerSettings(
  environment: Readonly<Record<string, string | undefined>>,
): ContainerSettings {
  return {
    environment: Object.fromEntries(
      VARIABLES.flatMap((name) => {
        const value = environment[name];
        return value === undefined ? [] : [[name, value]];
      }),
    ),
    commands: readCommands(environment['MILLRACE_COMMANDS']),
    runtime: environment['MILLRACE_CONTAINER_RUNTIME'] ?? '',
  };
}

function readCommands(text: string | undefined): ContainerSettings['commands'] {
  if (text === undefined || text === '') return {};
  try {
    const json: unknown = JSON.parse(text);
    return commandsSchema.parse(json);
  } catch (error) {
    throw new StartUpError('MILLRACE_COMMANDS must be JSON like {"tap-csv":["/usr/local/bin/tap-csv"]}.', {
      cause: error,
    });
  }
}
