import { GetScheduleCommand, ListSchedulesCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createAuthenticationStore } from '../../core/authentications/authentication-store.ts';
import type { Authentication } from '../../core/authentications/authentication.ts';
import { createDestinationStore } from '../../core/destinations/destination-store.ts';
import { newID } from '../../core/foundation/ids.ts';
import { createSourceStore } from '../../core/sources/source-store.ts';
import { createTaskStore } from '../../core/tasks/task-store.ts';
import type { Task } from '../../core/tasks/task.ts';
import { startScheduler } from '../../local/services/scheduler/start-scheduler.ts';
import { startTable, TEST_CREDENTIALS, type TestTable } from './table.ts';
import { TestClock } from './test-clock.ts';

export const APP = 'SCHEDULED';

export const SCHEDULES_ENVIRONMENT = {
  SCHEDULE_GROUP: 'default',
  STARTS_QUEUE_ARN: 'arn:aws:sqs:us-east-1:000000000000:starts',
  SCHEDULE_ROLE_ARN: 'arn:aws:iam::000000000000:role/schedules',
  SCHEDULE_DEAD_LETTERS_ARN: 'arn:aws:sqs:us-east-1:000000000000:undelivered',
};

/** A table and an embedded Scheduler, which the environment names, for the tests of one file. */
export async function startScheduledTasks() {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'millrace-schedules-'));
  const [table, service] = await Promise.all([
    startTable(),
    startScheduler({ dataDirectory, deliver: async () => {} }),
  ]);
  Object.assign(process.env, {
    AWS_REGION: TEST_CREDENTIALS.region,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL_SCHEDULER: service.endpoint,
  });
  const scheduler = new SchedulerClient({ ...TEST_CREDENTIALS, endpoint: service.endpoint });
  return {
    table,
    scheduler,
    schedulesOf: (taskID: string) => schedulesOf(scheduler, { appID: APP, taskID }),
    async stop() {
      scheduler.destroy();
      await Promise.all([table.stop(), service.stop()]);
      rmSync(dataDirectory, { recursive: true, force: true });
    },
  };
}

/** The schedules of a task as Scheduler has them, in the order of their names. */
export async function schedulesOf(
  scheduler: SchedulerClient,
  { appID, taskID }: { readonly appID: string; readonly taskID: string },
) {
  const { Schedules = [] } = await scheduler.send(
    new ListSchedulesCommand({ NamePrefix: `${appID}.${taskID}.` }),
  );
  return Promise.all(Schedules.map(({ Name }) => scheduler.send(new GetScheduleCommand({ Name }))));
}

/** Stores over the table, at a time that the test moves, and a task that can be run. */
export async function createScheduledTask(table: TestTable, fields: Partial<Task>, start?: string) {
  const clock = new TestClock(start);
  const stores = { ...table, clock };
  const [sources, destinations, tasks] = [
    createSourceStore(stores),
    createDestinationStore(stores),
    createTaskStore(stores),
  ];
  // Nothing here opens it.
  const sealed = { type: 'algolia', name: 'search', platform: null, input: {}, secrets: {} };
  const { id: authenticationID } = await createAuthenticationStore(stores).create(
    APP,
    newID(),
    sealed as Authentication,
  );
  const { id: sourceID } = await sources.create(APP, newID(), {
    type: 'json',
    name: 'a file',
    input: { url: 'https://example.com/a.json' },
  });
  const { id: destinationID } = await destinations.create(APP, newID(), {
    type: 'search',
    name: 'an index',
    authenticationID,
    input: { indexName: 'products' },
  });
  const taskID = newID();
  await tasks.create(APP, taskID, {
    sourceID,
    sourceType: 'json',
    destinationID,
    action: 'save',
    triggerType: fields.cron === undefined ? 'onDemand' : 'schedule',
    enabled: true,
    failureThreshold: 0,
    ...fields,
  });
  const change = async (changes: Partial<Task>) => {
    await tasks.update(APP, taskID, ({ body }) => ({ ...body, ...changes }));
  };
  return { taskID, clock, stores, tasks, sources, destinations, change };
}
