import type { Run } from './run.ts';
import type { RunChanges } from './run-commit.ts';

/** `RunFinished` is handed over by the worker itself; the sweep repeats it if that failed. */
const NOTIFICATION_SECONDS = 60;

/** When the end of a run is told again that was decided just now, should its telling fail. */
export function notificationTime(now: Date): string {
  return new Date(now.getTime() + NOTIFICATION_SECONDS * 1000).toISOString();
}

/** Has an ended run looked at by `at`, and sooner as long as nobody was told of its end. */
export function dueAfterEnd(
  { notification }: Run,
  now: Date,
  at: string | undefined,
): Pick<RunChanges, 'dueAt' | 'notification'> {
  if (notification === undefined) return { dueAt: at };
  const soon = notificationTime(now);
  // Noted anew: another worker may have told it since, and then nothing would ever end what is due here.
  return { notification, dueAt: at === undefined || soon < at ? soon : at };
}
