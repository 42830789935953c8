import * as z from 'zod';

import type { Resource } from '../../../core/resources/resource.ts';
import { TRIGGER_TYPES, type Task } from '../../../core/tasks/task.ts';
import { taskFieldsShape, toTaskFields } from '../tasks/task-shape.ts';

/** A task as the older generation shows it: what starts it is nested. */
export const taskV1Shape = z.object({
  ...taskFieldsShape,
  trigger: z.object({ type: z.enum(TRIGGER_TYPES) }),
});

export function toTaskV1Shape(task: Resource<Task>): z.output<typeof taskV1Shape> {
  return { ...toTaskFields(task), trigger: { type: task.body.triggerType } };
}
