import * as z from 'zod';

import { AUTHENTICATION_TYPES, toShownInput } from '../../../core/authentications/authentication-input.ts';
import { PLATFORMS, type Authentication } from '../../../core/authentications/authentication.ts';
import { toWireDate } from '../../../core/foundation/clock.ts';
import type { Resource } from '../../../core/resources/resource.ts';
import { owner, wireDate } from '../response-shapes.ts';

/** An authentication as the API shows it: its secrets are null. */
export const authenticationShape = z.object({
  authenticationID: z.string(),
  type: z.enum(AUTHENTICATION_TYPES),
  name: z.string(),
  platform: z.enum(PLATFORMS).nullable(),
  owner,
  input: z.record(z.string(), z.string().nullable()),
  createdAt: wireDate,
  updatedAt: wireDate,
});

export function toAuthenticationShape({
  id,
  body,
  createdAt,
  updatedAt,
}: Resource<Authentication>): z.output<typeof authenticationShape> {
  return {
    authenticationID: id,
    type: body.type,
    name: body.name,
    platform: body.platform,
    owner: null,
    input: toShownInput(body.input, Object.keys(body.secrets)),
    createdAt: toWireDate(new Date(createdAt)),
    updatedAt: toWireDate(new Date(updatedAt)),
  };
}
