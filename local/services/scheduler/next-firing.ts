import { randomInt } from 'node:crypto';
import { parseScheduleExpression } from '../schedule/schedule-expression.ts';
import type { ScheduleDefinition } from './schedule-definition.ts';

export interface Firing {
  /** The instant that the expression names. */
  readonly scheduledAt: number;
  /** When to fire: later, by a random share of the flexible window. */
  readonly firesAt: number;
}

/**
 * The first firing of a new or changed schedule. A rate without StartDate fires at once, as AWS's does, and an `at` that
 * has passed fires at once rather than never.
 */
export function firstFiring(definition: ScheduleDefinition, createdAt: number): Firing | undefined {
  const schedule = parseScheduleExpression(
    definition.ScheduleExpression,
    definition.ScheduleExpressionTimezone,
  );
  if (schedule.kind === 'at') return bound(definition, schedule.nextAfter(0, 0));
  return nextFiring(definition, createdAt, createdAt - 1);
}

/** The firing after `after`; undefined when the schedule is completed. */
export function nextFiring(
  definition: ScheduleDefinition,
  createdAt: number,
  after: number,
): Firing | undefined {
  const schedule = parseScheduleExpression(
    definition.ScheduleExpression,
    definition.ScheduleExpressionTimezone,
  );
  const start = definition.StartDate === undefined ? undefined : definition.StartDate * 1000;
  const from = start === undefined ? after : Math.max(after, start - 1);
  return bound(definition, schedule.nextAfter(from, start ?? createdAt));
}

/**
 * The latest instant up to `until` that the expression names, from `scheduledAt` on: what lies between was missed while
 * nothing ran, and one firing stands for all of it.
 */
export function latestMissed(
  definition: ScheduleDefinition,
  createdAt: number,
  { scheduledAt, until }: { scheduledAt: number; until: number },
): number {
  const nextUpTo = (after: number) => {
    const next = nextFiring(definition, createdAt, after)?.scheduledAt;
    return next !== undefined && next <= until ? next : undefined;
  };
  // Halving finds it in some forty steps however long the downtime was.
  let latest = scheduledAt;
  let high = until;
  while (high > latest + 1) {
    const middle = Math.floor((latest + high) / 2);
    const next = nextUpTo(middle);
    if (next === undefined) high = middle;
    else latest = next;
  }
  return nextUpTo(latest) ?? latest;
}

/** StartDate and EndDate do not apply to one-time schedules. */
function bound(definition: ScheduleDefinition, scheduledAt: number | undefined): Firing | undefined {
  if (scheduledAt === undefined) return undefined;
  const isOneTime = definition.ScheduleExpression.startsWith('at(');
  if (!isOneTime && definition.EndDate !== undefined && scheduledAt > definition.EndDate * 1000)
    return undefined;
  const window = definition.FlexibleTimeWindow.MaximumWindowInMinutes;
  return { scheduledAt, firesAt: scheduledAt + (window === undefined ? 0 : randomInt(window * 60_000)) };
}
