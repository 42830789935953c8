import { mkdtempSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { browse, finishedRun, startOneMachine, type OneMachine } from '../support/one-machine.ts';
import { createPipeline } from '../support/pipeline.ts';
import { startSourceServer, type SourceServer } from '../support/source-server.ts';

const HALF_AN_HOUR = 30 * 60_000;
const DAY = 24 * 60 * 60_000;

const data = mkdtempSync(join(tmpdir(), 'millrace-schedules-'));
let machine: OneMachine;
let server: SourceServer;

beforeAll(async () => {
  server = await startSourceServer();
  machine = await startOneMachine({ data });
});

afterAll(async () => {
  await machine.remove();
  await server.stop();
});

test('a machine that was off when a task was due makes up for it by one run at its start, which says so', async () => {
  server.files.set('/rows.json', { body: JSON.stringify([{ objectID: 'a' }, { objectID: 'b' }]) });
  const { taskID } = await createPipeline(machine, {
    type: 'json',
    input: { url: `${server.url}/rows.json`, uniqueIDColumn: 'objectID' },
    indexName: 'scheduled',
  });
  // Daily; the last time was half an hour ago.
  const last = new Date(Math.floor((Date.now() - HALF_AN_HOUR) / 60_000) * 60_000);
  const cron = `${last.getUTCMinutes()} ${last.getUTCHours()} * * *`;
  await machine.ingestion.updateTask({ taskID, taskUpdate: { cron } });

  await machine.kill('SIGKILL');
  setNextInstant(taskID, last.getTime() - 3 * DAY);
  machine = await machine.restart();

  const runID = await onlyRunOf(taskID);
  expect(await finishedRun(machine, runID)).toMatchObject({ outcome: 'success', reasonCode: 'ok' });
  expect((await browse(machine, 'scheduled')).size).toBe(2);
  const { events } = await machine.ingestion.listEvents({ runID, type: ['log'], itemsPerPage: 100 });
  const missed = `${last.toISOString().slice(0, 19)}Z`;
  expect(events.map((event) => event.data)).toContainEqual(
    expect.objectContaining({ code: 'schedule.caught_up', missed, scheduledAt: missed }),
  );
  const { lastRun, nextRun } = await machine.ingestion.getTask({ taskID });
  expect(Date.now() - Date.parse(lastRun ?? '')).toBeLessThan(HALF_AN_HOUR);
  expect(nextRun).toBe(`${new Date(last.getTime() + DAY).toISOString().slice(0, 19)}Z`);
}, 120_000);

/** As if the machine had been off since then. */
function setNextInstant(taskID: string, at: number): void {
  const database = new DatabaseSync(join(data, 'services', 'scheduler', 'schedules.db'));
  const { changes } = database
    .prepare('UPDATE schedules SET scheduled_at = ?, next_at = ? WHERE name LIKE ?')
    .run(at, at, `%.${taskID}.1`);
  database.close();
  expect(changes).toBe(1);
}

async function onlyRunOf(taskID: string): Promise<string> {
  for (;;) {
    const { runs } = await machine.ingestion.listRuns({ taskID });
    expect(runs.length).toBeLessThan(2);
    const [run] = runs;
    if (run) return run.runID;
    await delay(100);
  }
}
