import { invalidField } from '../../core/foundation/validation.ts';
import { toWireDate } from '../../core/foundation/clock.ts';

/** So far at most the clock of another function is ahead of this one. */
const CLOCK_SLACK_MILLISECONDS = 86_400_000;

/** A span of time, both ends included. */
export interface Window {
  readonly startDate: Date;
  readonly endDate: Date;
}

interface WindowQuery {
  readonly startDate?: Date | undefined;
  readonly endDate?: Date | undefined;
}

/** The window asked for; it ends now and starts `milliseconds` before its end where nothing else is said. */
export function readWindow(query: WindowQuery, milliseconds: number, now: Date): Window {
  const endDate = query.endDate ?? now;
  const startDate = query.startDate ?? new Date(Math.max(0, endDate.getTime() - milliseconds));
  if (startDate > endDate) throw invalidField('startDate', 'must not be after endDate');
  return { startDate, endDate };
}

/** What is listed of a window: to the newest where no end was asked for, also if the clock of who made it is ahead. */
export function toListed({ startDate, endDate }: Window, query: WindowQuery): Window {
  const newest = new Date(endDate.getTime() + CLOCK_SLACK_MILLISECONDS);
  return { startDate, endDate: query.endDate ?? newest };
}

export function toWindowShape({ startDate, endDate }: Window): { startDate: string; endDate: string } {
  return { startDate: toWireDate(startDate), endDate: toWireDate(endDate) };
}
