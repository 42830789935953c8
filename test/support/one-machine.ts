import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { algoliasearch, type IngestionClient, type Algoliasearch, type Run } from 'algoliasearch';

interface Connection {
  url: string;
  appID: string;
  apiKey: string;
  search: { url: string; appID: string; apiKey: string };
}

/** The real service as `npm start` runs it, on free ports and a temporary directory, seen through the official client. */
export interface OneMachine {
  readonly connection: Connection;
  /** Where the start wrote it. */
  readonly connectionFile: string;
  readonly ingestion: IngestionClient;
  readonly search: Algoliasearch;
  readonly processID: number;
  /** Where it keeps everything. */
  readonly data: string;
  /** What the service printed so far. */
  output(): string;
  kill(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null>;
  /** Starts again on the same data directory. */
  restart(): Promise<OneMachine>;
  /** Stops the service and removes its data. */
  remove(): Promise<void>;
}

interface Options {
  data?: string;
  arguments?: string[];
  environment?: Record<string, string>;
}

const START_SECONDS = 60;
const MAIN = join(import.meta.dirname, '../../local/main.ts');

export async function startOneMachine(options: Options = {}): Promise<OneMachine> {
  const data = options.data ?? mkdtempSync(join(tmpdir(), 'millrace-test-'));
  const child = spawn(
    process.execPath,
    [MAIN, '--port', '0', '--data', data, ...(options.arguments ?? ['--empty'])],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env['PATH'],
        HOME: process.env['HOME'],
        MILLRACE_ALLOW_PRIVATE: '127.0.0.0/8',
        MILLRACE_LEASE_SECONDS: '5',
        ...options.environment,
      },
    },
  );
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  await untilReady(child, () => output);
  const connectionFile = join(data, 'connection.json');
  const connection: Connection = JSON.parse(readFileSync(connectionFile, 'utf8'));
  const { hostname, port } = new URL(connection.url);
  const searchHost = new URL(connection.search.url);
  const ingestion = algoliasearch(connection.appID, connection.apiKey).initIngestion({
    region: 'us',
    options: { hosts: [{ url: hostname, port: Number(port), accept: 'readWrite', protocol: 'http' }] },
  });
  const search = algoliasearch(connection.search.appID, connection.search.apiKey, {
    hosts: [
      { url: searchHost.hostname, port: Number(searchHost.port), accept: 'readWrite', protocol: 'http' },
    ],
  });
  const kill = async (signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> => {
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
    const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
    child.kill(signal);
    return exited;
  };
  return {
    connection,
    connectionFile,
    ingestion,
    search,
    processID: child.pid ?? 0,
    data,
    output: () => output,
    kill,
    restart: () => startOneMachine({ ...options, data }),
    remove: async () => {
      await kill('SIGTERM');
      rmSync(data, { recursive: true, force: true });
    },
  };
}

/** Waits until the run is finished and returns it. */
export async function finishedRun(machine: OneMachine, runID: string, timeoutSeconds = 60): Promise<Run> {
  const deadline = Date.now() + timeoutSeconds * 1000;
  for (;;) {
    const run = await machine.ingestion.getRun({ runID });
    if (run.status === 'finished' || run.status === 'skipped') return run;
    if (Date.now() > deadline)
      throw new Error(`Run ${runID} is still ${run.status} after ${timeoutSeconds} s`);
    await delay(100);
  }
}

/** Everything in an index, by objectID. */
export async function browse(
  machine: OneMachine,
  indexName: string,
): Promise<Map<string, Record<string, unknown>>> {
  const records = new Map<string, Record<string, unknown>>();
  await machine.search.browseObjects({
    indexName,
    browseParams: { hitsPerPage: 1000 },
    aggregator: (response) => {
      for (const { objectID, ...rest } of response.hits) records.set(objectID, rest);
    },
  });
  return records;
}

async function untilReady(child: ChildProcess, output: () => string): Promise<void> {
  const deadline = Date.now() + START_SECONDS * 1000;
  while (!/Millrace is ready/.test(output())) {
    if (child.exitCode !== null) throw new Error(`The service ended with ${child.exitCode}:\n${output()}`);
    if (Date.now() > deadline)
      throw new Error(`The service did not start in ${START_SECONDS} s:\n${output()}`);
    await delay(50);
  }
}
