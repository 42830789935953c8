import * as z from 'zod';

import { sealedSecretSchema } from '../foundation/sealing.ts';
import { AUTHENTICATION_TYPES } from './authentication-input.ts';

export const PLATFORMS = ['bigcommerce', 'commercetools', 'shopify'] as const;
/** The shop system that an authentication is for; null for none. */
export const platformSchema = z.enum(PLATFORMS).nullable();

/** What is stored of an authentication: its open fields as they are, its secret ones sealed one by one. */
export const authenticationSchema = z.object({
  type: z.enum(AUTHENTICATION_TYPES),
  name: z.string(),
  platform: platformSchema,
  input: z.record(z.string(), z.string()),
  secrets: z.record(z.string(), sealedSecretSchema),
  /** Over all of the above. */
  seal: sealedSecretSchema,
});

export type Authentication = z.output<typeof authenticationSchema>;
