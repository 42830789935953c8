import { join } from 'node:path';
import { DeliveryQueue } from '../delivery/delivery-queue.ts';
import type { Deliver } from '../delivery/deliver.ts';
import { startEndpoint } from '../protocol/endpoint.ts';
import { answerJsonProtocol } from '../protocol/json-protocol.ts';
import type { ServiceOptions, StartedService } from '../protocol/started-service.ts';
import { openDatabase } from '../storage/open-database.ts';
import { createBusOperations } from './bus-operations.ts';
import { createEventRouter } from './event-router.ts';
import { createPutEventsOperation } from './put-events-operation.ts';
import { createRuleOperations, createTargetOperations } from './rule-operations.ts';
import { createRuleStore, DEFAULT_BUS } from './rule-store.ts';

const SCHEMAS = [
  new URL('./schema.sql', import.meta.url),
  new URL('../delivery/schema.sql', import.meta.url),
];

export interface EventBridgeOptions extends ServiceOptions {
  readonly deliver: Deliver;
  /** The region of the bus `default`. */
  readonly region?: string;
}

/** EventBridge: an accepted event is on disk before the answer and is delivered at least once. */
export async function startEventBridge(options: EventBridgeOptions): Promise<StartedService> {
  const database = openDatabase(join(options.dataDirectory, 'event-bridge', 'events.db'), SCHEMAS);
  database
    .prepare('INSERT OR IGNORE INTO buses VALUES (?, ?, NULL, NULL, NULL, ?)')
    .run(DEFAULT_BUS, options.region ?? 'us-east-1', Date.now());
  const store = createRuleStore(database);
  const deliveries = new DeliveryQueue({ database, deliver: options.deliver });
  const router = createEventRouter({ database, store, deliveries });
  const answer = answerJsonProtocol({
    targetPrefix: 'AWSEvents',
    version: '1.1',
    operations: {
      ...createBusOperations(store),
      ...createRuleOperations(store, router.reset),
      ...createTargetOperations(store),
      PutEvents: createPutEventsOperation(store, router),
    },
  });
  const service = await startEndpoint('EventBridge', options.port ?? 0, answer);
  router.reset();
  deliveries.wake();
  return {
    endpoint: service.endpoint,
    stop: async () => {
      router.stop();
      await service.stop();
      await deliveries.stop();
      database.close();
    },
  };
}
