/**
 * What the embedded scheduler holds: with so many schedules stored, its memory when idle, requests per second, and how
 * late some of them fire when they are due at one instant and when they are spread over a minute. Deliveries go nowhere,
 * so this is the scheduler alone.
 */
import { CreateScheduleCommand, GetScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { definitionSchema } from '../../local/services/scheduler/schedule-definition.ts';
import { createScheduleStore } from '../../local/services/scheduler/schedule-store.ts';
import { startScheduler } from '../../local/services/scheduler/start-scheduler.ts';
import { inTransaction, openDatabase } from '../../local/services/storage/open-database.ts';

const { values } = parseArgs({
  options: { schedules: { type: 'string', default: '100000' }, due: { type: 'string', default: '5000' } },
});
const count = Number(values.schedules);
const dueCount = Math.min(count, Number(values.due));

const REQUESTS = 2_000;
const PARALLEL = 8;
const SPREAD_MILLISECONDS = 60_000;
const DAY_MILLISECONDS = 86_400_000;
/** For writing what is due and starting the scheduler. */
const START_MILLISECONDS = 10_000;

const SCHEMA = new URL('../../local/services/scheduler/schema.sql', import.meta.url);

function definitionOf(index: number) {
  return {
    // Some thousand different rules, as tasks have them.
    ScheduleExpression: `cron(${index % 60} ${Math.floor(index / 60) % 24} * * ? *)`,
    FlexibleTimeWindow: { Mode: 'OFF' as const },
    Target: {
      Arn: 'arn:aws:sqs:us-east-1:000000000000:starts',
      RoleArn: 'arn:aws:iam::000000000000:role/schedules',
      DeadLetterConfig: { Arn: 'arn:aws:sqs:us-east-1:000000000000:undelivered' },
      Input: JSON.stringify({
        version: 1,
        appID: 'BENCH',
        index,
        scheduledAt: '<aws.scheduler.scheduled-time>',
      }),
    },
  };
}

/** Writes the schedules as the scheduler would, each due tomorrow. */
function fill(database: DatabaseSync): void {
  const now = Date.now();
  database.prepare("INSERT OR REPLACE INTO groups VALUES ('default', 'us-east-1', '[]', ?)").run(now);
  const store = createScheduleStore(database);
  const at = now + DAY_MILLISECONDS;
  inTransaction(database, () => {
    for (let index = 0; index < count; index += 1) {
      const definition = definitionSchema.parse(definitionOf(index));
      const firing = { scheduledAt: at, firesAt: at };
      store.insert({ group: 'default', name: nameOf(index), definition, at: now, firing });
    }
  });
}

/** Has the first of them due at these instants instead. */
function makeDue(database: DatabaseSync, dueAt: (index: number) => number): void {
  const update = database.prepare(
    "UPDATE schedules SET scheduled_at = ?, next_at = ? WHERE group_name = 'default' AND name = ?",
  );
  inTransaction(database, () => {
    for (let index = 0; index < dueCount; index += 1) {
      update.run(dueAt(index), dueAt(index), nameOf(index));
    }
  });
}

function withDatabase(dataDirectory: string, use: (database: DatabaseSync) => void): void {
  const database = openDatabase(join(dataDirectory, 'scheduler', 'schedules.db'), [SCHEMA]);
  use(database);
  database.close();
}

const nameOf = (index: number) => `BENCH.${index}.1`;

async function withScheduler<Result>(
  dataDirectory: string,
  use: (endpoint: string) => Promise<Result>,
  deliver: (index: number) => void = () => {},
): Promise<Result> {
  const service = await startScheduler({
    dataDirectory,
    deliver: async (_, payload) => deliver((JSON.parse(payload) as { index: number }).index),
  });
  try {
    return await use(service.endpoint);
  } finally {
    await service.stop();
  }
}

/** How late those that are due were delivered, in milliseconds. */
async function measureLateness(dataDirectory: string, spread: number) {
  const start = Date.now() + START_MILLISECONDS;
  const dueAt = (index: number) => start + Math.floor((index * spread) / dueCount);
  withDatabase(dataDirectory, (database) => makeDue(database, dueAt));
  const lateness: number[] = [];
  await withScheduler(
    dataDirectory,
    async () => {
      while (lateness.length < dueCount) await delay(100);
    },
    (index) => lateness.push(Date.now() - dueAt(index)),
  );
  lateness.sort((one, other) => one - other);
  const at = (share: number) => lateness[Math.min(dueCount - 1, Math.floor(dueCount * share))];
  return { p50: at(0.5), p99: at(0.99), max: lateness.at(-1) };
}

async function measureRequests(endpoint: string) {
  const client = new SchedulerClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' },
  });
  const perSecond = async (send: (index: number) => Promise<unknown>) => {
    const startedAt = performance.now();
    const worker = async (first: number) => {
      for (let index = first; index < REQUESTS; index += PARALLEL) await send(index);
    };
    await Promise.all(Array.from({ length: PARALLEL }, (_, first) => worker(first)));
    return Math.round((REQUESTS * 1000) / (performance.now() - startedAt));
  };
  const createsPerSecond = await perSecond((index) =>
    client.send(new CreateScheduleCommand({ Name: `new.${index}.1`, ...definitionOf(index) })),
  );
  const getsPerSecond = await perSecond((index) =>
    client.send(new GetScheduleCommand({ Name: nameOf(index % count) })),
  );
  client.destroy();
  return { createsPerSecond, getsPerSecond };
}

const rssMB = () => Math.round(process.memoryUsage().rss / 1_048_576);

const directory = mkdtempSync(join(tmpdir(), 'millrace-bench-schedules-'));
try {
  const emptyMB = await withScheduler(join(directory, 'empty'), async () => rssMB());
  const data = join(directory, 'filled');
  withDatabase(data, fill);
  const idle = await withScheduler(data, async (endpoint) => ({
    idleMB: rssMB(),
    ...(await measureRequests(endpoint)),
  }));
  console.log({ schedules: count, emptyMB, ...idle });
  console.log(`${dueCount} at one instant, milliseconds late`, await measureLateness(data, 0));
  console.log(
    `${dueCount} spread over a minute, milliseconds late`,
    await measureLateness(data, SPREAD_MILLISECONDS),
  );
  console.log({ peakMB: Math.round(process.resourceUsage().maxRSS / 1024) });
} finally {
  rmSync(directory, { recursive: true, force: true });
}
