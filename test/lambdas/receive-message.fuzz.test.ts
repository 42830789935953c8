import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { createReceiveMessage } from '../../core/webhooks/receive-message.ts';
import { createWebhookStore } from '../../core/webhooks/webhook-store.ts';
import { composeQueueWorker } from '../../lambdas/middleware/queue-worker.ts';
import { createHandler } from '../../lambdas/receive-message/handler.ts';
import { startTable, type TestTable } from '../support/table.ts';
import { WebhookWorld } from '../support/webhook-world.ts';

/** `npm run test:fuzz:webhooks` asks for more. */
const MESSAGES = Number(process.env['MILLRACE_FUZZ_DELIVERIES'] ?? 100);

const PROJECT = 'my-project';

let table: TestTable;
beforeAll(async () => {
  table = await startTable();
});
afterAll(async () => {
  await table.stop();
});

const projectKeys = fc.oneof(
  fc.constant(PROJECT),
  fc.constantFrom('another', 'MY-PROJECT', `${PROJECT} `, '__proto__', 'constructor', 'toString', ''),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.jsonValue({ maxDepth: 1 }),
);

const notifications: fc.Arbitrary<string> = fc
  .record(
    {
      projectKey: projectKeys,
      notificationType: fc.oneof(
        fc.constantFrom('Message', 'ResourceUpdated'),
        fc.jsonValue({ maxDepth: 1 }),
      ),
      id: fc.oneof(fc.uuid(), fc.jsonValue({ maxDepth: 1 })),
      sequenceNumber: fc.oneof(fc.nat(), fc.jsonValue({ maxDepth: 1 })),
      resource: fc.oneof(
        fc.record({ typeId: fc.constantFrom('product', 'category', 'subscription'), id: fc.string() }),
        fc.jsonValue({ maxDepth: 2 }),
      ),
    },
    { requiredKeys: [] },
  )
  .map((notification) => JSON.stringify(notification));

const messages = fc.oneof(
  { arbitrary: notifications, weight: 4 },
  { arbitrary: fc.json(), weight: 1 },
  { arbitrary: fc.string({ unit: 'binary', maxLength: 60 }), weight: 1 },
  // A notification that was cut off, or has something behind it.
  {
    arbitrary: fc.tuple(notifications, fc.nat()).map(([text, at]) => text.slice(0, at % text.length)),
    weight: 1,
  },
  { arbitrary: notifications.map((text) => `${text}}`), weight: 1 },
);

/** What a message is, told by other means than those under test. */
function judge(text: string): 'ours' | 'others' | 'unreadable' {
  try {
    const json = JSON.parse(text) as { projectKey?: unknown } | null;
    if (json === null || typeof json !== 'object' || Array.isArray(json)) return 'unreadable';
    if (typeof json.projectKey !== 'string' || json.projectKey === '') return 'unreadable';
    return json.projectKey === PROJECT ? 'ours' : 'others';
  } catch {
    return 'unreadable';
  }
}

test('messages of commercetools’ queue are taken in when they are of the project and never otherwise, whatever is in them', async () => {
  const world = await WebhookWorld.create(table);
  await world.webhooks.set(world.owner, { scheme: 'commercetools', projectKey: PROJECT });
  let accepted = 0;
  const receiveMessage = createReceiveMessage({
    projects: { [PROJECT]: world.appID },
    webhooks: createWebhookStore({ ...table, clock: world.clock }),
    tasks: world.tasks,
    acceptDelivery: async (hook, delivery) => {
      expect(hook).toMatchObject(world.owner);
      await world.acceptDelivery(hook, delivery);
      accepted += 1;
    },
    log: { info: () => undefined, error: () => undefined },
  });
  const handler = composeQueueWorker(
    createHandler(() => receiveMessage),
    { log: { info: () => undefined, error: () => undefined } },
  );
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(messages, async (body) => {
      const before = accepted;
      const event = { Records: [{ messageId: 'm', body }] } as unknown as SQSEvent;
      const answer: SQSBatchResponse = await handler(event, { awsRequestId: 'request-1' } as Context);
      const kind = judge(body);
      seen.add(kind);
      // What cannot be read ends in the dead-letter queue; all else is done with.
      expect(answer.batchItemFailures).toHaveLength(kind === 'unreadable' ? 1 : 0);
      expect(accepted - before).toBe(kind === 'ours' ? 1 : 0);
    }),
    { numRuns: MESSAGES },
  );
  expect([...seen].toSorted()).toEqual(['others', 'ours', 'unreadable']);
  const { deliveries } = await world.ledger.list(world.owner, {
    before: undefined,
    limit: 1,
  });
  expect(deliveries).toHaveLength(1);
}, 3_600_000);
