import * as z from 'zod';

import { toWireDate } from '../../../core/foundation/clock.ts';
import type { Resource } from '../../../core/resources/resource.ts';
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
  nextRun: wireDate.optional(),
  subscriptionAction: taskSchema.shape.subscriptionAction,
});

export function toTaskShape(task: Resource<Task>): z.output<typeof taskShape> {
  const { cron, subscriptionAction } = task.body;
  return { ...toTaskFields(task), owner: null, cron, nextRun: toNextRun(task.body), subscriptionAction };
}

/** When a task on a schedule is next due; nothing for a task that is switched off. */
function toNextRun({ cron, enabled }: Task): string | undefined {
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
