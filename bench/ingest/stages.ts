import { openSync, readSync, closeSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { buildBatchBody } from '../../connectors/destinations/search/batch-body.ts';
import { BodyBuffers } from '../../connectors/destinations/search/body-buffers.ts';
import { CsvParser } from '../../connectors/sources/csv/csv-parser.ts';
import type { FileParser } from '../../connectors/sources/file/file-parser.ts';
import { InputWindow } from '../../connectors/sources/file/input-window.ts';
import { JsonParser } from '../../connectors/sources/json/json-parser.ts';
import { BatchBuilder } from '../../core/records/batch-builder.ts';
import { BATCH_LIMITS } from '../../core/records/batch-limits.ts';
import type { RecordBatch } from '../../core/records/record-batch.ts';
import { hashIDs } from '../../core/runs/id-hash.ts';
import { RepeatedIDs } from '../../core/runs/repeated-ids.ts';
import { CSV_MAPPING, makeData } from './make-data.ts';

/**
 * `node bench/ingest/stages.ts [--rows N] [--rounds N]`: the CPU time of each stage that a record passes in the worker,
 * without network and service. Each stage is measured together with those before it; the difference is its share.
 */
const { values } = parseArgs({
  options: { rows: { type: 'string', default: '1000000' }, rounds: { type: 'string', default: '3' } },
});
const rows = Number(values.rows);
const CHUNK_BYTES = 65_536;
const files = await makeData(join(import.meta.dirname, '../data'), rows);

type Take = (batch: RecordBatch) => void;

const STAGES: readonly [name: string, createTake: () => Take | undefined][] = [
  ['bytes: copied into the window, UTF-8 and checksum', () => undefined],
  ['parsed and written as records', () => () => undefined],
  ['objectIDs hashed', () => (batch) => void hashIDs(batch, 1)],
  [
    'hashes looked up',
    () => {
      const seen = new RepeatedIDs(1);
      return (batch) => void seen.inspect(batch);
    },
  ],
  [
    'request body built',
    () => {
      const seen = new RepeatedIDs(1);
      const bodies = new BodyBuffers();
      return (batch) => {
        seen.inspect(batch);
        const all = Array.from({ length: batch.count }, (_, index) => index);
        bodies.give(buildBatchBody(batch, 'addObject', all, (sizeBytes) => bodies.take(sizeBytes)));
      };
    },
  ],
];

for (const format of ['csv', 'json'] as const) {
  const best = STAGES.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round < Number(values.rounds); round += 1) {
    for (const [index, [, createTake]] of STAGES.entries()) {
      const before = process.cpuUsage();
      read(format, createTake());
      const { user, system } = process.cpuUsage(before);
      best[index] = Math.min(best[index] ?? 0, ((user + system) * 1000) / rows);
    }
  }
  console.log(`${format}: CPU nanoseconds per record, best of ${values.rounds}, and the share of all stages`);
  const all = best.at(-1) ?? 0;
  for (const [index, [name]] of STAGES.entries()) {
    const own = (best[index] ?? 0) - (best[index - 1] ?? 0);
    console.log(`  ${own.toFixed(0).padStart(6)} ${((own * 100) / all).toFixed(0).padStart(4)} %  ${name}`);
  }
}

function read(format: 'csv' | 'json', take: Take | undefined): void {
  const parser = createParser(format);
  const window = new InputWindow();
  const batch = new BatchBuilder(BATCH_LIMITS);
  const parse = (): void => {
    if (take === undefined) {
      window.start = window.end;
      window.checksum();
    } else {
      while (parser.parse(window, batch)) {
        const sealed = batch.seal({ at: window.checksum() }, 0);
        take(sealed);
        sealed.release?.();
      }
    }
  };
  const file = openSync(files[format], 'r');
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  for (let size = readSync(file, chunk); size > 0; size = readSync(file, chunk)) {
    window.append(chunk.subarray(0, size));
    if (window.isWorthParsing()) parse();
  }
  window.finish();
  parse();
  take?.(batch.seal({ at: 0 }, 0));
  closeSync(file);
}

function createParser(format: 'csv' | 'json'): FileParser {
  return format === 'csv'
    ? new CsvParser({ input: { url: '', uniqueIDColumn: 'id', mapping: CSV_MAPPING }, positionStem: '' })
    : new JsonParser({ uniqueIDColumn: 'id', positionStem: '' });
}
