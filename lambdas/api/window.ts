import { invalidField } from '../../core/foundation/validation.ts';
import { toWireDate } from '../../core/foundation/clock.ts';

/** A span of time, both ends included. */
export interface Window {
  readonly startDate: Date;
  readonly endDate: Date;
}

/** The window asked for; it ends now and starts `milliseconds` before its end where nothing else is said. */
export function readWindow(
  query: { readonly startDate?: Date | undefined; readonly endDate?: Date | undefined },
  milliseconds: number,
  now: Date,
): Window {
  const endDate = query.endDate ?? now;
  const startDate = query.startDate ?? new Date(Math.max(0, endDate.getTime() - milliseconds));
  if (startDate > endDate) throw invalidField('startDate', 'must not be after endDate');
  return { startDate, endDate };
}

export function toWindowShape({ startDate, endDate }: Window): { startDate: string; endDate: string } {
  return { startDate: toWireDate(startDate), endDate: toWireDate(endDate) };
}
