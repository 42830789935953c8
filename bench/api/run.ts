import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { fillTable } from './fill-table.ts';
import { startMachine, type Machine } from './machine.ts';
import { measure, type Call, type Figures } from './measure.ts';

const { values } = parseArgs({
  options: {
    stored: { type: 'string', default: '0,1000,100000' },
    requests: { type: 'string', default: '500' },
  },
});
const requests = Number(values.requests);
/** Of each operation, the ratio of its median to the echo's with the fewest stored. */
const firstRatios = new Map<string, number>();

const echo = spawn(process.execPath, [join(import.meta.dirname, 'echo-stack.ts')], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
const [firstOutput] = await once(echo.stdout, 'data');
const echoURL = String(firstOutput).trim();
const machine = await startMachine();
try {
  let stored = 0;
  for (const wanted of values.stored.split(',').map(Number)) {
    const more = wanted - stored;
    await fillTable(machine.table, machine.appID, { sources: more, runs: more });
    stored = wanted;
    await compare(machine, stored);
  }
} finally {
  await machine.stop();
  echo.kill('SIGTERM');
}

/** Each operation beside the echo of the same request, one right after the other. */
async function compare({ url, appID, apiKey }: Machine, count: number): Promise<void> {
  const headers = {
    'x-algolia-application-id': appID,
    'x-algolia-api-key': apiKey,
    'content-type': 'application/json',
  };
  const get =
    (path: string) =>
    (base: string): Call => ({ method: 'GET', url: base + path, headers });
  const body = JSON.stringify({ type: 'json', name: 'bench', input: { url: 'https://example.com/a.json' } });
  const create = (base: string): Call => ({ method: 'POST', url: `${base}/1/sources`, headers, body });
  const answer = await fetch(create(url).url, { method: 'POST', headers, body });
  const { sourceID } = (await answer.json()) as { sourceID: string };
  const operations = {
    'get a source': get(`/1/sources/${sourceID}`),
    'list sources': get('/1/sources'),
    'list sources by type and name': get('/1/sources?type=csv&sort=name'),
    'list runs': get('/1/runs'),
    'list runs of a task by status': get('/1/runs?taskID=task%201&sort=status'),
    'create a source': create,
  };
  process.stdout.write(`\n${count.toLocaleString('en')} sources and runs stored\n`);
  for (const [name, call] of Object.entries(operations)) {
    const peer = await measure(() => call(echoURL), requests);
    print(name, await measure(() => call(url), requests), peer);
  }
}

function print(name: string, own: Figures, peer: Figures): void {
  const ratio = (a: number, b: number) => `${(a / b).toFixed(1)}x`.padStart(6);
  const ofEcho = own.p50 / peer.p50;
  const first = firstRatios.get(name) ?? ofEcho;
  firstRatios.set(name, first);
  process.stdout.write(
    [
      name.padEnd(32),
      `p50 ${own.p50.toFixed(2)} ms ${ratio(own.p50, peer.p50)}`,
      `p99 ${own.p99.toFixed(2)} ms ${ratio(own.p99, peer.p99)}`,
      `${own.perSecond.toFixed(0)}/s, echo ${peer.perSecond.toFixed(0)}/s ${ratio(peer.perSecond, own.perSecond)}`,
      `p50 grown${ratio(ofEcho, first)}`,
    ].join('   ') + '\n',
  );
}
