import * as z from 'zod';

import type { LastRuns } from '../../../core/runs/last-runs.ts';
import type { Resource } from '../../../core/resources/resource.ts';
import type { Task } from '../../../core/tasks/task.ts';
import { wireDate } from '../response-shapes.ts';
import { cronOf, taskFieldsShape, toLastRun, toNextRunOf, toTaskFields } from '../tasks/task-shape.ts';

const triggerShape = z.discriminatedUnion('type', [
  z.object({ type: z.literal('onDemand'), lastRun: wireDate.optional() }),
  z.object({
    type: z.literal('schedule'),
    cron: z.string(),
    lastRun: wireDate.optional(),
    nextRun: wireDate,
  }),
  z.object({ type: z.literal('subscription') }),
  z.object({ type: z.literal('streaming') }),
]);

/** A task as the older generation shows it: what starts it is nested. */
export const taskV1Shape = z.object({ ...taskFieldsShape, trigger: triggerShape });

export function toTaskV1Shape(task: Resource<Task>, lastRuns: LastRuns): z.output<typeof taskV1Shape> {
  return { ...toTaskFields(task), trigger: toTrigger(task.body, toLastRun(task, lastRuns)) };
}

function toTrigger(task: Task, lastRun: string | undefined): z.output<typeof triggerShape> {
  const { triggerType } = task;
  const cron = cronOf(task) ?? '';
  if (triggerType === 'onDemand') return { type: triggerType, lastRun };
  if (triggerType !== 'schedule') return { type: triggerType };
  // A schedule always has a next run here, also while the task is switched off: strict clients read it.
  return { type: 'schedule', cron, lastRun, nextRun: toNextRunOf(cron) ?? '' };
}
