import type { DatabaseSync } from 'node:sqlite';
import type { DeliveryQueue } from '../delivery/delivery-queue.ts';
import { retryPolicySchema } from '../delivery/retry-policy.ts';
import { createDueTimer } from '../schedule/due-timer.ts';
import { parseScheduleExpression } from '../schedule/schedule-expression.ts';
import { inTransaction } from '../storage/open-database.ts';
import { createBusEvent, type BusEvent } from './bus-event.ts';
import { compileEventPattern, type EventPattern } from './event-pattern.ts';
import { renderInput } from './input-transformer.ts';
import { arnOfRule, type RuleStore, type StoredBus, type StoredRule } from './rule-store.ts';

const DEFAULT_RETRY_POLICY = retryPolicySchema.parse({});

/** Brings events to the targets of the rules that match; stored before it returns, delivered at least once. */
export interface EventRouter {
  route(events: readonly { readonly bus: StoredBus; readonly event: BusEvent }[]): void;
  /** Call after rules changed: scheduled rules may be due at another time. */
  reset(): void;
  stop(): void;
}

export interface EventRouterOptions {
  readonly database: DatabaseSync;
  readonly store: RuleStore;
  readonly deliveries: DeliveryQueue;
}

export function createEventRouter({ database, store, deliveries }: EventRouterOptions): EventRouter {
  const patterns = new Map<string, EventPattern>();
  const matches = (rule: StoredRule, event: BusEvent) => {
    if (rule.pattern === null) return false;
    const pattern = patterns.get(rule.pattern) ?? compileEventPattern(rule.pattern);
    patterns.set(rule.pattern, pattern);
    return pattern(event);
  };
  const deliverTo = (rule: StoredRule, event: BusEvent) => {
    const originArn = arnOfRule(rule);
    for (const target of store.listTargets(rule)) {
      deliveries.add({
        originArn,
        targetArn: target.Arn,
        payload: renderInput(target, event, { arn: originArn, name: rule.name }),
        messageGroupID: target.SqsParameters?.MessageGroupId,
        deadLetterArn: target.DeadLetterConfig?.Arn,
        retryPolicy: target.RetryPolicy ?? DEFAULT_RETRY_POLICY,
      });
    }
  };
  // Instants missed while nothing ran fire once: a sweep that comes each minute gains nothing from sixty at once.
  const fireDue = () => {
    const now = Date.now();
    inTransaction(database, () => {
      for (const rule of store.listDueRules(now)) {
        deliverTo(rule, describeScheduledEvent(rule));
        store.setNextAt(rule, parseScheduleExpression(rule.schedule ?? '').nextAfter(now, rule.anchored_at));
      }
    });
    deliveries.wake();
    reset();
  };
  const timer = createDueTimer(fireDue);
  const reset = () => timer.set(store.readNextAt());
  return {
    route: (events) => {
      inTransaction(database, () => {
        for (const { bus, event } of events) {
          const matching = store.listEnabledRules(bus.name).filter((rule) => matches(rule, event));
          for (const rule of matching) deliverTo(rule, event);
        }
      });
      deliveries.wake();
    },
    reset,
    stop: () => timer.stop(),
  };
}

function describeScheduledEvent(rule: StoredRule): BusEvent {
  const content = { source: 'aws.events', detailType: 'Scheduled Event', detail: {}, region: rule.region };
  return createBusEvent({ ...content, resources: [arnOfRule(rule)] }, new Date(rule.next_at ?? Date.now()));
}
