import { Cron } from 'croner';
import * as z from 'zod';
import { CronSyntaxError, parseCronRule } from './cron-rule.ts';

const MAX_LENGTH = 100;

/** A cron expression of five fields, read in UTC. */
export const cronSchema = z
  .string()
  .max(MAX_LENGTH)
  .superRefine((text, context) => {
    try {
      parseCronRule(text);
    } catch (error) {
      if (!(error instanceof CronSyntaxError)) throw error;
      context.addIssue({ code: 'custom', message: error.message });
    }
  });

/** The next moment after `now` that the expression names; nothing when there is none. */
export function nextRunAfter(cron: string, now: Date): Date | undefined {
  return read(cron).nextRun(now) ?? undefined;
}

/** The last moment up to `now` that the expression names. */
export function lastInstantUpTo(cron: string, now: Date): Date | undefined {
  return read(cron).previousRuns(1, new Date(now.getTime() + 1))[0];
}

export function isInstantOf(cron: string, instant: Date): boolean {
  return read(cron).match(instant);
}

function read(cron: string): Cron {
  return new Cron(cron, { timezone: 'UTC', mode: '5-part' });
}
