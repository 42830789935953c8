import * as z from 'zod';

import { incidentSchema, type Incident } from '../../../core/alerts/incident.ts';
import { toWireDate } from '../../../core/foundation/clock.ts';
import type { Resource } from '../../../core/resources/resource.ts';
import { wireDate } from '../response-shapes.ts';

/** An incident as the API shows it. */
export const incidentShape = z.object({
  ...incidentSchema.shape,
  incidentID: z.string(),
  openedAt: wireDate,
  lastOccurredAt: wireDate,
  acknowledgedAt: wireDate.nullable(),
  recoveredAt: wireDate.nullable(),
});

export function toIncidentShape({ id, body }: Resource<Incident>): z.output<typeof incidentShape> {
  const dateOf = (text: string | undefined) => (text === undefined ? null : toWireDate(new Date(text)));
  return {
    ...body,
    incidentID: id,
    openedAt: toWireDate(new Date(body.openedAt)),
    lastOccurredAt: toWireDate(new Date(body.lastOccurredAt)),
    acknowledgedAt: dateOf(body.acknowledgedAt),
    recoveredAt: dateOf(body.recoveredAt),
  };
}
