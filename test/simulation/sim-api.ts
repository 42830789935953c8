import type { Clock } from '../../core/foundation/clock.ts';
import { createRunControl } from '../../core/runs/run-control.ts';
import { putRunEntities } from '../../core/runs/run-entities.ts';
import type { RunQueue } from '../../core/runs/run-queue.ts';
import type { RunStore } from '../../core/runs/run-store.ts';
import type { HoldDecision, Run } from '../../core/runs/run.ts';
import { createStartRun } from '../../core/runs/start-run.ts';
import type { SimTask } from './sim-task.ts';

export const APP_ID = 'SIMULATED';
export const TABLE_NAME = 'simulated';
export const RETENTION_DAYS = 30;

/** What people, schedules and webhooks ask for. */
export interface Api {
  start(task: SimTask, key: string): Promise<Run>;
  /** Fetches the records that the task's update of this key names. */
  update(task: SimTask, key: string): Promise<Run>;
  cancel(runID: string): Promise<Run>;
  decide(runID: string, decision: HoldDecision): Promise<Run>;
}

/** The part of the API that runs begin and end by, over the stores as one process reaches them. */
export function createApi(ports: {
  readonly runStore: RunStore;
  readonly runQueue: RunQueue;
  readonly clock: Clock;
}): Api {
  const dependencies = { ...ports, onUnsent: () => undefined };
  const startRun = createStartRun(dependencies);
  const control = createRunControl({ ...dependencies, cancelPush: async (run) => run });
  return {
    start: ({ taskID, action, failureThreshold, overlap }, key) =>
      startRun({
        appID: APP_ID,
        task: { taskID, action, failureThreshold },
        overlap,
        trigger: { kind: 'api', key },
      }),
    update: ({ taskID, action, failureThreshold, updates }, key) =>
      startRun({
        appID: APP_ID,
        // As for tasks: there is nothing to replace with single records.
        task: { taskID, action: action === 'replace' ? 'save' : action, failureThreshold },
        trigger: { kind: 'webhook', key },
        also: (run) => [
          putRunEntities(TABLE_NAME, run, {
            entityIDs: updates.get(key) ?? [],
            hints: [],
            expiresAt: Math.ceil(Date.parse(run.createdAt) / 1000) + RETENTION_DAYS * 86_400,
          }),
        ],
      }),
    cancel: (runID) => control.cancel(APP_ID, runID),
    decide: (runID, decision) => control.decide(APP_ID, runID, decision),
  };
}
