import * as z from 'zod';

import { deliverySchema, type Delivery } from '../../../core/alerts/delivery.ts';
import { toWireDate } from '../../../core/foundation/clock.ts';
import { wireDate } from '../response-shapes.ts';

const { transition, status } = deliverySchema.shape;

/** A delivery as the API shows it. */
export const deliveryShape = z.object({
  /** Receivers of webhooks know it as `webhook-id`. */
  deliveryID: z.string(),
  alertID: z.string(),
  channelID: z.string(),
  channelType: z.string(),
  transition,
  status,
  attempts: z.array(
    z.object({ at: wireDate, isDelivered: z.boolean(), statusCode: z.int().optional(), answer: z.string() }),
  ),
  /** Absent when nothing is to come. */
  nextAttemptAt: wireDate.optional(),
  createdAt: wireDate,
});

export function toDeliveryShape(delivery: Delivery): z.output<typeof deliveryShape> {
  const { dueAt, createdAt, attempts } = delivery;
  return {
    ...delivery,
    attempts: attempts.map((attempt) => ({ ...attempt, at: toWireDate(new Date(attempt.at)) })),
    nextAttemptAt: dueAt === undefined ? undefined : toWireDate(new Date(dueAt)),
    createdAt: toWireDate(new Date(createdAt)),
  };
}
