import * as z from 'zod';

import type { Resource } from '../../../core/resources/resource.ts';
import type { Task } from '../../../core/tasks/task.ts';
import { taskShape, toTaskShape } from '../tasks/task-shape.ts';

/** A task at Algolia, and the schedule that was put on it here. */
export const hostedTaskShape = z.object({ task: taskShape, cron: z.string().nullable() });

/** A hosted task says itself when it ran. */
const NO_LAST_RUNS = new Map<string, Date>();

export function toHostedTaskShape(task: Resource<Task>): z.output<typeof hostedTaskShape> {
  return { task: toTaskShape(task, NO_LAST_RUNS), cron: task.body.cron ?? null };
}
