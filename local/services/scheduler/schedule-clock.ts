import { randomUUID } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type { DeliveryQueue } from '../delivery/delivery-queue.ts';
import type { NewDelivery } from '../delivery/delivery-store.ts';
import { createDueTimer } from '../schedule/due-timer.ts';
import { inTransaction } from '../storage/open-database.ts';
import { latestMissed, nextFiring, type Firing } from './next-firing.ts';
import { arnOfSchedule, type ScheduleStore, type StoredSchedule } from './schedule-store.ts';

/** How many schedules fire in one transaction: the API is not kept waiting by 100,000 that are due at once. */
const BATCH = 200;

/**
 * Fires what is due. The next instant and the delivery are stored in one transaction, so a schedule neither misses an
 * instant nor stores it twice, whenever the process is killed. Instants missed while nothing ran fire once, for the
 * latest of them, at the start (AWS is never down and would have fired each).
 */
export interface ScheduleClock {
  /** Call after schedules changed. */
  reset(): void;
  stop(): void;
}

export interface ScheduleClockOptions {
  readonly database: DatabaseSync;
  readonly store: ScheduleStore;
  readonly deliveries: DeliveryQueue;
}

export function createScheduleClock({ database, store, deliveries }: ScheduleClockOptions): ScheduleClock {
  const fireDue = () => {
    const now = Date.now();
    inTransaction(database, () => {
      for (const schedule of store.listDue(now, BATCH)) fire(schedule, now);
    });
    deliveries.wake();
    reset();
  };
  const fire = (schedule: StoredSchedule, now: number) => {
    const { scheduledAt, next } = planFiring(schedule, now);
    deliveries.add(describeDelivery(schedule, scheduledAt));
    if (next) store.moveTo(schedule, next);
    else if (schedule.definition.ActionAfterCompletion === 'DELETE')
      store.remove(schedule.group_name, schedule.name);
    else store.moveTo(schedule, undefined);
  };
  const timer = createDueTimer(fireDue);
  const reset = () => timer.set(store.readNextAt());
  return { reset, stop: () => timer.stop() };
}

function planFiring(
  schedule: StoredSchedule,
  now: number,
): { scheduledAt: number; next: Firing | undefined } {
  const { definition, modified_at: anchor } = schedule;
  const scheduledAt = schedule.scheduled_at ?? now;
  if (definition.ScheduleExpression.startsWith('at(')) return { scheduledAt, next: undefined };
  const next = nextFiring(definition, anchor, scheduledAt);
  // Within its flexible window an instant is not missed, only not yet drawn.
  const until = now - (definition.FlexibleTimeWindow.MaximumWindowInMinutes ?? 0) * 60_000;
  if (!next || next.scheduledAt > until) return { scheduledAt, next };
  const latest = latestMissed(definition, anchor, { scheduledAt: next.scheduledAt, until });
  return { scheduledAt: latest, next: nextFiring(definition, anchor, latest) };
}

function describeDelivery(schedule: StoredSchedule, scheduledAt: number): NewDelivery {
  const { Target: target } = schedule.definition;
  const arn = arnOfSchedule(schedule);
  // The attempt's number is put in at each attempt.
  const payload = (target.Input ?? '{}')
    .replaceAll('<aws.scheduler.schedule-arn>', arn)
    .replaceAll('<aws.scheduler.scheduled-time>', `${new Date(scheduledAt).toISOString().slice(0, 19)}Z`)
    .replaceAll('<aws.scheduler.execution-id>', randomUUID());
  return {
    originArn: arn,
    targetArn: target.Arn,
    payload,
    messageGroupID: target.SqsParameters?.MessageGroupId,
    deadLetterArn: target.DeadLetterConfig?.Arn,
    retryPolicy: target.RetryPolicy,
  };
}

/** Puts the number of the attempt into a payload. */
export function renderAttempt(payload: string, attempt: number): string {
  return payload.replaceAll('<aws.scheduler.attempt-number>', String(attempt));
}
