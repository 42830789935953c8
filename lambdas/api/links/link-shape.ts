import * as z from 'zod';

import { toWireDate } from '../../../core/foundation/clock.ts';
import type { LinkWithState } from '../../../core/links/link-service.ts';
import { LINK_STATUSES } from '../../../core/links/link-states.ts';
import { linkSchema } from '../../../core/links/link.ts';
import { wireDate } from '../response-shapes.ts';

/** A link as the API shows it: of its key only that there is one. */
export const linkShape = z.object({
  linkID: z.string(),
  applicationID: z.string(),
  region: linkSchema.shape.region,
  apiKey: z.null(),
  taskIDs: z.array(z.string()).nullable(),
  status: z.enum(LINK_STATUSES),
  /** What the status means here, for its owner. */
  message: z.string(),
  checkedAt: wireDate.optional(),
  createdAt: wireDate,
  updatedAt: wireDate,
});

export function toLinkShape({ link, state }: LinkWithState): z.output<typeof linkShape> {
  const { applicationID, region, taskIDs = null } = link.body;
  return {
    linkID: link.id,
    applicationID,
    region,
    apiKey: null,
    taskIDs,
    status: state?.status ?? 'unverified',
    message: state?.message ?? 'The link is being looked at: its status says soon what was found.',
    checkedAt: state?.checkedAt === undefined ? undefined : toWireDate(new Date(state.checkedAt)),
    createdAt: toWireDate(new Date(link.createdAt)),
    updatedAt: toWireDate(new Date(link.updatedAt)),
  };
}

export const apiKeySchema = z.string().min(1).max(1_000);
export const taskIDsSchema = z.array(z.uuid()).min(1).max(1_000);
