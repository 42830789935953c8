/**
 * What a cold start of each function costs beyond bare Node: the size of its bundle, the time to import it, and the time
 * to the first answer (for `api`: a request without a key, which needs nothing from elsewhere). Medians over processes of
 * their own, interleaved with bare ones, because the machine's speed drifts.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import * as z from 'zod';

import { buildBundles } from '../../lib/bundles.ts';
import { readStage } from '../../lib/stage.ts';
import { synthesise } from '../../lib/synthesise.ts';

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

const AWS_ENVIRONMENT = {
  PATH: process.env['PATH'],
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'bench',
  AWS_SECRET_ACCESS_KEY: 'bench',
};

const templateSchema = z.object({
  Resources: z.record(
    z.string(),
    z.object({
      Metadata: z.record(z.string(), z.unknown()).optional(),
      Properties: z
        .object({ Environment: z.object({ Variables: z.record(z.string(), z.unknown()) }).optional() })
        .optional(),
    }),
  ),
});

/** `elapsed` counts from the start of the process, so that bare Node is what is left when nothing is imported. */
const BARE = 'console.log(JSON.stringify({ imported: performance.now(), answered: performance.now() }))';

const timesSchema = z.object({ imported: z.number(), answered: z.number() });
type Times = z.output<typeof timesSchema>;

async function measure(script: string, environment: NodeJS.ProcessEnv): Promise<Times> {
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script], {
    env: environment,
  });
  return timesSchema.parse(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''));
}

/** Only the api answers without services around it. */
function scriptOf(name: string, file: string): string {
  const call =
    name === 'api'
      ? `const { statusCode, body } = await handler(${JSON.stringify(EVENT)}, { awsRequestId: 'bench' });
         if (statusCode !== 403) throw new Error('A request without a key was answered ' + statusCode + ': ' + body);`
      : 'if (typeof handler !== "function") throw new Error("no handler");';
  return `
    const { handler } = await import(${JSON.stringify(file)});
    const imported = performance.now();
    ${call}
    console.log(JSON.stringify({ imported, answered: performance.now() }));`;
}

/** What the template tells each function; names of resources, which nobody asks for here, are made up. */
async function readEnvironments(): Promise<ReadonlyMap<string, NodeJS.ProcessEnv>> {
  const outDirectory = mkdtempSync(join(tmpdir(), 'millrace-cold-start-'));
  const { templateFile } = synthesise({
    stage: readStage(() => undefined, {}),
    bundles,
    outDirectory,
    checked: false,
  });
  const { Resources } = templateSchema.parse(JSON.parse(readFileSync(templateFile, 'utf8')));
  rmSync(outDirectory, { recursive: true });
  const told = Object.values(Resources).flatMap(({ Metadata, Properties }) => {
    const name = Metadata?.['millrace:function'];
    if (typeof name !== 'string') return [];
    const variables = Object.entries(Properties?.Environment?.Variables ?? {}).map(
      ([variable, value]) => [variable, typeof value === 'string' ? value : 'bench'] as const,
    );
    return [[name, { ...AWS_ENVIRONMENT, ...Object.fromEntries(variables) }] as const];
  });
  return new Map(told);
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

const bundles = await buildBundles({ outDirectory: join(import.meta.dirname, '../../.cache/bundles') });
const environments = await readEnvironments();
const scripts = Object.entries(bundles).map(([name, directory]) => {
  const file = join(directory, 'index.mjs');
  const environment = environments.get(name);
  return {
    bytes: statSync(file).size,
    script: scriptOf(name, file),
    name,
    environment,
    times: [] as Times[],
  };
});
const bare: Times[] = [];
for (let round = 0; round < rounds; round += 1) {
  bare.push(await measure(BARE, {}));
  for (const { script, environment = {}, times } of scripts) times.push(await measure(script, environment));
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
