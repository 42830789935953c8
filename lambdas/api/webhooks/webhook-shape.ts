import * as z from 'zod';

import { toWireDate } from '../../../core/foundation/clock.ts';
import type { Resource } from '../../../core/resources/resource.ts';
import { toHookID, type HookOwner } from '../../../core/webhooks/hook-id.ts';
import { WEBHOOK_SCHEMES } from '../../../core/webhooks/webhook-scheme.ts';
import { webhookSchemes } from '../../../core/webhooks/webhook-schemes.ts';
import type { Registration } from '../../../core/webhooks/registration.ts';
import type { WebhookWithSecret } from '../../../core/webhooks/webhook-service.ts';
import type { Webhook } from '../../../core/webhooks/webhook.ts';
import { wireDate } from '../response-shapes.ts';

/** As senders can put it into a header, or sign with it. */
export const secretSchema = z
  .string()
  .min(16)
  .max(512)
  .regex(/^[\u0021-\u007e]+$/, 'must have letters, digits and punctuation only');

/** A webhook as the API shows it: never its secret, which is sealed. */
export const webhookShape = z.object({
  hookID: z.string(),
  /** Where deliveries are sent by POST; null for a scheme that calls no URL. */
  url: z.string().nullable(),
  scheme: z.enum(WEBHOOK_SCHEMES),
  /** The headers that say who sends, and which delivery it is. */
  headers: z.array(z.string()),
  projectKey: z.string().optional(),
  /** Until then the secret before the last rotation is good. */
  previousSecretValidUntil: wireDate.optional(),
  /** What Millrace has registered at the vendor of the task's source, and when it last found it there. */
  registration: z
    .object({
      url: z.string(),
      /** `removed` until it is gone at the vendor. */
      wanted: z.enum(['registered', 'removed']),
      topics: z.array(z.string()),
      checkedAt: wireDate.nullable(),
      /** The last run that was asked to see to it. */
      runID: z.string(),
    })
    .optional(),
  createdAt: wireDate,
  updatedAt: wireDate,
});

/** The answer to whoever set the secret, which nobody is shown again; null where the scheme has none. */
export const webhookWithSecretShape = webhookShape.extend({ secret: z.string().nullable() });

/** What a webhook is shown with. */
interface WebhookSurroundings {
  readonly baseURL: string;
  readonly registration: Registration | undefined;
  readonly now: Date;
}

export function toWebhookShape(
  owner: HookOwner,
  { createdAt, updatedAt, body }: Resource<Webhook>,
  { baseURL, registration, now }: WebhookSurroundings,
): z.output<typeof webhookShape> {
  const { scheme, projectKey, previous } = body;
  const hookID = toHookID(owner);
  const isPreviousGood = previous !== undefined && Date.parse(previous.validUntil) > now.getTime();
  return {
    hookID,
    url: scheme === 'commercetools' ? null : `${baseURL}/hooks/${hookID}`,
    scheme,
    headers: [...webhookSchemes[scheme].headers],
    ...(projectKey === undefined ? {} : { projectKey }),
    ...(isPreviousGood ? { previousSecretValidUntil: toWireDate(new Date(previous.validUntil)) } : {}),
    ...(registration === undefined ? {} : { registration: toRegistrationShape(registration) }),
    createdAt: toWireDate(new Date(createdAt)),
    updatedAt: toWireDate(new Date(updatedAt)),
  };
}

export function toWebhookWithSecretShape(
  owner: HookOwner,
  { webhook, secret }: WebhookWithSecret,
  around: WebhookSurroundings,
): z.output<typeof webhookWithSecretShape> {
  return { ...toWebhookShape(owner, webhook, around), secret: secret?.reveal() ?? null };
}

function toRegistrationShape({ url, wanted, topics, checkedAt, runID }: Registration) {
  return {
    url,
    wanted,
    topics,
    checkedAt: checkedAt === undefined ? null : toWireDate(new Date(checkedAt)),
    runID,
  };
}
