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
