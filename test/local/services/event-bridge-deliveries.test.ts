import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startEventBridge } from '../../../local/services/event-bridge/start-event-bridge.ts';
import { clientOptions } from './support/client-options.ts';
import { createRule, DLQ, entry, FUNCTION, put, QUEUE, start } from './support/event-bridge.ts';
import { eventually } from './support/eventually.ts';
import { temporaryDirectory } from './support/temporary-directory.ts';

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
    const { client, delivered, attempts } = await start({ fail: (targetArn) => targetArn === FUNCTION });
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

  test('that hang leave room for others and are not started twice', async () => {
    const delivered: string[] = [];
    let hanging = 0;
    const service = await startEventBridge({
      dataDirectory: temporaryDirectory(),
      deliver: (targetArn, payload) => {
        if (targetArn === FUNCTION) {
          hanging += 1;
          return new Promise(() => {});
        }
        delivered.push(payload);
        return Promise.resolve();
      },
    });
    onTestFinished(() => service.stop());
    const client = new EventBridgeClient(clientOptions(service.endpoint));
    await createRule(client, { source: ['millrace'] }, [{}, { Arn: QUEUE, InputPath: '$.detail.n' }]);
    for (let n = 0; n < 5; n += 1) await put(client, entry({ n }));
    await eventually(() => delivered.length === 5);
    expect(delivered.sort()).toEqual(['0', '1', '2', '3', '4']);
    expect(hanging).toBe(5);
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
