/**
 * What a cold start of each function costs beyond bare Node: the size of its bundle, the time to import it, and the time
 * to the first answer (for `api`: a request without a key, which needs nothing from elsewhere). Medians over processes of
 * their own, interleaved with bare ones, because the machine's speed drifts.
 */
import { execFile } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import * as z from 'zod';

import { buildBundles } from '../../lib/bundles.ts';

const run = promisify(execFile);

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '11' } } });
const rounds = Number(values.rounds);

const EVENT = {
  version: '2.0',
  rawPath: '/1/sources',
  rawQueryString: '',
  headers: {},
  requestContext: { http: { method: 'GET', path: '/1/sources', sourceIp: '127.0.0.1' } },
  isBase64Encoded: false,
};

const ENVIRONMENT = {
  PATH: process.env['PATH'],
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'bench',
  AWS_SECRET_ACCESS_KEY: 'bench',
  TABLE_NAME: 'bench',
  RUNS_QUEUE_URL: 'http://127.0.0.1:9/queue',
  ADMIN_SECRET_ARN: 'bench',
  KEY_ARN: 'bench',
  RUN_RETENTION_DAYS: '30',
  SCHEDULE_GROUP: 'bench',
  STARTS_QUEUE_ARN: 'bench',
  SCHEDULE_ROLE_ARN: 'bench',
  SCHEDULE_DEAD_LETTERS_ARN: 'bench',
  PUSH_BUCKET: 'bench',
  PUSH_MAX_BYTES: '5000000',
  RUN_TRANSFORM_NAME: 'bench',
  WATCH_SECONDS: '1',
  LIMITS: '{}',
};

/** `elapsed` counts from the start of the process, so that bare Node is what is left when nothing is imported. */
const BARE = 'console.log(JSON.stringify({ imported: performance.now(), answered: performance.now() }))';

const timesSchema = z.object({ imported: z.number(), answered: z.number() });
type Times = z.output<typeof timesSchema>;

async function measure(script: string): Promise<Times> {
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script], {
    env: ENVIRONMENT,
  });
  return timesSchema.parse(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''));
}

/** Only the api answers without services around it. */
function scriptOf(name: string, file: string): string {
  const call =
    name === 'api'
      ? `await handler(${JSON.stringify(EVENT)}, { awsRequestId: 'bench' });`
      : 'if (typeof handler !== "function") throw new Error("no handler");';
  return `
    const { handler } = await import(${JSON.stringify(file)});
    const imported = performance.now();
    ${call}
    console.log(JSON.stringify({ imported, answered: performance.now() }));`;
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

const bundles = await buildBundles({ outDirectory: join(import.meta.dirname, '../../.cache/bundles') });
const scripts = Object.entries(bundles).map(([name, directory]) => {
  const file = join(directory, 'index.mjs');
  return { name, bytes: statSync(file).size, script: scriptOf(name, file), times: [] as Times[] };
});
const bare: Times[] = [];
for (let round = 0; round < rounds; round += 1) {
  bare.push(await measure(BARE));
  for (const { script, times } of scripts) times.push(await measure(script));
}
const bareMilliseconds = median(bare.map(({ imported }) => imported));
console.log(
  `bare Node ${process.version}: ${bareMilliseconds.toFixed(0)} ms; medians of ${rounds}, over bare Node`,
);
console.table(
  Object.fromEntries(
    scripts.map(({ name, bytes, times }) => [
      name,
      {
        'bundle KB': Math.round(bytes / 1000),
        'import ms': Math.round(median(times.map(({ imported }) => imported)) - bareMilliseconds),
        'first answer ms': Math.round(median(times.map(({ answered }) => answered)) - bareMilliseconds),
      },
    ]),
  ),
);
