import type { Clock } from '../foundation/clock.ts';
import { InvalidInputError } from '../foundation/errors.ts';
import type { TransactionItem } from '../foundation/transactions.ts';
import type { Run } from '../runs/run.ts';
import type { RunStore } from '../runs/run-store.ts';
import { newRun } from '../runs/start-run.ts';
import type { Task } from '../tasks/task.ts';
import { newHostedStart, type HostedStart, type HostedStarts } from './hosted-starts.ts';
import type { AskPoller } from './link-queue.ts';

/** How long the first message may take before the sweep sends one. */
const FIRST_MESSAGE_SECONDS = 60;
const POLL_MILLISECONDS = 200;

interface HostedRunRequest {
  readonly appID: string;
  readonly taskID: string;
  readonly task: Task;
  readonly linkID: string;
  readonly trigger: Run['trigger'];
  /** Written with the start. */
  readonly also?: ((run: Run) => readonly TransactionItem[]) | undefined;
}

/**
 * Has Algolia start a run of a hosted task, once for each trigger. Answers the run at Algolia where that is known in
 * time, else one that stands for it, under an id that leads to it later; refused as Algolia refused it.
 */
export type RunHostedTask = (request: HostedRunRequest) => Promise<Run>;

interface RunHostedDependencies {
  readonly starts: HostedStarts;
  readonly runStore: Pick<RunStore, 'get'>;
  readonly askPoller: AskPoller;
  readonly clock: Clock;
  /** How long to wait for Algolia's answer; 0 where nobody waits: then what stands for the run is answered. */
  readonly waitSeconds: number;
}

export function createRunHostedTask(dependencies: RunHostedDependencies): RunHostedTask {
  const { starts, askPoller, clock, runStore, waitSeconds } = dependencies;
  return async ({ appID, taskID, task, linkID, trigger, also }) => {
    const now = clock.now();
    const dueAt = new Date(now.getTime() + FIRST_MESSAGE_SECONDS * 1000);
    const fresh = newHostedStart({ appID, linkID, taskID, trigger }, now, dueAt);
    const claimed = await starts.claim(fresh, also?.(standIn(fresh, task)));
    if (claimed.status === 'asked') {
      await askPoller({ version: 1, appID, linkID, startID: claimed.startID });
    }
    if (waitSeconds === 0) return standIn(fresh, task);
    const start = await awaitAnswer(dependencies, claimed);
    if (start.status === 'refused') throw new InvalidInputError('hosted.refused', start.reason ?? 'refused');
    const run = start.runID === undefined ? undefined : await runStore.get(appID, start.runID);
    return run ?? standIn(start, task);
  };
}

async function awaitAnswer(
  { starts, clock, waitSeconds }: RunHostedDependencies,
  claimed: HostedStart,
): Promise<HostedStart> {
  const deadline = clock.now().getTime() + waitSeconds * 1000;
  let start = claimed;
  while (start.dueAt !== undefined && clock.now().getTime() < deadline) {
    await clock.sleep(POLL_MILLISECONDS);
    start = (await starts.find(start.appID, start.startID)) ?? start;
  }
  return start;
}

/** What is shown of a run that Algolia is asked for, as long as it is not known which one it is. */
export function standIn(
  start: HostedStart,
  { action, failureThreshold }: Pick<Task, 'action' | 'failureThreshold'>,
): Run {
  const { appID, taskID, trigger, reason, status } = start;
  const run = newRun(
    { appID, task: { taskID, action, failureThreshold }, trigger },
    new Date(start.createdAt),
  );
  return {
    ...run,
    ...(status === 'refused' ? { status: 'skipped', reasonCode: 'critical' } : {}),
    ...(reason === undefined ? {} : { reason }),
  };
}
