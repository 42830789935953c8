import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { browse, finishedRun, startOneMachine, type OneMachine } from '../support/one-machine.ts';
import { createPipeline } from '../support/pipeline.ts';
import { startSourceServer, type SourceServer } from '../support/source-server.ts';

let machine: OneMachine;
let server: SourceServer;
const data = mkdtempSync(join(tmpdir(), 'millrace-zombie-'));

beforeAll(async () => {
  server = await startSourceServer();
  machine = await startOneMachine({ data });
});

afterAll(async () => {
  await machine.remove();
  await server.stop();
});

const ROWS = 30_000;
/** Three terms of the lease that the machines of tests have. */
const STANDSTILL_MILLISECONDS = 15_000;

// The sweep comes once a minute, so this takes one and a half; processes are found as Linux shows them.
test.runIf(process.env['MILLRACE_KILLS'] !== undefined && existsSync('/proc/self/task'))(
  'a worker that stands still for three leases and goes on changes nothing any more',
  async () => {
    const body = `sku,title\n${Array.from({ length: ROWS }, (_, index) => `S${index},Thing ${index}`).join('\n')}\n`;
    server.files.set('/slow.csv', { body, bytesPerSecond: Math.ceil(body.length / 20) });
    const { taskID } = await createPipeline(machine, {
      type: 'csv',
      input: { url: `${server.url}/slow.csv`, uniqueIDColumn: 'sku' },
      indexName: 'stopped',
      action: 'save',
    });
    const { runID } = await machine.ingestion.runTask({ taskID });
    while (((await machine.ingestion.getRun({ runID })).progress?.receivedNbOfEvents ?? 0) === 0)
      await delay(100);

    const zombies = workersOf(machine);
    expect(zombies.length).toBeGreaterThan(0);
    for (const zombie of zombies) process.kill(zombie, 'SIGSTOP');
    await delay(STANDSTILL_MILLISECONDS);
    // Another worker has it before the first one goes on.
    while (!(await eventsOf(runID)).includes('resumed')) await delay(500);
    for (const zombie of zombies) process.kill(zombie, 'SIGCONT');

    expect(await finishedRun(machine, runID, 120)).toMatchObject({ outcome: 'success', reasonCode: 'ok' });
    expect((await browse(machine, 'stopped')).size).toBe(ROWS);
    const run = await machine.ingestion.getRun({ runID });
    expect(run.progress?.receivedNbOfEvents).toBe(ROWS);
    while (!logs().includes('Another worker took the run over')) await delay(100);
  },
  240_000,
);

async function eventsOf(runID: string): Promise<string> {
  const { events } = await machine.ingestion.listEvents({ runID, itemsPerPage: 100 });
  return JSON.stringify(events.map((event) => event.data));
}

/** What the functions have logged. */
function logs(): string {
  const files = readdirSync(join(data, 'logs'), { recursive: true, withFileTypes: true });
  return files
    .filter((file) => file.isFile())
    .map((file) => readFileSync(join(file.parentPath, file.name), 'utf8'))
    .join('');
}

/** The processes of the function work-run. */
function workersOf({ processID }: OneMachine): number[] {
  const children = readFileSync(`/proc/${processID}/task/${processID}/children`, 'utf8');
  return children
    .trim()
    .split(' ')
    .map(Number)
    .filter((child) => /FUNCTION_NAME=[^\0]*work-?run/i.test(readFileSync(`/proc/${child}/environ`, 'utf8')));
}
