import * as z from 'zod';

import type { ApiKey } from '../../../core/applications/api-key.ts';
import { ACCESS_RIGHTS } from '../../../core/applications/api-keys.ts';
import { toWireDate } from '../../../core/foundation/clock.ts';
import type { Resource } from '../../../core/resources/resource.ts';
import { wireDate } from '../response-shapes.ts';

/** A key as the API shows it: never its secret, of which only a digest is kept. */
export const keyShape = z.object({
  keyID: z.string(),
  description: z.string(),
  acl: z.array(z.enum(ACCESS_RIGHTS)),
  createdAt: wireDate,
  /** Null for a key that works until it is revoked. */
  expiresAt: wireDate.nullable(),
  /** Up to an hour late; null for a key that was not used yet. */
  lastUsedAt: wireDate.nullable(),
});

export function toKeyShape(
  { id, createdAt, body }: Resource<ApiKey>,
  lastUsedAt: Date | undefined,
): z.output<typeof keyShape> {
  return {
    keyID: id,
    description: body.description,
    acl: body.acl,
    createdAt: toWireDate(new Date(createdAt)),
    expiresAt: body.validUntil === undefined ? null : toWireDate(new Date(body.validUntil)),
    lastUsedAt: lastUsedAt === undefined ? null : toWireDate(lastUsedAt),
  };
}
