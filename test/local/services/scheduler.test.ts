import {
  CreateScheduleCommand,
  CreateScheduleGroupCommand,
  DeleteScheduleCommand,
  GetScheduleCommand,
  GetScheduleGroupCommand,
  ListSchedulesCommand,
  SchedulerClient,
  UpdateScheduleCommand,
  type CreateScheduleCommandInput,
} from '@aws-sdk/client-scheduler';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { DeliveryOptions } from '../../../local/services/delivery/deliver.ts';
import { startScheduler } from '../../../local/services/scheduler/start-scheduler.ts';
import { clientOptions } from './support/client-options.ts';
import { eventually } from './support/eventually.ts';
import { temporaryDirectory } from './support/temporary-directory.ts';

const QUEUE = 'arn:aws:sqs:eu-west-1:000000000000:runs';
const DLQ = 'arn:aws:sqs:eu-west-1:000000000000:dlq';
const RoleArn = 'arn:aws:iam::000000000000:role/scheduler';

interface Delivered {
  targetArn: string;
  payload: string;
  options: DeliveryOptions | undefined;
}

interface StartOptions {
  dataDirectory?: string;
  /** Whether this delivery fails. */
  fail?: (targetArn: string) => boolean;
}

async function start({ dataDirectory = temporaryDirectory(), fail = () => false }: StartOptions = {}) {
  const delivered: Delivered[] = [];
  const service = await startScheduler({
    dataDirectory,
    region: 'eu-west-1',
    deliver: async (targetArn, payload, options) => {
      if (fail(targetArn)) throw new Error('target is down');
      delivered.push({ targetArn, payload, options });
    },
  });
  let stopped: Promise<void> | undefined;
  const stop = () => (stopped ??= service.stop());
  onTestFinished(stop);
  const client = new SchedulerClient(clientOptions(service.endpoint));
  onTestFinished(() => client.destroy());
  const create = (more: Partial<CreateScheduleCommandInput> = {}) =>
    client.send(new CreateScheduleCommand({ ...base, ...more }));
  return { client, create, stop, delivered, dataDirectory };
}

const base: CreateScheduleCommandInput = {
  Name: 'task-1',
  ScheduleExpression: 'cron(0 3 * * ? *)',
  FlexibleTimeWindow: { Mode: 'OFF' },
  Target: { Arn: QUEUE, RoleArn, Input: '{"taskID":"1"}' },
};

/** `at(…)` for an instant, in UTC. */
const at = (instant: number) => `at(${new Date(instant).toISOString().slice(0, 19)})`;
const withInput = (Input: string, more: object = {}) => ({ Target: { Arn: QUEUE, RoleArn, Input, ...more } });

/** Rewrites what the stopped service kept, to make time pass. */
function rewrite(dataDirectory: string, sql: string, ...values: number[]): void {
  const database = new DatabaseSync(join(dataDirectory, 'scheduler', 'schedules.db'));
  database.prepare(sql).run(...values);
  database.close();
}

function readNext(dataDirectory: string): number {
  const database = new DatabaseSync(join(dataDirectory, 'scheduler', 'schedules.db'), { readOnly: true });
  const row = database.prepare('SELECT next_at FROM schedules').get();
  database.close();
  return Number(row?.['next_at']);
}

describe('schedules', () => {
  test('are created, read, replaced and deleted, by group', async () => {
    const { client, create } = await start();
    const { ScheduleGroupArn } = await client.send(new CreateScheduleGroupCommand({ Name: 'tasks' }));
    expect(ScheduleGroupArn).toBe('arn:aws:scheduler:eu-west-1:000000000000:schedule-group/tasks');
    expect(await client.send(new GetScheduleGroupCommand({ Name: 'tasks' }))).toMatchObject({
      State: 'ACTIVE',
    });
    const StartDate = new Date('2030-01-01T00:00:00Z');
    const created = await create({
      GroupName: 'tasks',
      StartDate,
      ScheduleExpressionTimezone: 'Europe/Berlin',
    });
    expect(created.ScheduleArn).toBe('arn:aws:scheduler:eu-west-1:000000000000:schedule/tasks/task-1');
    const key = { Name: 'task-1', GroupName: 'tasks' };
    expect(await client.send(new GetScheduleCommand(key))).toMatchObject({
      ...base,
      GroupName: 'tasks',
      State: 'ENABLED',
      ActionAfterCompletion: 'NONE',
      StartDate,
      ScheduleExpressionTimezone: 'Europe/Berlin',
      Target: {
        ...base.Target,
        RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 },
      },
    });
    await client.send(new UpdateScheduleCommand({ ...base, ...key, State: 'DISABLED' }));
    const replaced = await client.send(new GetScheduleCommand(key));
    expect([replaced.State, replaced.StartDate, replaced.ScheduleExpressionTimezone]).toEqual([
      'DISABLED',
      undefined,
      'UTC',
    ]);
    await client.send(new DeleteScheduleCommand(key));
    await expect(client.send(new GetScheduleCommand(key))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });

  test('that exist are a conflict, unless the same is made again', async () => {
    const { create } = await start();
    const { ScheduleArn } = await create();
    expect((await create()).ScheduleArn).toBe(ScheduleArn);
    await expect(create({ ScheduleExpression: 'cron(0 4 * * ? *)' })).rejects.toMatchObject({
      name: 'ConflictException',
    });
  });

  test('are listed by group, prefix and state, page by page', async () => {
    const { client, create } = await start();
    for (const Name of ['other', 'other.x']) await client.send(new CreateScheduleGroupCommand({ Name }));
    for (const Name of ['a-1', 'a-2', 'a-3', 'b-1']) await create({ Name });
    await create({ Name: 'a-1', GroupName: 'other', State: 'DISABLED' });
    await create({ Name: 'z', GroupName: 'other.x' });
    const list = async (more: object) => {
      const names: (string | undefined)[] = [];
      let NextToken: string | undefined;
      do {
        const page = await client.send(new ListSchedulesCommand({ MaxResults: 2, NextToken, ...more }));
        names.push(...(page.Schedules ?? []).map(({ GroupName, Name }) => `${GroupName}/${Name}`));
        NextToken = page.NextToken;
      } while (NextToken);
      return names;
    };
    expect(await list({ GroupName: 'default', NamePrefix: 'a' })).toEqual([
      'default/a-1',
      'default/a-2',
      'default/a-3',
    ]);
    expect(await list({ State: 'DISABLED' })).toEqual(['other/a-1']);
    expect(await list({})).toHaveLength(6);
  });

  test.each<[string, Partial<CreateScheduleCommandInput>, string]>([
    ['an expression that cannot be read', { ScheduleExpression: 'cron(0 3 * * *)' }, 'ValidationException'],
    ['an unknown time zone', { ScheduleExpressionTimezone: 'Mars/X' }, 'ValidationException'],
    ['a group that is not there', { GroupName: 'none' }, 'ResourceNotFoundException'],
    ['a window without its length', { FlexibleTimeWindow: { Mode: 'FLEXIBLE' } }, 'ValidationException'],
    ['another kind of target', { Target: { Arn: 'arn:aws:ecs:x', RoleArn } }, 'ValidationException'],
    [
      'a parameter that is not supported',
      withInput('{}', { EventBridgeParameters: { DetailType: 'x', Source: 'y' } }),
      'ValidationException',
    ],
  ])('with %s are refused', async (_, more, name) => {
    const { create } = await start();
    await expect(create(more)).rejects.toMatchObject({ name });
  });
});

describe('a firing', () => {
  test('fills the placeholders in, the attempt at each attempt', async () => {
    let failures = 1;
    const { create, delivered } = await start({ fail: () => failures-- > 0 });
    const due = Math.ceil((Date.now() + 300) / 1000) * 1000;
    const Input =
      '{"at":"<aws.scheduler.scheduled-time>","run":"<aws.scheduler.execution-id>","by":"<aws.scheduler.schedule-arn>","attempt":<aws.scheduler.attempt-number>}';
    await create({
      ScheduleExpression: at(due),
      ...withInput(Input, { SqsParameters: { MessageGroupId: 'g' } }),
    });
    await eventually(() => delivered.length === 1);
    expect(Date.now()).toBeGreaterThanOrEqual(due);
    expect(JSON.parse(delivered[0]?.payload ?? '')).toEqual({
      at: new Date(due).toISOString().replace('.000Z', 'Z'),
      run: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      by: 'arn:aws:scheduler:eu-west-1:000000000000:schedule/default/task-1',
      attempt: 2,
    });
    expect(delivered[0]).toMatchObject({ targetArn: QUEUE, options: { messageGroupId: 'g' } });
  });

  test('of a one-time schedule leaves it, or deletes it when asked', async () => {
    const { client, create, delivered } = await start();
    await create({ Name: 'stays', ScheduleExpression: at(Date.now() - 1000) });
    await create({
      Name: 'goes',
      ScheduleExpression: at(Date.now() - 1000),
      ActionAfterCompletion: 'DELETE',
    });
    await eventually(() => delivered.length === 2);
    await delay(50);
    expect(delivered).toHaveLength(2);
    await expect(client.send(new GetScheduleCommand({ Name: 'stays' }))).resolves.toMatchObject({
      Name: 'stays',
    });
    await expect(client.send(new GetScheduleCommand({ Name: 'goes' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });

  test('of a rate comes at once, and then one interval later', async () => {
    const { create, delivered, stop, dataDirectory } = await start();
    const createdAt = Date.now();
    await create({ ScheduleExpression: 'rate(1 minute)' });
    await eventually(() => delivered.length === 1);
    await delay(50);
    expect(delivered).toHaveLength(1);
    await stop();
    expect(Math.abs(readNext(dataDirectory) - createdAt - 60_000)).toBeLessThan(1000);
  });

  test('does not come from a disabled schedule, one before its start or one after its end', async () => {
    const { create, delivered } = await start();
    const ScheduleExpression = 'rate(1 minute)';
    await create({ Name: 'disabled', ScheduleExpression, State: 'DISABLED' });
    await create({ Name: 'early', ScheduleExpression, StartDate: new Date(Date.now() + 60_000) });
    await create({ Name: 'late', ScheduleExpression, EndDate: new Date(Date.now() - 60_000) });
    await delay(100);
    expect(delivered).toEqual([]);
  });

  test('of a cron expression comes first at its start, which counts', async () => {
    const { create, stop, dataDirectory } = await start();
    const StartDate = new Date('2035-05-05T03:00:00Z');
    await create({ ScheduleExpression: 'cron(0 3 * * ? *)', StartDate });
    await stop();
    expect(readNext(dataDirectory)).toBe(StartDate.getTime());
  });

  test('comes within the flexible window', async () => {
    const { create, stop, dataDirectory } = await start();
    const due = Math.ceil(Date.now() / 1000) * 1000 + 3_600_000;
    const FlexibleTimeWindow = { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 10 } as const;
    await create({ ScheduleExpression: at(due), FlexibleTimeWindow });
    await stop();
    const late = readNext(dataDirectory) - due;
    expect(late).toBeGreaterThanOrEqual(0);
    expect(late).toBeLessThan(600_000);
  });

  test('that fails as often as it may goes to the dead-letter queue', async () => {
    const { create, delivered } = await start({ fail: (target) => target === QUEUE });
    const more = { RetryPolicy: { MaximumRetryAttempts: 0 }, DeadLetterConfig: { Arn: DLQ } };
    await create({ ScheduleExpression: at(Date.now() - 1000), ...withInput('{"n":1}', more) });
    await eventually(() => delivered.length === 1);
    expect(delivered[0]).toMatchObject({ targetArn: DLQ, payload: '{"n":1}' });
    expect(delivered[0]?.options?.messageAttributes).toMatchObject({ ERROR_MESSAGE: 'target is down' });
  });
});

describe('after a downtime', () => {
  test('a schedule fires once, for the latest instant that was missed, and then on time', async () => {
    const first = await start();
    const ScheduleExpression = 'cron(0/5 * * * ? *)';
    await first.create({ ScheduleExpression, ...withInput('<aws.scheduler.scheduled-time>') });
    await first.stop();
    const fiveMinutes = 300_000;
    const missed = Math.floor(Date.now() / fiveMinutes) * fiveMinutes - 1000 * fiveMinutes;
    rewrite(
      first.dataDirectory,
      'UPDATE schedules SET modified_at = ?1, scheduled_at = ?1, next_at = ?1',
      missed,
    );
    const latest = Math.floor(Date.now() / fiveMinutes) * fiveMinutes;
    const second = await start({ dataDirectory: first.dataDirectory });
    await eventually(() => second.delivered.length === 1);
    await delay(50);
    expect(second.delivered.map(({ payload }) => payload)).toEqual([
      new Date(latest).toISOString().replace('.000Z', 'Z'),
    ]);
    await second.stop();
    expect(readNext(first.dataDirectory)).toBe(latest + fiveMinutes);
  });

  test('a schedule that is not due waits, and does not fire again for what it has fired', async () => {
    const first = await start();
    await first.create({ ScheduleExpression: 'rate(1 hour)' });
    await eventually(() => first.delivered.length === 1);
    await first.stop();
    const second = await start({ dataDirectory: first.dataDirectory });
    await delay(100);
    expect(second.delivered).toEqual([]);
  });

  test('a thousand schedules that are due together all fire once, and the API goes on answering', async () => {
    const first = await start();
    await first.create({ ...withInput('<aws.scheduler.schedule-arn>') });
    await first.stop();
    rewrite(
      first.dataDirectory,
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
       INSERT INTO schedules SELECT group_name, name || '-' || i, definition, state, created_at, modified_at, ?1, ?1
       FROM schedules, n`,
      Date.now() - 1000,
    );
    const second = await start({ dataDirectory: first.dataDirectory });
    await second.client.send(new GetScheduleCommand({ Name: 'task-1' }));
    await eventually(() => second.delivered.length >= 1000);
    expect(new Set(second.delivered.map(({ payload }) => payload)).size).toBe(1000);
    expect(second.delivered).toHaveLength(1000);
  });
});
