import { invalidField } from '../../core/foundation/validation.ts';
import { CLOCK_SLACK_MILLISECONDS, toWireDate } from '../../core/foundation/clock.ts';

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
