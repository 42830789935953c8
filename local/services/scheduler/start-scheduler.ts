import { join } from 'node:path';
import { DeliveryQueue } from '../delivery/delivery-queue.ts';
import type { Deliver } from '../delivery/deliver.ts';
import { startEndpoint } from '../protocol/endpoint.ts';
import { answerRestProtocol } from '../protocol/rest-protocol.ts';
import type { ServiceOptions, StartedService } from '../protocol/started-service.ts';
import { openDatabase } from '../storage/open-database.ts';
import { createScheduleClock, renderAttempt } from './schedule-clock.ts';
import { createGroupRoutes, createScheduleRoutes } from './schedule-operations.ts';
import { createGroupStore, createScheduleStore } from './schedule-store.ts';

const SCHEMAS = [
  new URL('./schema.sql', import.meta.url),
  new URL('../delivery/schema.sql', import.meta.url),
];

export interface SchedulerOptions extends ServiceOptions {
  readonly deliver: Deliver;
  /** The region of the group `default`. */
  readonly region?: string;
}

/** EventBridge Scheduler: schedules survive restarts and fire at least once, from the moment this resolves. */
export async function startScheduler(options: SchedulerOptions): Promise<StartedService> {
  const database = openDatabase(join(options.dataDirectory, 'scheduler', 'schedules.db'), SCHEMAS);
  database
    .prepare("INSERT OR IGNORE INTO groups VALUES ('default', ?, '[]', ?)")
    .run(options.region ?? 'us-east-1', Date.now());
  const groups = createGroupStore(database);
  const store = createScheduleStore(database);
  const deliveries = new DeliveryQueue({ database, deliver: options.deliver, render: renderAttempt });
  const clock = createScheduleClock({ database, store, deliveries });
  const routes = [
    ...createScheduleRoutes({ groups, store, changed: clock.reset }),
    ...createGroupRoutes(groups),
  ];
  const service = await startEndpoint('Scheduler', options.port ?? 0, answerRestProtocol(routes));
  clock.reset();
  deliveries.wake();
  return {
    endpoint: service.endpoint,
    stop: async () => {
      clock.stop();
      await service.stop();
      await deliveries.stop();
      database.close();
    },
  };
}
