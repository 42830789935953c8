import {
  CreateEventBusCommand,
  DeleteEventBusCommand,
  DeleteRuleCommand,
  DescribeEventBusCommand,
  DescribeRuleCommand,
  EventBridgeClient,
  ListRulesCommand,
  ListTargetsByRuleCommand,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
  type Target,
} from '@aws-sdk/client-eventbridge';
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Deliver, DeliveryOptions } from '../../../local/services/delivery/deliver.ts';
import { startEventBridge } from '../../../local/services/event-bridge/start-event-bridge.ts';
import { clientOptions } from './support/client-options.ts';
import { eventually } from './support/eventually.ts';
import { temporaryDirectory } from './support/temporary-directory.ts';

const FUNCTION = 'arn:aws:lambda:eu-west-1:000000000000:function:send-alert';
const QUEUE = 'arn:aws:sqs:eu-west-1:000000000000:hints';
const DLQ = 'arn:aws:sqs:eu-west-1:000000000000:dlq';

interface Delivered {
  targetArn: string;
  payload: string;
  options: DeliveryOptions | undefined;
}

async function start({ dataDirectory = temporaryDirectory(), fail = (_: Delivered): boolean => false } = {}) {
  const delivered: Delivered[] = [];
  const attempts: Delivered[] = [];
  const deliver: Deliver = async (targetArn, payload, options) => {
    attempts.push({ targetArn, payload, options });
    if (fail({ targetArn, payload, options })) throw new Error('target is down');
    delivered.push({ targetArn, payload, options });
  };
  const service = await startEventBridge({ dataDirectory, deliver });
  let stopped: Promise<void> | undefined;
  const stop = () => (stopped ??= service.stop());
  onTestFinished(stop);
  const client = new EventBridgeClient(clientOptions(service.endpoint));
  onTestFinished(() => client.destroy());
  return { client, stop, delivered, attempts, dataDirectory };
}

const EventBusName = 'millrace';

async function createRule(client: EventBridgeClient, pattern: object, targets: Partial<Target>[]) {
  await client.send(new CreateEventBusCommand({ Name: EventBusName }));
  await client.send(
    new PutRuleCommand({ Name: 'rule', EventBusName, EventPattern: JSON.stringify(pattern) }),
  );
  const Targets = targets.map((target, index) => ({ Id: `t${index}`, Arn: FUNCTION, ...target }));
  await client.send(new PutTargetsCommand({ Rule: 'rule', EventBusName, Targets }));
}

const entry = (detail: object, more: object = {}) => ({
  EventBusName,
  Source: 'millrace',
  DetailType: 'RunFinished',
  Detail: JSON.stringify(detail),
  ...more,
});

const put = (client: EventBridgeClient, ...entries: object[]) =>
  client.send(new PutEventsCommand({ Entries: entries }));

describe('buses and rules', () => {
  test('are made, described, listed and deleted in their order', async () => {
    const { client } = await start();
    const created = await client.send(new CreateEventBusCommand({ Name: EventBusName, Description: 'd' }));
    expect(created.EventBusArn).toBe('arn:aws:events:eu-west-1:000000000000:event-bus/millrace');
    await expect(client.send(new CreateEventBusCommand({ Name: EventBusName }))).rejects.toMatchObject({
      name: 'ResourceAlreadyExistsException',
    });
    const rule = { Name: 'rule', EventBusName, EventPattern: '{"source":["a"]}', Description: 'r' };
    const { RuleArn } = await client.send(new PutRuleCommand(rule));
    expect(RuleArn).toBe('arn:aws:events:eu-west-1:000000000000:rule/millrace/rule');
    expect(await client.send(new DescribeRuleCommand({ Name: 'rule', EventBusName }))).toMatchObject({
      ...rule,
      State: 'ENABLED',
    });
    expect((await client.send(new ListRulesCommand({ EventBusName }))).Rules).toHaveLength(1);
    await client.send(
      new PutTargetsCommand({ Rule: 'rule', EventBusName, Targets: [{ Id: 'a', Arn: FUNCTION }] }),
    );
    const remove = new DeleteRuleCommand({ Name: 'rule', EventBusName });
    await expect(client.send(remove)).rejects.toMatchObject({ name: 'ValidationException' });
    await client.send(new RemoveTargetsCommand({ Rule: 'rule', EventBusName, Ids: ['a'] }));
    await expect(client.send(new DeleteEventBusCommand({ Name: EventBusName }))).rejects.toThrow(
      /while it has rules/,
    );
    await client.send(remove);
    await client.send(new DeleteEventBusCommand({ Name: EventBusName }));
    await expect(client.send(new DescribeEventBusCommand({ Name: EventBusName }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });

  test('a target keeps what it was given', async () => {
    const { client } = await start();
    const target = {
      Id: 't0',
      Arn: QUEUE,
      InputTransformer: { InputPathsMap: { id: '$.detail.id' }, InputTemplate: '{"id":<id>}' },
      SqsParameters: { MessageGroupId: 'g' },
      RetryPolicy: { MaximumRetryAttempts: 3, MaximumEventAgeInSeconds: 60 },
      DeadLetterConfig: { Arn: DLQ },
    };
    await createRule(client, { source: ['a'] }, [target]);
    const { Targets } = await client.send(new ListTargetsByRuleCommand({ Rule: 'rule', EventBusName }));
    expect(Targets).toEqual([target]);
  });

  test.each<[string, object]>([
    ['another kind of target', { Arn: 'arn:aws:states:eu-west-1:0:stateMachine:x' }],
    ['a parameter that is not supported', { KinesisParameters: { PartitionKeyPath: '$.id' } }],
    ['two inputs', { Input: '{}', InputPath: '$' }],
    ['a path that is none', { InputPath: 'detail' }],
  ])('%s is refused', async (_, target) => {
    const { client } = await start();
    await expect(createRule(client, { source: ['a'] }, [target])).rejects.toMatchObject({
      name: 'ValidationException',
    });
  });

  test('a pattern that cannot be read is refused', async () => {
    const { client } = await start();
    const rule = new PutRuleCommand({ Name: 'r', EventPattern: '{"source":[{"regex":"x"}]}' });
    await expect(client.send(rule)).rejects.toMatchObject({ name: 'InvalidEventPatternException' });
  });
});

describe('events', () => {
  test('reach the targets of the rules that match, whole', async () => {
    const { client, delivered } = await start();
    await createRule(client, { detail: { outcome: ['failure'] } }, [{}, { Arn: QUEUE }]);
    const Time = new Date('2026-01-02T03:04:05Z');
    const { Entries, FailedEntryCount } = await put(
      client,
      entry({ outcome: 'success' }),
      entry({ outcome: 'failure', n: 1 }, { Time, Resources: ['arn:r'] }),
    );
    expect(FailedEntryCount).toBe(0);
    await eventually(() => delivered.length === 2);
    await delay(30);
    expect(delivered.map(({ targetArn }) => targetArn).sort()).toEqual([FUNCTION, QUEUE]);
    expect(JSON.parse(delivered[0]?.payload ?? '')).toEqual({
      version: '0',
      id: Entries?.[1]?.EventId,
      'detail-type': 'RunFinished',
      source: 'millrace',
      account: '000000000000',
      time: '2026-01-02T03:04:05Z',
      region: 'eu-west-1',
      resources: ['arn:r'],
      detail: { outcome: 'failure', n: 1 },
    });
  });

  test('that cannot be taken fail one by one', async () => {
    const { client, delivered } = await start();
    await createRule(client, { source: ['millrace'] }, [{}]);
    const result = await put(
      client,
      entry({}, { Source: undefined }),
      entry({}, { DetailType: '' }),
      entry({}, { Detail: '[1]' }),
      entry({}, { Source: 'aws.s3' }),
      entry({}, { EventBusName: 'missing' }),
      entry({ n: 1 }),
    );
    expect(result.FailedEntryCount).toBe(5);
    expect(result.Entries?.map(({ ErrorCode }) => ErrorCode)).toEqual([
      'InvalidArgument',
      'InvalidArgument',
      'MalformedDetail',
      'NotAuthorizedForSourceException',
      'ResourceNotFoundException',
      undefined,
    ]);
    await eventually(() => delivered.length === 1);
  });

  test('of more than 256 KB together, or more than ten, are refused', async () => {
    const { client } = await start();
    const half = entry({ x: 'x'.repeat(130 * 1024) });
    const bus = { EventBusName: 'default' };
    await expect(put(client, { ...half, ...bus })).resolves.toMatchObject({ FailedEntryCount: 0 });
    await expect(put(client, half, half)).rejects.toMatchObject({ name: 'ValidationException' });
    const eleven = Array.from({ length: 11 }, () => entry({}, bus));
    await expect(put(client, ...eleven)).rejects.toMatchObject({ name: 'ValidationException' });
  });

  test('do not reach a disabled rule', async () => {
    const { client, delivered } = await start();
    await createRule(client, { source: ['millrace'] }, [{}]);
    const EventPattern = '{"source":["millrace"]}';
    await client.send(new PutRuleCommand({ Name: 'rule', EventBusName, EventPattern, State: 'DISABLED' }));
    await put(client, entry({}));
    await delay(50);
    expect(delivered).toEqual([]);
  });

  test.each<[string, Partial<Target>, string]>([
    ['Input', { Input: '{"fixed":true}' }, '{"fixed":true}'],
    ['InputPath', { InputPath: '$.detail.parts[1].name' }, '"b\\"c"'],
    [
      'InputTransformer',
      {
        InputTransformer: {
          InputPathsMap: {
            name: '$.detail.parts[1].name',
            n: '$.detail.n',
            all: '$.detail.parts',
            no: "$.detail['no']",
          },
          InputTemplate:
            '{"name":<name>,"text":"<name> has <n>, <no>, <unknown> \\"<n>\\"","n":<n>,"all":<all>,"no":<no>,"rule":<aws.events.rule-name>}',
        },
      },
      JSON.stringify({
        name: 'b"c',
        text: 'b"c has 7, , <unknown> "7"',
        n: 7,
        all: [{ name: 'a' }, { name: 'b"c' }],
        no: null,
        rule: 'rule',
      }),
    ],
  ])('are shaped by %s', async (_, target, payload) => {
    const { client, delivered } = await start();
    await createRule(client, { source: ['millrace'] }, [target]);
    await put(client, entry({ n: 7, parts: [{ name: 'a' }, { name: 'b"c' }] }));
    await eventually(() => delivered.length === 1);
    expect(delivered[0]?.payload).toBe(payload);
  });
});

describe('deliveries', () => {
  test('are repeated until the target takes them', async () => {
    let failures = 2;
    const { client, delivered, attempts } = await start({ fail: () => failures-- > 0 });
    await createRule(client, { source: ['millrace'] }, [{}]);
    await put(client, entry({ n: 1 }));
    await eventually(() => delivered.length === 1);
    expect(attempts).toHaveLength(3);
  });

  test('that fail as often as they may go to the dead-letter queue, with the reason', async () => {
    const { client, delivered, attempts } = await start({ fail: ({ targetArn }) => targetArn === FUNCTION });
    const RetryPolicy = { MaximumRetryAttempts: 1 };
    await createRule(client, { source: ['millrace'] }, [{ RetryPolicy, DeadLetterConfig: { Arn: DLQ } }]);
    await put(client, entry({ n: 1 }));
    await eventually(() => delivered.length === 1);
    expect(attempts.map(({ targetArn }) => targetArn)).toEqual([FUNCTION, FUNCTION, DLQ]);
    expect(delivered[0]?.payload).toBe(attempts[0]?.payload);
    expect(delivered[0]?.options?.messageAttributes).toMatchObject({
      RULE_ARN: 'arn:aws:events:eu-west-1:000000000000:rule/millrace/rule',
      TARGET_ARN: FUNCTION,
      ERROR_MESSAGE: 'target is down',
      EXHAUSTED_RETRY_CONDITION: 'MaximumRetryAttempts',
      RETRY_ATTEMPTS: '1',
    });
  });

  test('that were not made before a stop are made after the next start', async () => {
    const first = await start({ fail: () => true });
    await createRule(first.client, { source: ['millrace'] }, [
      { Arn: QUEUE, SqsParameters: { MessageGroupId: 'g' } },
    ]);
    await put(first.client, entry({ n: 1 }));
    await eventually(() => first.attempts.length > 0);
    await first.stop();
    const second = await start({ dataDirectory: first.dataDirectory });
    await eventually(() => second.delivered.length === 1);
    expect(second.delivered[0]).toMatchObject({ targetArn: QUEUE, options: { messageGroupId: 'g' } });
  });

  test('that hang keep no others waiting', async () => {
    const dataDirectory = temporaryDirectory();
    const delivered: string[] = [];
    const service = await startEventBridge({
      dataDirectory,
      deliver: (targetArn, payload) => {
        if (targetArn === FUNCTION) return new Promise(() => {});
        delivered.push(payload);
        return Promise.resolve();
      },
    });
    onTestFinished(() => service.stop());
    const client = new EventBridgeClient(clientOptions(service.endpoint));
    await createRule(client, { source: ['millrace'] }, [{}, { Arn: QUEUE }]);
    for (let n = 0; n < 5; n += 1) await put(client, entry({ n }));
    await eventually(() => delivered.length === 5);
  });

  test('of many events each arrive once', async () => {
    const { client, delivered } = await start();
    await createRule(client, { source: ['millrace'] }, [{ InputPath: '$.detail.n' }]);
    for (let batch = 0; batch < 20; batch += 1) {
      await put(client, ...Array.from({ length: 10 }, (_, n) => entry({ n: batch * 10 + n })));
    }
    await eventually(() => delivered.length >= 200);
    expect(new Set(delivered.map(({ payload }) => payload)).size).toBe(200);
    expect(delivered).toHaveLength(200);
  });
});

describe('scheduled rules', () => {
  test('fire the event of AWS, once for all that was missed, and go on', async () => {
    const first = await start();
    const Targets = [{ Id: 'a', Arn: FUNCTION }];
    await first.client.send(new PutRuleCommand({ Name: 'poll', ScheduleExpression: 'rate(1 minute)' }));
    await first.client.send(new PutTargetsCommand({ Rule: 'poll', Targets }));
    await first.stop();
    const database = new DatabaseSync(join(first.dataDirectory, 'event-bridge', 'events.db'));
    const due = Date.now() - 600_000;
    database.prepare('UPDATE rules SET anchored_at = ?, next_at = ?').run(due - 60_000, due);
    database.close();
    const { client, delivered, dataDirectory } = await start({ dataDirectory: first.dataDirectory });
    await eventually(() => delivered.length === 1);
    await delay(50);
    expect(delivered).toHaveLength(1);
    expect(JSON.parse(delivered[0]?.payload ?? '')).toMatchObject({
      source: 'aws.events',
      'detail-type': 'Scheduled Event',
      resources: ['arn:aws:events:eu-west-1:000000000000:rule/poll'],
      detail: {},
    });
    const check = new DatabaseSync(join(dataDirectory, 'event-bridge', 'events.db'), { readOnly: true });
    const next = Number(check.prepare('SELECT next_at FROM rules').get()?.['next_at']);
    check.close();
    expect(next - Date.now()).toBeGreaterThan(0);
    expect(next - Date.now()).toBeLessThanOrEqual(60_000);
    await client.send(new PutRuleCommand({ Name: 'poll', ScheduleExpression: 'cron(0 3 * * ? *)' }));
  });

  test.each([
    ['on another bus', { EventBusName, ScheduleExpression: 'rate(1 minute)' }],
    ['with at', { ScheduleExpression: 'at(2030-01-01T00:00:00)' }],
    ['with a rate that cannot be read', { ScheduleExpression: 'rate(5 minute)' }],
    ['with nothing to go by', {}],
  ])('%s are refused', async (_, rule) => {
    const { client } = await start();
    await client.send(new CreateEventBusCommand({ Name: EventBusName }));
    await expect(client.send(new PutRuleCommand({ Name: 'r', ...rule }))).rejects.toMatchObject({
      name: 'ValidationException',
    });
  });
});
