import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { openFunctionLog, type FunctionLog } from '../lambda/function-log.ts';
import { StartUpError } from './start-up-error.ts';
import { writeFileAtomically } from './write-file-atomically.ts';

const READY_TIMEOUT_MILLISECONDS = 20_000;
const STOP_TIMEOUT_MILLISECONDS = 2000;

export interface SearchIndexOptions {
  readonly dataDirectory: string;
  readonly port: number;
  readonly applicationID: string;
  readonly apiKey: string;
  /** Called when it ends though nobody stopped it. */
  onFailure(problem: string): void;
}

/** The local index as a process of its own; it ends with this one, however this one ends. */
export async function startSearchIndexProcess(
  options: SearchIndexOptions,
): Promise<{ stop(): Promise<void> }> {
  const directory = join(options.dataDirectory, 'search-index');
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const keyFile = join(options.dataDirectory, 'search-index.key');
  await writeFileAtomically(keyFile, options.apiKey);
  const log = openFunctionLog(join(options.dataDirectory, 'logs', 'search-index.log'));
  const child = spawnIndex(options, directory, keyFile);
  let stopping = false;
  child.once('exit', (code, signal) => {
    if (!stopping) options.onFailure(`The local index ended (${signal ?? `exit status ${code}`}).`);
  });
  await becomesReady(child, log);
  return {
    async stop() {
      stopping = true;
      if (child.exitCode === null && child.signalCode === null) {
        const ended = once(child, 'exit');
        child.kill('SIGTERM');
        const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MILLISECONDS);
        await ended;
        clearTimeout(timer);
      }
      log.close();
    },
  };
}

function spawnIndex(options: SearchIndexOptions, directory: string, keyFile: string): ChildProcess {
  const program = fileURLToPath(new URL('../search-index/main.ts', import.meta.url));
  const flags = {
    '--port': String(options.port),
    '--data': directory,
    '--app-id': options.applicationID,
    '--api-key-file': keyFile,
  };
  return spawn(process.execPath, [program, ...Object.entries(flags).flat(), '--exit-with-parent'], {
    stdio: ['pipe', 'pipe', 'pipe'],
    // A group of its own: Ctrl-C reaches the runtime alone, which stops the index after its functions.
    detached: true,
  });
}

async function becomesReady(child: ChildProcess, log: FunctionLog): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let lastWords = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    lastWords = `${lastWords}${chunk.toString()}`.slice(-1000);
    log.write(chunk);
  });
  if (child.stdout) createInterface(child.stdout).on('line', () => resolve());
  const fail = (): void =>
    reject(new StartUpError(`The local index did not start. Its output: ${lastWords.trim() || '(none)'}`));
  const timer = setTimeout(fail, READY_TIMEOUT_MILLISECONDS);
  child.once('error', fail);
  child.once('exit', fail);
  try {
    await promise;
  } finally {
    clearTimeout(timer);
  }
}
