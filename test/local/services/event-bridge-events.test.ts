import { PutRuleCommand, type Target } from '@aws-sdk/client-eventbridge';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { createRule, entry, EventBusName, FUNCTION, put, QUEUE, start } from './support/event-bridge.ts';
import { eventually } from './support/eventually.ts';

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
