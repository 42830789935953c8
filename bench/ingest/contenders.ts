import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { join } from 'node:path';

import { CSV_MAPPING } from './make-data.ts';
import { processTree, watchProcesses, type Usage } from './process-usage.ts';
import type { Service } from './service.ts';

export type Format = 'csv' | 'json';

export interface Bench {
  dataDirectory: string;
  rows: number;
  /** `host:port` of the file server and of the sink. */
  files: string;
  sink: string;
  sinkKey: string;
  service: Service;
}

export interface Result extends Usage {
  seconds: number;
}

export interface Contender {
  name: string;
  run(bench: Bench, format: Format): Promise<Result>;
}

const folder = import.meta.dirname;

const millrace: Contender = {
  name: 'Millrace (whole run, replace)',
  run: async (bench, format) => {
    const taskID = await bench.service.createTask({
      type: format,
      input: {
        url: `http://${bench.files}/rows-${bench.rows}.${format}`,
        uniqueIDColumn: 'id',
        ...(format === 'csv' ? { mapping: CSV_MAPPING } : {}),
      },
    });
    const watch = watchProcesses(() => processTree(bench.service.pid));
    const started = performance.now();
    await bench.service.runTask(taskID);
    return { seconds: (performance.now() - started) / 1000, ...watch.stop() };
  },
};

const cli: Contender = {
  name: '@algolia/cli 4 import (local file)',
  run: (bench, format) =>
    runProgram(
      [
        '--max-old-space-size=4096',
        '--require',
        join(folder, 'peers/cli-hosts.cjs'),
        join(folder, '../node_modules/@algolia/cli/index.js'),
        'import',
        ...['-s', join(bench.dataDirectory, `rows-${bench.rows}.${format}`)],
        ...['-a', 'BENCHAPP00', '-k', bench.sinkKey, '-n', 'peer', '-b', '1000'],
      ],
      bench,
    ),
};

const streamed = byURL('streamed by csv-parse or stream-json, saveObjects', ['save-objects.mjs']);
const parsedWhole = byURL('whole file by csv-parse or JSON.parse, saveObjects', [
  'whole-file.mjs',
  'saveObjects',
]);
const replaced = byURL('whole file by csv-parse or JSON.parse, replaceAllObjects', [
  'whole-file.mjs',
  'replaceAllObjects',
]);
const limit = byURL('the limit: fetched and posted, not parsed', ['limit.mjs']);

export const CONTENDERS: readonly Contender[] = [millrace, cli, streamed, parsedWhole, replaced, limit];

/** What the others are measured by: how many times as fast they are, or which part of its speed they reach. */
export const YARDSTICKS = { cli, parsedWhole, limit };

function byURL(name: string, [program = '', ...more]: readonly string[]): Contender {
  return {
    name,
    run: (bench, format) =>
      runProgram(
        [
          '--max-old-space-size=8192',
          join(folder, 'peers', program),
          format,
          `http://${bench.files}/rows-${bench.rows}.${format}`,
          ...more,
        ],
        bench,
      ),
  };
}

async function runProgram(args: string[], bench: Bench): Promise<Result> {
  const started = performance.now();
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, BENCH_SINK: bench.sink, BENCH_KEY: bench.sinkKey },
  });
  const log = createWriteStream(join(bench.dataDirectory, 'peers.log'), { flags: 'a' });
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  const watch = watchProcesses(() => (child.pid === undefined ? [] : [child.pid]));
  const code = await ended(child);
  const result = { seconds: (performance.now() - started) / 1000, ...watch.stop() };
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: see peers.log`);
  return result;
}

/** Starts a helper program and returns the first line that it prints. */
export async function startHelper(args: string[]): Promise<{ child: ChildProcess; firstLine: string }> {
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: child.stdout })) return { child, firstLine: line };
  throw new Error(`${args.join(' ')} printed nothing`);
}

async function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('exit', resolve);
    child.once('error', reject);
  });
}
