import { Cron } from 'croner';
import * as z from 'zod';

const MAX_LENGTH = 100;

/** A cron expression of five fields, read in UTC. */
export const cronSchema = z
  .string()
  .max(MAX_LENGTH)
  .refine(
    isCron,
    'must be a cron expression of five fields (minute, hour, day of month, month, day of week), such as 0 3 * * *',
  );

/** The next moment after `now` that the expression names; nothing when there is none, as for the 30th of February. */
export function nextRunAfter(cron: string, now: Date): Date | undefined {
  return read(cron).nextRun(now) ?? undefined;
}

function isCron(text: string): boolean {
  try {
    return text.trim().split(/\s+/).length === 5 && read(text).nextRun() !== null;
  } catch {
    return false;
  }
}

function read(cron: string): Cron {
  return new Cron(cron, { timezone: 'UTC', mode: '5-part' });
}
