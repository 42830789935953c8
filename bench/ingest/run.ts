import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import {
  CONTENDERS,
  startHelper,
  YARDSTICKS,
  type Bench,
  type Contender,
  type Format,
  type Result,
} from './contenders.ts';
import { makeData, type DataFiles } from './make-data.ts';
import { startService } from './service.ts';

/**
 * `npm run bench:ingest -- [--rows N,N,…] [--rounds N] [--delay MS]`: Millrace beside what people use today, in one
 * interleaved run per size on the same files into the same sink. Prints medians and ratios; judges nothing.
 */
const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '3' },
    delay: { type: 'string', default: '0' },
    only: { type: 'string' },
  },
});
type Results = Map<string, Result[]>;
const sizes = values.rows.split(',').map(Number);
const dataDirectory = join(import.meta.dirname, '../data');

if (!existsSync(join(import.meta.dirname, '../node_modules'))) {
  throw new Error('The peers are not installed: run `npm ci --prefix bench` first');
}
for (const rows of sizes) {
  const dataFiles = await makeData(dataDirectory, rows);
  // Anew for each size: what a process needed for the one before would count as the peak.
  const { bench, stop } = await startBench(rows);
  try {
    const results: Results = new Map();
    for (let round = 0; round < Number(values.rounds); round += 1) {
      for (const format of ['csv', 'json'] as const) {
        for (const contender of CONTENDERS) await measure({ results, bench }, contender, format);
      }
    }
    print(dataFiles, results);
  } finally {
    await stop();
  }
}

async function startBench(rows: number): Promise<{ bench: Bench; stop(): Promise<void> }> {
  const files = await startHelper([join(import.meta.dirname, 'file-server.ts'), dataDirectory]);
  const sinkKey = 'bench-sink-key';
  // Not kept: a run with fewer rows than the one before would be held at the gate.
  const sinkDirectory = mkdtempSync(join(tmpdir(), 'millrace-sink-'));
  const keyFile = join(sinkDirectory, 'sink-key');
  writeFileSync(keyFile, sinkKey, { mode: 0o600 });
  const sink = await startHelper([
    join(import.meta.dirname, '../../local/search-index/main.ts'),
    ...['--port', '0', '--data', sinkDirectory, '--app-id', 'BENCHAPP00', '--api-key-file', keyFile],
    ...['--sink', '--answer-delay-ms', values.delay],
  ]);
  const sinkHost = new URL(JSON.parse(sink.firstLine).url).host;
  const service = await startService({ host: sinkHost, key: sinkKey, allow: '127.0.0.0/8' });
  return {
    bench: { dataDirectory, rows, files: `127.0.0.1:${files.firstLine}`, sink: sinkHost, sinkKey, service },
    stop: async () => {
      await service.stop();
      files.child.kill();
      sink.child.kill();
      rmSync(sinkDirectory, { recursive: true, force: true });
    },
  };
}

async function measure(
  { results, bench }: { readonly results: Results; readonly bench: Bench },
  contender: Contender,
  format: Format,
): Promise<void> {
  const wanted = values.only?.split(',') ?? [''];
  if (!wanted.some((name) => contender.name.toLowerCase().includes(name))) return;
  const result = await contender.run(bench, format);
  const key = `${format}\t${contender.name}`;
  results.set(key, [...(results.get(key) ?? []), result]);
  process.stderr.write(
    `${format} ${contender.name}: ${result.seconds.toFixed(1)} s, CPU ${JSON.stringify(result.byProcess)}\n`,
  );
}

function print(dataFiles: DataFiles, results: Results): void {
  const { rows } = dataFiles;
  console.log(
    `\n${rows.toLocaleString('en')} records, ${values.rounds} rounds, sink answers after ${values.delay} ms`,
  );
  console.log(
    '| format | contender | records/s | MB/s | × cli | × whole file, saveObjects | of the limit | peak MiB of a process ' +
      '| CPU s per million | seconds: min – max |',
  );
  console.log('|---|---|---|---|---|---|---|---|---|---|');
  for (const [key, runs] of [...results].sort()) {
    const [format = '', name = ''] = key.split('\t');
    const seconds = median(runs.map((run) => run.seconds));
    const ratio = (peer: Contender): number =>
      median((results.get(`${format}\t${peer.name}`) ?? []).map((run) => run.seconds)) / seconds;
    const all = runs.map((run) => run.seconds);
    const columns = [
      format,
      name,
      Math.round(rows / seconds).toLocaleString('en'),
      toText(statSync(format === 'csv' ? dataFiles.csv : dataFiles.json).size / 1e6 / seconds, 0),
      toText(ratio(YARDSTICKS.cli), 1),
      toText(ratio(YARDSTICKS.parsedWhole), 1),
      toText(ratio(YARDSTICKS.limit) * 100, 0, ' %'),
      Math.round(Math.max(...runs.map((run) => run.peakMiB))),
      ((median(runs.map((run) => run.cpuSeconds)) * 1_000_000) / rows).toFixed(1),
      `${Math.min(...all).toFixed(1)} – ${Math.max(...all).toFixed(1)}`,
    ];
    console.log(`| ${columns.join(' | ')} |`);
  }
}

/** Nothing where the yardstick was not measured. */
function toText(number: number, digits: number, unit = ''): string {
  return Number.isNaN(number) ? '' : `${number.toFixed(digits)}${unit}`;
}

function median(numbers: number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
