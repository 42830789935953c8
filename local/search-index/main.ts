import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { createSearchIndex, type SearchIndexOptions } from './search-index.ts';

const index = await createSearchIndex(readOptions());
process.once('SIGTERM', () => void stop());
process.once('SIGINT', () => void stop());
if (process.argv.includes('--exit-with-parent')) {
  process.stdin.once('close', () => void stop());
  process.stdin.resume();
}
// Last, because whoever reads it may send a signal at once.
process.stdout.write(`${JSON.stringify({ url: index.url })}\n`);

async function stop(): Promise<void> {
  await index.stop();
  process.exit(0);
}

function readOptions(): SearchIndexOptions {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '0' },
      data: { type: 'string' },
      'app-id': { type: 'string' },
      'api-key-file': { type: 'string' },
      sink: { type: 'boolean', default: false },
      'sink-keep': { type: 'string' },
      faults: { type: 'boolean', default: false },
      'publish-lag-ms': { type: 'string', default: '0' },
      'answer-delay-ms': { type: 'string', default: '0' },
      'max-record-bytes': { type: 'string', default: '100000' },
      'exit-with-parent': { type: 'boolean', default: false },
    },
  });
  return {
    port: readInteger('port', values.port),
    dataDirectory: required('data', values.data),
    appID: required('app-id', values['app-id']),
    apiKey: readFileSync(required('api-key-file', values['api-key-file']), 'utf8').trim(),
    sink: values.sink ? { keepFile: values['sink-keep'] } : undefined,
    hasFaultsRoute: values.faults,
    faults: {
      publishLagMs: readInteger('publish-lag-ms', values['publish-lag-ms']),
      answerDelayMs: readInteger('answer-delay-ms', values['answer-delay-ms']),
      maxRecordBytes: readInteger('max-record-bytes', values['max-record-bytes']),
    },
  };
}

function required(name: string, value: string | undefined): string {
  if (value === undefined || value === '') throw new Error(`--${name} is missing`);
  return value;
}

function readInteger(name: string, value: string): number {
  if (!/^\d+$/u.test(value)) throw new Error(`--${name} must be a whole number, not ${value}`);
  return Number(value);
}
