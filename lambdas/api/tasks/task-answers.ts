import * as z from 'zod';

import { toWireDate } from '../../../core/foundation/clock.ts';
import type { Resource } from '../../../core/resources/resource.ts';
import { wireDate } from '../response-shapes.ts';

/** What both generations answer to a create. */
export const taskCreatedShape = z.object({ taskID: z.string(), createdAt: wireDate });

/** What both generations answer to a change. */
export const taskUpdatedShape = z.object({ taskID: z.string(), updatedAt: wireDate });

export function toTaskCreatedShape({ id, createdAt }: Resource<unknown>): z.output<typeof taskCreatedShape> {
  return { taskID: id, createdAt: toWireDate(new Date(createdAt)) };
}

export function toTaskUpdatedShape({ id, updatedAt }: Resource<unknown>): z.output<typeof taskUpdatedShape> {
  return { taskID: id, updatedAt: toWireDate(new Date(updatedAt)) };
}
