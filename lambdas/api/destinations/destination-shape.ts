import * as z from 'zod';

import { destinationSchema, type Destination } from '../../../core/destinations/destination.ts';
import { toWireDate } from '../../../core/foundation/clock.ts';
import type { Resource } from '../../../core/resources/resource.ts';
import { owner, wireDate } from '../response-shapes.ts';

/** A destination as the API shows it. */
export const destinationShape = z.object({
  destinationID: z.string(),
  ...destinationSchema.shape,
  owner,
  createdAt: wireDate,
  updatedAt: wireDate,
});

export function toDestinationShape({
  id,
  body,
  createdAt,
  updatedAt,
}: Resource<Destination>): z.output<typeof destinationShape> {
  return {
    ...body,
    destinationID: id,
    owner: null,
    createdAt: toWireDate(new Date(createdAt)),
    updatedAt: toWireDate(new Date(updatedAt)),
  };
}
