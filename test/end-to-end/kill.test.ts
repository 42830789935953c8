import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { browse, finishedRun, startOneMachine, type OneMachine } from '../support/one-machine.ts';
import { createPipeline } from '../support/pipeline.ts';
import { startSourceServer, type ServedFile, type SourceServer } from '../support/source-server.ts';

let machine: OneMachine;
let server: SourceServer;

beforeAll(async () => {
  server = await startSourceServer();
  machine = await startOneMachine();
});

afterAll(async () => {
  await machine.remove();
  await server.stop();
});

/** How often the last test kills the machine; `npm run test:kill` does it 40 times. */
const KILLS = Number(process.env['MILLRACE_KILLS'] ?? 2);

const ROWS = 60_000;
const SECONDS_TO_SERVE = 14;

test.each([
  { action: 'replace' as const, ranges: true },
  { action: 'save' as const, ranges: false },
])(
  'a $action run whose machine is killed goes on after the restart and loses nothing (ranges: $ranges)',
  async ({ action, ranges }) => {
    const path = `/${action}.csv`;
    const body = `sku,title\n${Array.from({ length: ROWS }, (_, index) => `S${index},Thing number ${index}`).join('\n')}\n`;
    server.files.set(path, { body, ranges, bytesPerSecond: Math.ceil(body.length / SECONDS_TO_SERVE) });
    const { taskID } = await createPipeline(machine, {
      type: 'csv',
      input: { url: `${server.url}${path}`, uniqueIDColumn: 'sku' },
      indexName: `killed-${action}`,
      action,
    });
    const { runID } = await machine.ingestion.runTask({ taskID });
    while (((await machine.ingestion.getRun({ runID })).progress?.receivedNbOfEvents ?? 0) === 0)
      await delay(100);

    await machine.kill('SIGKILL');
    const requestsBefore = server.requests.length;
    machine = await machine.restart();
    const run = await finishedRun(machine, runID, 120);

    expect(run).toMatchObject({ outcome: 'success', reasonCode: 'ok' });
    expect(server.requests.length).toBeGreaterThan(requestsBefore);
    expect(/bytes=[1-9]/.test(server.requests.slice(requestsBefore).join(' '))).toBe(ranges);
    const records = await browse(machine, `killed-${action}`);
    expect(records.size).toBe(ROWS);
    expect(records.get(`S${ROWS - 1}`)).toEqual({ sku: `S${ROWS - 1}`, title: `Thing number ${ROWS - 1}` });
    const { events } = await machine.ingestion.listEvents({ runID, itemsPerPage: 100 });
    expect(JSON.stringify(events.map((event) => event.data))).toMatch(/resumed/i);
  },
  180_000,
);

test(
  `a machine that is killed ${KILLS} times brings every run that it acknowledged to its end, and its indices are right`,
  async () => {
    const actions = ['replace', 'save'] as const;
    const pipelines = await Promise.all(
      actions.map((action) => {
        server.files.set(`/load-${action}.csv`, { body: loadOf(0) });
        return createPipeline(machine, {
          type: 'csv',
          input: { url: `${server.url}/load-${action}.csv`, uniqueIDColumn: 'sku' },
          indexName: `load-${action}`,
          action,
        });
      }),
    );
    let ended = 0;
    let killed = 0;
    while (killed < KILLS) {
      for (const action of actions) server.files.set(`/load-${action}.csv`, pacedLoadOf(killed));
      const runs: string[] = [];
      for (const { taskID } of pipelines) runs.push((await machine.ingestion.runTask({ taskID })).runID);
      const version = killed;
      // Twice before they can have ended, the second time while the machine takes them up again.
      for (let kill = 0; kill < 2 && killed < KILLS; kill += 1, killed += 1) {
        await delay(Math.random() * SECONDS_TO_SERVE_LOAD * 1000);
        await machine.kill('SIGKILL');
        machine = await machine.restart();
      }
      for (const runID of runs) {
        expect(await finishedRun(machine, runID, 240)).toMatchObject({
          outcome: 'success',
          reasonCode: 'ok',
        });
        ended += 1;
      }
      for (const action of actions) {
        const records = await browse(machine, `load-${action}`);
        expect(checksumOf(records), `${action} of version ${version}`).toBe(checksumOf(modelOf(version)));
      }
    }
    console.log(`${killed} kills, ${ended} runs, all of them successes whose records are in the index`);
  },
  120_000 + KILLS * 30_000,
);

const LOAD_ROWS = 5_000;
const SECONDS_TO_SERVE_LOAD = 3;

function pacedLoadOf(version: number): ServedFile {
  const body = loadOf(version);
  return { body, bytesPerSecond: Math.ceil(body.length / SECONDS_TO_SERVE_LOAD) };
}

function loadOf(version: number): string {
  const rows = Array.from(
    { length: LOAD_ROWS },
    (_, index) => `S${index},Thing ${index} of version ${version}`,
  );
  return `sku,title\n${rows.join('\n')}\n`;
}

function modelOf(version: number): Map<string, Record<string, unknown>> {
  return new Map(
    Array.from({ length: LOAD_ROWS }, (_, index) => [
      `S${index}`,
      { sku: `S${index}`, title: `Thing ${index} of version ${version}` },
    ]),
  );
}

function checksumOf(records: ReadonlyMap<string, Record<string, unknown>>): string {
  const lines = [...records].map(([objectID, record]) =>
    JSON.stringify([objectID, record['sku'], record['title']]),
  );
  return createHash('sha256').update(lines.sort().join('\n')).digest('hex');
}
