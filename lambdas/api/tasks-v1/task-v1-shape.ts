import * as z from 'zod';

import type { Resource } from '../../../core/resources/resource.ts';
import type { Task } from '../../../core/tasks/task.ts';
import { wireDate } from '../response-shapes.ts';
import { taskFieldsShape, toNextRunOf, toTaskFields } from '../tasks/task-shape.ts';

const triggerShape = z.discriminatedUnion('type', [
  z.object({ type: z.literal('onDemand') }),
  z.object({ type: z.literal('schedule'), cron: z.string(), nextRun: wireDate }),
  z.object({ type: z.literal('subscription') }),
  z.object({ type: z.literal('streaming') }),
]);

/** A task as the older generation shows it: what starts it is nested. */
export const taskV1Shape = z.object({ ...taskFieldsShape, trigger: triggerShape });

export function toTaskV1Shape(task: Resource<Task>): z.output<typeof taskV1Shape> {
  return { ...toTaskFields(task), trigger: toTrigger(task.body) };
}

function toTrigger({ triggerType, cron = '' }: Task): z.output<typeof triggerShape> {
  if (triggerType !== 'schedule') return { type: triggerType };
  // A schedule always has a next run here, also while the task is switched off: strict clients read it.
  return { type: 'schedule', cron, nextRun: toNextRunOf(cron) ?? '' };
}
