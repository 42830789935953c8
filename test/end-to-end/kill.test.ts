import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { browse, finishedRun, startOneMachine, type OneMachine } from '../support/one-machine.ts';
import { createPipeline } from '../support/pipeline.ts';
import { startSourceServer, type SourceServer } from '../support/source-server.ts';

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
  `a machine that is killed ${KILLS} times under load loses no run that it acknowledged, and its indices are right`,
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
    const acknowledged: string[] = [];
    for (let kill = 1; kill <= KILLS; kill += 1) {
      for (const action of actions) server.files.set(`/load-${action}.csv`, { body: loadOf(kill) });
      for (const { taskID } of pipelines) {
        const { runID } = await machine.ingestion.runTask({ taskID });
        acknowledged.push(runID);
      }
      // Anywhere between the start of a run and some while after its end.
      await delay(Math.random() * 2_500);
      await machine.kill('SIGKILL');
      machine = await machine.restart();
    }

    const runs = [];
    for (const runID of acknowledged) runs.push(await finishedRun(machine, runID, 240));
    const ends = Map.groupBy(runs, ({ reasonCode }) => reasonCode);
    // A run may make way for one that waits already, or come after one that was started later.
    expect([...ends.keys()].filter((code) => code !== 'ok' && code !== 'blocking')).toEqual([]);
    for (const action of actions) {
      const records = await browse(machine, `load-${action}`);
      expect(checksumOf(records), `${action}`).toBe(checksumOf(modelOf(KILLS)));
    }
    console.log(
      `${KILLS} kills, ${runs.length} runs: ${[...ends].map(([code, of]) => `${code} ${of.length}`).join(', ')}`,
    );
  },
  120_000 + KILLS * 20_000,
);

const LOAD_ROWS = 5_000;

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
