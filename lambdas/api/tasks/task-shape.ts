import * as z from 'zod';

import { toWireDate } from '../../../core/foundation/clock.ts';
import type { Resource } from '../../../core/resources/resource.ts';
import type { LastRuns } from '../../../core/runs/last-runs.ts';
import { nextRunAfter } from '../../../core/tasks/cron.ts';
import { taskSchema, type Task } from '../../../core/tasks/task.ts';
import { owner, wireDate } from '../response-shapes.ts';

/** What both generations show of a task. */
export const taskFieldsShape = {
  taskID: z.string(),
  sourceID: z.string(),
  destinationID: z.string(),
  enabled: z.boolean(),
  failureThreshold: z.int(),
  action: taskSchema.shape.action,
  input: taskSchema.shape.input,
  cursor: wireDate.optional(),
  notifications: taskSchema.shape.notifications,
  policies: taskSchema.shape.policies,
  createdAt: wireDate,
  updatedAt: wireDate,
};

/** A task as the current generation shows it: flat. */
export const taskShape = z.object({
  ...taskFieldsShape,
  owner,
  cron: taskSchema.shape.cron,
  lastRun: wireDate.optional(),
  nextRun: wireDate.optional(),
  subscriptionAction: taskSchema.shape.subscriptionAction,
});

export function toTaskShape(task: Resource<Task>, lastRuns: LastRuns): z.output<typeof taskShape> {
  const { subscriptionAction } = task.body;
  const cron = cronOf(task.body);
  const runs = { lastRun: toLastRun(task, lastRuns), nextRun: toNextRun(task.body) };
  return { ...toTaskFields(task), owner: null, cron, ...runs, subscriptionAction };
}

export function toLastRun({ id, body }: Resource<Task>, lastRuns: LastRuns): string | undefined {
  const { hosted } = body;
  const lastRun = hosted ? hosted.lastRun && new Date(hosted.lastRun) : lastRuns.get(id);
  return lastRun ? toWireDate(lastRun) : undefined;
}

/** The schedule of a task; of a hosted one that at Algolia, not what was put on it here. */
export function cronOf({ cron, hosted }: Task): string | undefined {
  return hosted ? hosted.cron : cron;
}

/** When a task on a schedule is next due; nothing for a task that is switched off. */
function toNextRun({ cron, enabled, hosted }: Task): string | undefined {
  if (hosted) return hosted.nextRun === undefined ? undefined : toWireDate(new Date(hosted.nextRun));
  return cron === undefined || !enabled ? undefined : toNextRunOf(cron);
}

export function toNextRunOf(cron: string): string | undefined {
  const next = nextRunAfter(cron, new Date());
  return next && toWireDate(next);
}

export function toTaskFields({ id, body, createdAt, updatedAt }: Resource<Task>) {
  return {
    taskID: id,
    sourceID: body.sourceID,
    destinationID: body.destinationID,
    enabled: body.enabled,
    failureThreshold: body.failureThreshold,
    action: body.action,
    input: body.input,
    cursor: body.cursor === undefined ? undefined : toWireDate(new Date(body.cursor)),
    notifications: body.notifications,
    policies: body.policies,
    createdAt: toWireDate(new Date(createdAt)),
    updatedAt: toWireDate(new Date(updatedAt)),
  };
}
