import * as z from 'zod';

import { toWireDate } from '../../../core/foundation/clock.ts';
import type { Resource } from '../../../core/resources/resource.ts';
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
  cursor: wireDate.optional(),
  notifications: taskSchema.shape.notifications,
  policies: taskSchema.shape.policies,
  createdAt: wireDate,
  updatedAt: wireDate,
};

/** A task as the current generation shows it: flat. */
export const taskShape = z.object({ ...taskFieldsShape, owner });

export function toTaskShape(task: Resource<Task>): z.output<typeof taskShape> {
  return { ...toTaskFields(task), owner: null };
}

export function toTaskFields({ id, body, createdAt, updatedAt }: Resource<Task>) {
  return {
    taskID: id,
    sourceID: body.sourceID,
    destinationID: body.destinationID,
    enabled: body.enabled,
    failureThreshold: body.failureThreshold,
    action: body.action,
    cursor: body.cursor === undefined ? undefined : toWireDate(new Date(body.cursor)),
    notifications: body.notifications,
    policies: body.policies,
    createdAt: toWireDate(new Date(createdAt)),
    updatedAt: toWireDate(new Date(updatedAt)),
  };
}
