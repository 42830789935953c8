import type { Clock } from '../foundation/clock.ts';
import type { Resource } from '../resources/resource.ts';
import type { FindLastRuns } from '../runs/last-runs.ts';
import type { TaskStore } from '../tasks/task-store.ts';
import type { Task } from '../tasks/task.ts';
import type { Alert, Condition } from './alert.ts';
import type { AlertStore } from './alert-store.ts';
import type { AlertCheck, CheckStore } from './check-store.ts';
import type { CheckTask } from './check-task.ts';
import type { CountDeadLetters } from './dead-letters.ts';
import type { Report } from './report.ts';

/** So many tasks are looked at each minute for each alert: of more, each comes round in as many minutes as it takes. */
const TASKS_PER_CHECK = 100;

/** An alert may be stored this much after it was said to need checks. */
const SETTLING_MILLISECONDS = 60_000;

/** Looks for what an alert is about and did not happen: runs, schedules; and for messages that nobody could handle. */
export type CheckAlert = (alert: { readonly appID: string; readonly alertID: string }) => Promise<void>;

interface CheckDependencies {
  readonly checks: CheckStore;
  readonly alerts: AlertStore;
  readonly tasks: TaskStore;
  readonly findLastRuns: FindLastRuns;
  readonly countDeadLetters: CountDeadLetters;
  readonly checkTask: CheckTask;
  readonly report: Report;
  readonly clock: Clock;
}

/** Whether the clock, and no event, shows what the alert is about. */
export function needsChecks({ enabled, conditions }: Pick<Alert, 'enabled' | 'conditions'>): boolean {
  return enabled && conditions.some(({ type }) => BY_CLOCK.has(type));
}

const BY_CLOCK: ReadonlySet<Condition['type']> = new Set([
  'scheduleMissed',
  'noRunWithin',
  'webhookSignatureFailures',
  'dlqNotEmpty',
]);

export function createCheckAlert(dependencies: CheckDependencies): CheckAlert {
  const { checks, alerts, clock } = dependencies;
  return async ({ appID, alertID }) => {
    const check = await checks.claim(appID, alertID);
    if (check === undefined) return;
    const alert = await alerts.find(appID, alertID);
    if (alert === undefined || !needsChecks(alert.body)) {
      const isSettled = Date.parse(check.wantedAt) + SETTLING_MILLISECONDS < clock.now().getTime();
      if (isSettled) await checks.remove(check);
      return;
    }
    if (alert.body.conditions.some(({ type }) => type === 'dlqNotEmpty')) {
      await checkDeadLetters(dependencies, appID);
    }
    const hasMore = await checkTasks(dependencies, alert, check);
    const { page, roundSince, roundUntil } = check;
    await checks.proceed(
      check,
      hasMore
        ? { page: page + 1, roundSince, roundUntil }
        : { page: 1, roundSince: roundUntil, roundUntil: clock.now().toISOString() },
    );
  };
}

/** Looks at one page of the tasks; true when there are more. */
async function checkTasks(
  dependencies: CheckDependencies,
  alert: Resource<Alert>,
  check: AlertCheck,
): Promise<boolean> {
  const conditions = alert.body.conditions.filter(({ type }) => type !== 'dlqNotEmpty' && BY_CLOCK.has(type));
  if (conditions.length === 0) return false;
  const { appID, page } = check;
  const { items, hasMore } = await readTasks(dependencies.tasks, appID, alert.body.taskIDs, page);
  const enabled = items.filter(({ body }) => body.enabled);
  const lastRuns = await dependencies.findLastRuns(
    appID,
    enabled.map(({ id }) => id),
  );
  for (const task of enabled) {
    const lastRun = lastRuns.get(task.id);
    for (const condition of conditions) {
      await dependencies.checkTask({ alert, check, task, condition, lastRun });
    }
  }
  return hasMore;
}

async function readTasks(
  tasks: TaskStore,
  appID: string,
  taskIDs: readonly string[] | undefined,
  page: number,
): Promise<{ items: Resource<Task>[]; hasMore: boolean }> {
  if (taskIDs !== undefined) return { items: await tasks.findMany(appID, taskIDs), hasMore: false };
  const { items, nbItems } = await tasks.list(appID, {
    filter: { enabled: [true] },
    sort: 'createdAt',
    order: 'asc',
    page,
    itemsPerPage: TASKS_PER_CHECK,
  });
  return { items, hasMore: page * TASKS_PER_CHECK < nbItems };
}

async function checkDeadLetters(
  { countDeadLetters, report, clock }: CheckDependencies,
  appID: string,
): Promise<void> {
  const at = clock.now().toISOString();
  for (const { queue, count } of await countDeadLetters()) {
    if (count === 0) {
      await report.recovered({ appID, cause: 'dlqNotEmpty', part: queue }, { key: at, at });
      continue;
    }
    const detail = `The dead-letter queue ${queue} holds ${count} messages that could not be handled.`;
    await report.occurred({ appID, cause: 'dlqNotEmpty', part: queue }, { key: at, at }, { detail });
  }
}
