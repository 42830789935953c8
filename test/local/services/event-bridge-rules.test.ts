import {
  CreateEventBusCommand,
  DeleteEventBusCommand,
  DeleteRuleCommand,
  DescribeEventBusCommand,
  DescribeRuleCommand,
  ListRulesCommand,
  ListTargetsByRuleCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { createRule, DLQ, EventBusName, FUNCTION, QUEUE, start } from './support/event-bridge.ts';
import { eventually } from './support/eventually.ts';

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
