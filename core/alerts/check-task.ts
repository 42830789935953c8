import type { Clock } from '../foundation/clock.ts';
import type { Resource } from '../resources/resource.ts';
import { number } from '../runs/amounts.ts';
import { nextRunAfter } from '../tasks/cron.ts';
import { takesEvents } from '../tasks/subscription.ts';
import type { Task } from '../tasks/task.ts';
import type { DeliveryLedger } from '../webhooks/delivery-ledger.ts';
import type { Alert, Condition } from './alert.ts';
import type { AlertCheck } from './check-store.ts';
import type { Report } from './report.ts';

/** A schedule may start its run this much late before it counts as missed. */
const SCHEDULE_GRACE_MINUTES = 10;

/** Fewer deliveries that nobody signed, in an hour, are what anybody's URL gets from strangers. */
const MIN_REFUSED_IN_HOUR = 10;

const MINUTE_MILLISECONDS = 60_000;

/** One task, looked at for one condition of one alert. */
interface TaskCheck {
  readonly alert: Resource<Alert>;
  readonly check: AlertCheck;
  readonly task: Resource<Task>;
  readonly condition: Condition;
  readonly lastRun: Date | undefined;
}

/** Reports what the clock shows to be wrong with a task. */
export type CheckTask = (checked: TaskCheck) => Promise<void>;

export function createCheckTask(dependencies: {
  readonly deliveryLedger: Pick<DeliveryLedger, 'listRefused'>;
  readonly report: Report;
  readonly clock: Clock;
}): CheckTask {
  const { deliveryLedger, report, clock } = dependencies;
  const checkSilence = async (checked: TaskCheck, minutes: number): Promise<void> => {
    // Whoever pushes starts no runs of the kind that is looked for.
    if (checked.task.body.sourceType === 'push') return;
    const since = silentSince(checked, minutes, clock.now());
    if (since === undefined) return;
    const { appID, alertID } = checked.check;
    // Others may wait longer for the same task, so this incident is this alert's own.
    const matter = { appID, cause: 'noRunWithin', taskID: checked.task.id, alertID, part: alertID } as const;
    const detail = `No run of the task was started for ${minutes} minutes.`;
    await report.occurred(matter, { key: `${alertID}#${since}`, at: clock.now().toISOString() }, { detail });
  };
  const checkSchedule = async (checked: TaskCheck): Promise<void> => {
    const missed = missedInstant(checked);
    if (missed === undefined) return;
    const { check, task } = checked;
    const matter = { appID: check.appID, cause: 'scheduleMissed', taskID: task.id } as const;
    const instant = missed.slice(0, 16).replace('T', ' ');
    const detail = `The schedule "${task.body.cron}" names ${instant} UTC, but no run was started then.`;
    await report.occurred(matter, { key: missed, at: clock.now().toISOString() }, { detail });
  };
  const checkSignatures = async ({ check: { appID }, task }: TaskCheck): Promise<void> => {
    if (!takesEvents(task.body)) return;
    const [latest] = await deliveryLedger.listRefused({ appID, taskID: task.id });
    const isCurrent = latest?.hour.slice(0, 13) === clock.now().toISOString().slice(0, 13);
    if (latest === undefined || !isCurrent || latest.deliveries < MIN_REFUSED_IN_HOUR) return;
    const matter = { appID, cause: 'webhookSignatureFailures', taskID: task.id } as const;
    const detail = `${number(latest.deliveries)} deliveries to the webhook of the task were refused this hour, because its secret did not sign them.`;
    await report.occurred(matter, { key: latest.hour, at: clock.now().toISOString() }, { detail });
  };
  return async (checked) => {
    const { condition } = checked;
    if (condition.type === 'noRunWithin') await checkSilence(checked, condition.minutes);
    if (condition.type === 'scheduleMissed') await checkSchedule(checked);
    if (condition.type === 'webhookSignatureFailures') await checkSignatures(checked);
  };
}

/** Since when no run was started, if that is too long ago. Time before the alert or the task was made does not count. */
function silentSince({ alert, task, lastRun }: TaskCheck, minutes: number, now: Date): string | undefined {
  const since = Math.max(lastRun?.getTime() ?? 0, Date.parse(task.createdAt), Date.parse(alert.updatedAt));
  return since + minutes * MINUTE_MILLISECONDS < now.getTime() ? new Date(since).toISOString() : undefined;
}

/** The first instant of the round, less the grace, at which a run should have begun and none has since. */
function missedInstant({ check, task, lastRun }: TaskCheck): string | undefined {
  const { cron } = task.body;
  if (cron === undefined) return undefined;
  const grace = SCHEDULE_GRACE_MINUTES * MINUTE_MILLISECONDS;
  const from = Math.max(Date.parse(check.roundSince) - grace, Date.parse(task.updatedAt));
  const instant = nextRunAfter(cron, new Date(from));
  if (instant === undefined || instant.getTime() > Date.parse(check.roundUntil) - grace) return undefined;
  // The clocks of those who start runs and of who looks may differ by a little.
  const isStarted = lastRun !== undefined && lastRun.getTime() >= instant.getTime() - MINUTE_MILLISECONDS;
  return isStarted ? undefined : instant.toISOString();
}
