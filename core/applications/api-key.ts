import * as z from 'zod';

import { ACCESS_RIGHTS } from './api-keys.ts';

/** What is stored of a key that was made through the API: never the key. */
export const apiKeySchema = z.object({
  description: z.string(),
  acl: z.array(z.enum(ACCESS_RIGHTS)),
  /** SHA-256 of application and key, in base64. */
  digest: z.string(),
  /** RFC 3339; without one it works until it is revoked. */
  validUntil: z.string().optional(),
});

export type ApiKey = z.output<typeof apiKeySchema>;

export function isExpired({ validUntil }: ApiKey, now: Date): boolean {
  return validUntil !== undefined && Date.parse(validUntil) <= now.getTime();
}
