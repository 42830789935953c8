import * as z from 'zod';

import { toWireDate } from '../../../core/foundation/clock.ts';
import type { Resource } from '../../../core/resources/resource.ts';
import { sourceUnion, type Source } from '../../../core/sources/source.ts';
import { owner, wireDate } from '../response-shapes.ts';

/** A source as the API shows it. */
export const sourceShape = sourceUnion({
  sourceID: z.string(),
  name: z.string(),
  owner,
  authenticationID: z.string().optional(),
  createdAt: wireDate,
  updatedAt: wireDate,
});

export function toSourceShape({
  id,
  body,
  createdAt,
  updatedAt,
}: Resource<Source>): z.output<typeof sourceShape> {
  return {
    ...body,
    sourceID: id,
    owner: null,
    createdAt: toWireDate(new Date(createdAt)),
    updatedAt: toWireDate(new Date(updatedAt)),
  };
}
