import * as z from 'zod';

import { toWireDate } from '../../../core/foundation/clock.ts';
import type { RegistrationOutcome } from '../../../core/webhooks/webhook-registrar.ts';
import { wireDate } from '../response-shapes.ts';
import { runEventShape, toRunEventShape } from '../run-events/run-event-shape.ts';

/** What a vendor was asked, and what came of it within the time of a request. */
export const registrationOutcomeShape = z.object({
  runID: z.string(),
  /** Where the vendor delivers, or delivered. */
  url: z.string(),
  /** The vendor's topics that are delivered now. */
  topics: z.array(z.string()),
  message: z.string(),
  /** What went wrong. */
  events: z.array(runEventShape).optional(),
  createdAt: wireDate,
});

export function toRegistrationOutcomeShape({
  run,
  url,
  topics,
  message,
  events,
}: RegistrationOutcome): z.output<typeof registrationOutcomeShape> {
  return {
    runID: run.runID,
    url,
    topics: [...topics],
    message,
    ...(events.length === 0 ? {} : { events: events.map(toRunEventShape) }),
    createdAt: toWireDate(new Date(run.createdAt)),
  };
}
