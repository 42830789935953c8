import type * as z from 'zod';

import { toWireDate } from '../../../core/foundation/clock.ts';
import { runEventSchema, type RunEvent } from '../../../core/run-events/run-event.ts';

/** An event as the API shows it; `data` is made for its reader and holds no secret. */
export const runEventShape = runEventSchema;

export function toRunEventShape(event: RunEvent): z.output<typeof runEventShape> {
  return { ...event, publishedAt: toWireDate(new Date(event.publishedAt)) };
}
