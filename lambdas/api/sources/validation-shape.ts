import * as z from 'zod';

import { toWireDate } from '../../../core/foundation/clock.ts';
import type { SourceAnswer } from '../../../core/sources/ask-source.ts';
import { wireDate } from '../response-shapes.ts';
import { runEventShape, toRunEventShape } from '../run-events/run-event-shape.ts';

/** What a look at a source found; Algolia's WatchResponse. */
export const validationShape = z.object({
  runID: z.string(),
  /** The first records of the source, or its streams. */
  data: z.array(z.record(z.string(), z.unknown())).optional(),
  events: z.array(runEventShape).optional(),
  message: z.string(),
  createdAt: wireDate,
});

export function toValidationShape(answer: SourceAnswer): z.output<typeof validationShape> {
  const { run, sample, events, message } = answer;
  return {
    runID: run.runID,
    data: sample,
    events: events.length === 0 ? undefined : events.map(toRunEventShape),
    message,
    createdAt: toWireDate(new Date(run.createdAt)),
  };
}
